// Where the tests of this folder find files made by Hugging Face's libraries. An absent file is told by `missing`, for
// GTEST_SKIP.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "models/tokenizer/tokenizer.h"

namespace suite {

// $SUITE_GOLDEN_DIR/`name`, or else $SUITE_SHARED_DIR/golden/`name`, or else tests/golden/`name`.
std::string GoldenPath(const std::string& name);

// The parsed file, or nothing with its path in `missing`.
std::optional<nlohmann::json> ReadGolden(const std::string& name, std::string* missing);

// The tokenizer of $SUITE_SHARED_DIR/tokenizers/`name`/tokenizer.json.gz, or nothing with its path in `missing`.
std::optional<Tokenizer> ReadSharedTokenizer(const std::string& name, std::string* missing);

// The text of that file, or nothing with its path in `path`, which is set in either case.
std::optional<std::string> ReadSharedTokenizerJson(const std::string& name, std::string* path);

// A list of ids.
std::vector<int64_t> Ids(const nlohmann::json& ids);

}  // namespace suite
