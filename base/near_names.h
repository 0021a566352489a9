// Which known names somebody may have meant by an unknown one.
//
//   NearNames("gpro", {"grpo", "gspo", "rank_grpo_log"})      // {"grpo"}
//   NearNames("Model", {"mode", "model"})                     // {"model"}: case does not count
//   NearNames("source", {"id", "turns"})                      // {}
//
// Of those that are near the nearest; several where they are as near as each other. Near: at most a third of the
// letters (but always one) are changed, left out, added or swapped with the next; or one name begins with the other,
// which has three letters at least.
#pragma once

#include <string>
#include <vector>

namespace suite {

std::vector<std::string> NearNames(const std::string& name, const std::vector<std::string>& known);

}  // namespace suite
