// Golden numbers (base/testing/golden.h) as tensors and rows, and the model folders that belong to them.
//
//   const std::optional<std::string> path = FindGolden("end_to_end/golden.json");
//   if (!path) GTEST_SKIP() << MissingGolden("end_to_end/golden.json");
//   const Policy policy = LoadGoldenPolicy({"end_to_end/llama"}, at::kFloat);
#pragma once

#include <ATen/core/Tensor.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/testing/golden.h"
#include "models/policy/policy_folder.h"

namespace suite::parity {

// The parsed file of a path that FindGolden gave.
nlohmann::json ReadJson(const std::string& path);

// Loads a policy with LoadPolicy from a folder put together of several, in $TEST_TMPDIR: each file is taken from the
// first folder (a path) that has one of its name, all weight files from the first folder that has any. So a model
// without a tokenizer, or a second config for the same weights, can be loaded as a whole.
Policy LoadStagedPolicy(const std::vector<std::string>& folders, at::ScalarType dtype);

// The path of end_to_end/llama: of the golden set, or else the one that lies in tests/golden.
std::string LlamaFolder();

// A nested list of numbers as a tensor.
at::Tensor TensorOf(const nlohmann::json& list, at::ScalarType dtype);

// The rows of a padded grid of ids without the places where `mask` is 0.
std::vector<std::vector<int64_t>> UnpaddedRows(const nlohmann::json& ids, const nlohmann::json& mask);

}  // namespace suite::parity
