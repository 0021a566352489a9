// Python's transformers loaded the policies that we saved and gave these logits
// (tests/transformers_loads_our_checkpoint.py). Here the same policies are saved again: byte by byte the same files, so
// transformers would load them today; and our own logits are its logits.
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/hash.h"
#include "models/llama/llama.h"
#include "models/llama/packed_tokens.h"
#include "models/policy/policy_folder.h"
#include "models/policy/tiny_policy.h"

namespace suite {
namespace {

using nlohmann::json;

at::Tensor LogitsOf(const LlamaWeights& weights, std::vector<int64_t> ids) {
  ids.push_back(0);  // a last token is only a target, never an input
  return Llama(weights.config()).Logits(weights.Tensors(), PackSequences({{ids, 1}})).to(at::kDouble).contiguous();
}

// Expects our float64 logits of `weights` to be entry's `logits`, which are transformers' in float32, up to twice
// entry's `rounding`: what those are from its float64 logits. How float32 rounds differs between processors (up to 3.5
// times `rounding` was seen), so ours is held to the bound of tests/golden.
void ExpectLogits(const LlamaWeights& weights, const json& ids, const json& entry) {
  const auto expected = entry.at("logits").get<std::vector<std::vector<float>>>();
  const double bound = 2 * entry.at("rounding").get<double>();
  ASSERT_LT(bound, 1e-4);
  const at::Tensor exact = LogitsOf(weights.To(at::kCPU, at::kDouble), ids), rounded = LogitsOf(weights, ids);
  ASSERT_EQ(exact.sizes(),
            (std::vector<int64_t>{static_cast<int64_t>(expected.size()), static_cast<int64_t>(expected.at(0).size())}));
  const double* ours = exact.const_data_ptr<double>();
  const double* ours_rounded = rounded.const_data_ptr<double>();
  for (const auto& row : expected) {
    for (const float value : row) {
      ASSERT_NEAR(*ours, value, bound);
      ASSERT_NEAR(*ours_rounded++, *ours, 1e-4);
      ++ours;
    }
  }
}

TEST(RecordedCheckpoints, AreStillSavedAndScoredAlike) {
  const json record = json::parse(ReadFile("tests/recorded/checkpoints.json"));
  std::set<std::string> model_types;
  const std::vector<NamedPolicy> policies = TinyPolicies();
  ASSERT_EQ(record.at("policies").size(), policies.size());
  for (const auto& [name, policy] : policies) {
    SCOPED_TRACE(name + ", recorded by: " + record.at("command").get<std::string>());
    const json& entry = record.at("policies").at(name);
    const std::string folder = testing::TempDir() + "/recorded_" + name;
    SavePolicy(folder, policy);
    json files = json::object();
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      files[file.path().filename().string()] = Sha256Hex(ReadFile(file.path().string()));
    }
    EXPECT_EQ(files, entry.at("files"));
    ExpectLogits(LoadWeights(folder, at::kFloat), entry.at("ids"), entry);
    model_types.insert(policy.config().model_type);
  }
  EXPECT_EQ(model_types, (std::set<std::string>{"llama", "mistral", "qwen2", "qwen3"}));
}

}  // namespace
}  // namespace suite
