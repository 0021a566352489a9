// Which steps of Remap, Reflect, Adjust a kind of demonstration takes: presets with a name, and switches over them.
//
//   auto recipe = RecipeOf("without_adjust", std::nullopt, /*reflect=*/false, std::nullopt);
//   recipe->remap;                                       // true; reflect false (switched), adjust false
//   RecipeOf("ground_truth", ...);                       // nullopt: no teacher is asked
//
//   name                        remap  reflect  adjust   row of the paper's Table 2
//   full                        yes    yes      yes      full pipeline
//   without_reflect             yes    -        yes      w/o Reflect
//   without_remap               -      yes      yes
//   without_remap_and_reflect   -      -        yes      w/o Remap and Reflect, read as exact matches + Adjust
//   without_adjust              yes    yes      -
//   remap                       yes    -        -
//   teacher_exact               -      -        -        the same row, read as the raw list cut to the catalogue
//   teacher_raw                                          the teacher's list as it is, films outside the catalogue too
//
// The paper does not say what is left without Remap and Reflect, so both readings have a name.
//
// Without Remap the score of an item is the weight of the rank at which the teacher names it, and 0 for all others.
// Reflect then judges the teacher's own items, and Adjust's biases rank the rest; with neither, an answer holds the
// teacher's own items and may be shorter than N.
#pragma once

#include <optional>
#include <string>

namespace suite {

struct DemonstrationRecipe {
  bool raw = false;  // the teacher's list as it is; the other three are then false
  bool remap = false, reflect = false, adjust = false;
  bool switched_raw = false;  // a switch was set beside teacher_raw, where there is nothing to switch
};

// Nothing for kinds of demonstration that come from no teacher ("source", "ground_truth", "none", ...).
std::optional<DemonstrationRecipe> RecipeOf(const std::string& name, std::optional<bool> remap,
                                            std::optional<bool> reflect, std::optional<bool> adjust);

}  // namespace suite
