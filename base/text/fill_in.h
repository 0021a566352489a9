// Sentences that take values from elsewhere: "{rl.steps} rollouts".
//
//   FillIn("mu = {rl.updates_per_rollout}", [](const std::string& key) { return "2"; }) == "mu = 2"
//
// A name is letters, digits, '_' and '.' between braces; other braces stay as they are.
#pragma once

#include <functional>
#include <string>

namespace suite {

std::string FillIn(const std::string& text, const std::function<std::string(const std::string& name)>& value_of);

}  // namespace suite
