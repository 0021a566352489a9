// Where tests find golden numbers: files made by running the authors' code, TRL or Hugging Face's libraries.
//
//   const std::optional<nlohmann::json> golden = ReadGolden("rewards.json");
//   if (!golden) GTEST_SKIP() << MissingGolden("rewards.json");
//
// Another folder of the same form can be put in place of the tree's own: every case of a file is checked, whatever its
// number.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace suite {

// The path of a file or folder of the golden set: in $SUITE_GOLDEN_DIR when that is set; else in tests/golden, else in
// $SUITE_SHARED_DIR/golden. Nothing when it is not there.
std::optional<std::string> FindGolden(const std::string& name);

// The parsed file, or nothing when it is not there.
std::optional<nlohmann::json> ReadGolden(const std::string& name);

// Which file was looked for, and where.
std::string MissingGolden(const std::string& name);

// The value of an environment variable, "" when it is not set.
std::string EnvironmentVariable(const char* name);

}  // namespace suite
