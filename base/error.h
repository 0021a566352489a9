// The one exception for bad input: a file, a config key, a flag or a name that cannot be used as it is.
//
//   throw InputError("catalog.tsv:17", "year 'n/a' is not a number", "a year such as 1995");
//     what() == "catalog.tsv:17: year 'n/a' is not a number; allowed: a year such as 1995"
//
// A wrong name answers with the right ones, the nearest first:
//
//   throw UnknownName("run.toml:3", "objective", "rank_gpro", {"grpo", "gspo", "rank_grpo_log"});
//
// Programs catch InputError once, in main, print what() and exit with 2.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace suite {

class InputError : public std::runtime_error {
 public:
  // `where` names file and line, or key; `found` says what is wrong; `allowed` what would be right (may be empty).
  InputError(const std::string& where, const std::string& found, const std::string& allowed = "");
};

// The error for a name that is not one of `known`; it suggests the nearest of them.
InputError UnknownName(const std::string& where, const std::string& kind, const std::string& name,
                       const std::vector<std::string>& known);

// The element of `known` with the smallest edit distance to `name`; empty when `known` is.
std::string NearestName(const std::string& name, const std::vector<std::string>& known);

}  // namespace suite
