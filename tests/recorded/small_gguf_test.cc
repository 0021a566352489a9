// The small GGUF files beside this test, one for each architecture and tensor type, as the `gguf` package and
// transformers read them (make_small_gguf.py): the numbers of every tensor to the bit, and the logits.
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "models/checkpoints/gguf.h"
#include "models/policy/gguf_policy.h"
#include "tests/recorded/record.h"

namespace suite {
namespace {

using nlohmann::json;

TEST(SmallGguf, EveryTensorHasTheNumbersOfTheGgufPackage) {
  const json record = recorded::ReadRecord("small_gguf.json");
  std::set<std::string> types;
  for (const auto& [name, entry] : record.at("files").items()) {
    const GgufFile file(recorded::PathOf(name));
    ASSERT_EQ(file.tensors().size(), entry.at("tensors").size());
    for (const auto& [tensor, golden] : entry.at("tensors").items()) {
      SCOPED_TRACE(name + ": " + tensor);
      const at::Tensor values = file.Load(tensor);
      EXPECT_EQ(file.tensors().at(tensor).type, golden.at("type"));
      EXPECT_EQ(values.sizes(), golden.at("shape").get<std::vector<int64_t>>());
      const auto* bytes = static_cast<const char*>(values.const_data_ptr());
      EXPECT_EQ(Sha256Hex(std::string_view(bytes, values.nbytes())), golden.at("sha256"));
      const auto first = golden.at("first").get<std::vector<float>>();
      EXPECT_EQ(std::vector<float>(values.const_data_ptr<float>(), values.const_data_ptr<float>() + first.size()),
                first);
      types.insert(golden.at("type").get<std::string>());
    }
  }
  EXPECT_EQ(types, (std::set<std::string>{"F32", "F16", "BF16", "Q8_0", "Q4_1", "Q4_0"}));
}

TEST(SmallGguf, PoliciesHaveTheLogitsOfTransformers) {
  const json record = recorded::ReadRecord("small_gguf.json");
  std::set<std::string> model_types;
  for (const auto& [name, entry] : record.at("files").items()) {
    SCOPED_TRACE(name);
    const Policy policy = LoadGgufPolicy(recorded::PathOf(name), at::kFloat);
    EXPECT_EQ(policy.tokenizer.Decode(policy.tokenizer.Encode("ab cdab<|end|>")), "ab cdab<|end|>");
    recorded::ExpectLogits(policy.weights, record.at("ids"), entry);
    model_types.insert(policy.config().model_type);
  }
  EXPECT_EQ(model_types, (std::set<std::string>{"llama", "qwen2"}));
}

}  // namespace
}  // namespace suite
