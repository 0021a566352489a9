#include "tests/recorded/record.h"

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/files.h"
#include "models/llama/llama.h"
#include "models/llama/packed_tokens.h"

namespace suite::recorded {

std::string PathOf(const std::string& file) { return "tests/recorded/" + file; }

nlohmann::json ReadRecord(const std::string& file) { return nlohmann::json::parse(ReadFile(PathOf(file))); }

void ExpectLogits(const LlamaWeights& weights, const nlohmann::json& ids, const nlohmann::json& entry) {
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

}  // namespace suite::recorded
