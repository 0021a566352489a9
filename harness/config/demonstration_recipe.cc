#include "harness/config/demonstration_recipe.h"

namespace suite {
namespace {

struct NamedRecipe {
  const char* name;
  DemonstrationRecipe recipe;
};

constexpr NamedRecipe kRecipes[] = {
    {"full", {false, true, true, true}},
    {"without_reflect", {false, true, false, true}},
    {"without_remap", {false, false, true, true}},
    {"without_remap_and_reflect", {false, false, false, true}},
    {"without_adjust", {false, true, true, false}},
    {"remap", {false, true, false, false}},
    {"teacher_exact", {false, false, false, false}},
    {"teacher_raw", {true, false, false, false}},
};

}  // namespace

std::optional<DemonstrationRecipe> RecipeOf(const std::string& name, std::optional<bool> remap,
                                            std::optional<bool> reflect, std::optional<bool> adjust) {
  for (const NamedRecipe& known : kRecipes) {
    if (name != known.name) continue;
    DemonstrationRecipe recipe = known.recipe;
    recipe.switched_raw = recipe.raw && (remap || reflect || adjust);
    if (recipe.raw) return recipe;
    recipe.remap = remap.value_or(recipe.remap);
    recipe.reflect = reflect.value_or(recipe.reflect);
    recipe.adjust = adjust.value_or(recipe.adjust);
    return recipe;
  }
  return std::nullopt;
}

}  // namespace suite
