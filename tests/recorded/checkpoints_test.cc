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

// Expects the float32 logits of `weights` for `ids` to be entry's `logits`, up to three times entry's `rounding`: what
// transformers' float32 logits are from its float64 logits. Ours may be as far on the other side, and may add in
// another order.
void ExpectLogits(const LlamaWeights& weights, const json& ids, const json& entry) {
  auto sequence = ids.get<std::vector<int64_t>>();
  sequence.push_back(0);  // a last token is only a target, never an input
  const at::Tensor logits =
      Llama(weights.config()).Logits(weights.Tensors(), PackSequences({{sequence, 1}})).contiguous();
  const auto expected = entry.at("logits").get<std::vector<std::vector<float>>>();
  ASSERT_EQ(logits.sizes(),
            (std::vector<int64_t>{static_cast<int64_t>(expected.size()), static_cast<int64_t>(expected.at(0).size())}));
  const double bound = 3 * entry.at("rounding").get<double>();
  ASSERT_LT(bound, 1e-4);
  const float* values = logits.const_data_ptr<float>();
  for (const auto& row : expected) {
    for (const float value : row) ASSERT_NEAR(*values++, value, bound);
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
