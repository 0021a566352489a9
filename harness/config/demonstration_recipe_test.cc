#include "harness/config/demonstration_recipe.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

namespace suite {
namespace {

std::optional<DemonstrationRecipe> Preset(const std::string& name) {
  return RecipeOf(name, std::nullopt, std::nullopt, std::nullopt);
}

TEST(DemonstrationRecipe, NamesSayWhatTheyTake) {
  const auto full = Preset("full");
  EXPECT_TRUE(full->remap && full->reflect && full->adjust && !full->raw);
  const auto row = Preset("without_remap_and_reflect");
  EXPECT_TRUE(!row->remap && !row->reflect && row->adjust);
  EXPECT_TRUE(Preset("teacher_raw")->raw);
  EXPECT_FALSE(Preset("ground_truth").has_value());
  EXPECT_FALSE(Preset("none").has_value());
}

TEST(DemonstrationRecipe, EveryPresetIsAnotherRecipe) {
  std::set<std::tuple<bool, bool, bool, bool>> recipes;
  for (const char* name : {"full", "without_reflect", "without_remap", "without_remap_and_reflect", "without_adjust",
                           "remap", "teacher_exact", "teacher_raw"}) {
    const auto recipe = Preset(name);
    ASSERT_TRUE(recipe.has_value()) << name;
    EXPECT_TRUE(recipes.emplace(recipe->raw, recipe->remap, recipe->reflect, recipe->adjust).second) << name;
  }
}

TEST(DemonstrationRecipe, SwitchesOverrideThePreset) {
  const auto recipe = RecipeOf("full", false, std::nullopt, false);
  EXPECT_TRUE(!recipe->remap && recipe->reflect && !recipe->adjust);
  EXPECT_TRUE(RecipeOf("teacher_raw", std::nullopt, true, std::nullopt)->switched_raw);
  EXPECT_FALSE(Preset("teacher_raw")->switched_raw);
}

}  // namespace
}  // namespace suite
