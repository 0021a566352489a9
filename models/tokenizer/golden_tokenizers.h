// Tokenizers of published models, which lie in $SUITE_SHARED_DIR beside the golden numbers. An absent file is told by
// `missing`, for GTEST_SKIP.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "models/tokenizer/tokenizer.h"

namespace suite {

// The tokenizer of $SUITE_SHARED_DIR/tokenizers/`name`/tokenizer.json.gz, or nothing with its path in `missing`.
std::optional<Tokenizer> ReadSharedTokenizer(const std::string& name, std::string* missing);

// The text of that file, or nothing with its path in `path`, which is set in either case.
std::optional<std::string> ReadSharedTokenizerJson(const std::string& name, std::string* path);

// A list of ids.
std::vector<int64_t> Ids(const nlohmann::json& ids);

}  // namespace suite
