// smollm2_gguf.json: SmolLM2-135M-Instruct's GGUF file as Python's gguf and transformers read it. $SUITE_SMOLLM2_GGUF
// names the file; 1.5 GB of memory.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>

#include "base/files.h"
#include "base/hash.h"
#include "models/checkpoints/gguf.h"
#include "models/llama/config.h"
#include "models/llama/llama.h"
#include "models/policy/gguf_policy.h"
#include "models/policy/policy_folder.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden_files.h"
#include "tests/parity/model_numbers.h"

namespace suite::parity {
namespace {

using nlohmann::json;

constexpr char kFile[] = "smollm2_gguf.json", kLogitsFile[] = "smollm2.json";

class GgufGolden : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* path = std::getenv("SUITE_SMOLLM2_GGUF");
    if (path == nullptr || *path == '\0') GTEST_SKIP() << "SUITE_SMOLLM2_GGUF names no GGUF file with the model";
    const auto golden = FindGolden(kFile);
    if (!golden) GTEST_SKIP() << MissingGolden(kFile);
    path_ = path;
    golden_ = ReadJson(*golden);
    file_ = std::make_unique<GgufFile>(path_);
  }

  std::string path_;
  json golden_;
  std::unique_ptr<GgufFile> file_;
};

std::string Sha256OfFloats(const at::Tensor& tensor) {
  return Sha256Hex({static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes()});
}

std::vector<float> Floats(const json& list) { return list.get<std::vector<float>>(); }

std::vector<float> FirstOf(const at::Tensor& tensor, size_t count) {
  const float* data = tensor.const_data_ptr<float>();
  return {data, data + count};
}

void ExpectValue(const GgufFile& file, const std::string& key, const json& expected) {
  SCOPED_TRACE(key);
  if (expected.is_string()) {
    EXPECT_EQ(file.Text(key), expected.get<std::string>());
  } else if (expected.is_boolean()) {
    EXPECT_EQ(file.Bool(key), expected.get<bool>());
  } else if (expected.is_number_float()) {
    EXPECT_EQ(file.Real(key), expected.get<double>());
  } else if (expected.is_array()) {
    EXPECT_EQ(file.Texts(key), expected.get<std::vector<std::string>>());
  } else {
    EXPECT_EQ(file.Integer(key), expected.get<int64_t>());
  }
}

template <typename Item>
void ExpectEnds(const std::vector<Item>& found, const json& expected) {
  const auto first = expected["first"].get<std::vector<Item>>(), last = expected["last"].get<std::vector<Item>>();
  ASSERT_EQ(found.size(), expected["length"].get<size_t>());
  EXPECT_EQ(std::vector<Item>(found.begin(), found.begin() + static_cast<int64_t>(first.size())), first);
  EXPECT_EQ(std::vector<Item>(found.end() - static_cast<int64_t>(last.size()), found.end()), last);
}

TEST_F(GgufGolden, FileAndMetadata) {
  ASSERT_EQ(Sha256HexOfFile(path_), golden_["gguf_sha256"].get<std::string>());
  EXPECT_EQ(file_->data_start(), golden_["data_start"].get<uint64_t>());
  EXPECT_EQ(file_->tensors().size(), golden_["tensor_count"].get<size_t>());
  EXPECT_EQ(file_->metadata().size(), golden_["metadata"].size() + golden_["arrays"].size());
  for (const auto& [key, value] : golden_["metadata"].items()) ExpectValue(*file_, key, value);
  for (const auto& [key, array] : golden_["arrays"].items()) {
    SCOPED_TRACE(key);
    if (array["first"][0].is_string()) {
      ExpectEnds(file_->Texts(key), array);
    } else {
      ExpectEnds(file_->Integers(key), array);
    }
  }
}

TEST_F(GgufGolden, PlaceTypeAndValuesOfEveryTensor) {
  std::map<std::string, at::Tensor> named;
  for (const auto& [name, tensor] : GgufNamedTensors(*file_, GgufLlamaConfig(*file_))) named[name] = tensor;
  ASSERT_EQ(golden_["tensors"].size(), file_->tensors().size());
  EXPECT_EQ(named.size(), file_->tensors().size());
  for (const auto& [name, expected] : golden_["tensors"].items()) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(file_->Has(name));
    const GgufTensor& entry = file_->tensors().at(name);
    EXPECT_EQ(entry.type, expected["type"].get<std::string>());
    EXPECT_EQ(std::vector<int64_t>(entry.shape.rbegin(), entry.shape.rend()),
              expected["dims"].get<std::vector<int64_t>>());
    EXPECT_EQ(entry.offset, expected["offset_in_data"].get<uint64_t>());
    EXPECT_EQ(entry.offset + file_->data_start(), expected["file_offset"].get<uint64_t>());
    const std::string hf_name = expected["hf_name"].get<std::string>();
    ASSERT_TRUE(named.count(hf_name)) << hf_name;
    const at::Tensor& tensor = named[hf_name];
    EXPECT_EQ(tensor.sizes().vec(), expected["hf_shape"].get<std::vector<int64_t>>());
    EXPECT_EQ(FirstOf(tensor, expected["first"].size()), Floats(expected["first"]));
    EXPECT_EQ(tensor.const_data_ptr<float>()[tensor.numel() - 1], expected["last"].get<float>());
    EXPECT_EQ(Sha256OfFloats(tensor), expected["sha256_f32"].get<std::string>());
  }
}

std::string Hex(const std::string& bytes) {
  static const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<uint8_t>(byte) >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

TEST_F(GgufGolden, WorkedBlocks) {
  const std::string bytes = ReadFile(path_);
  for (const char* block : {"block_q4_1", "block_q8_0"}) {
    SCOPED_TRACE(block);
    const json& expected = golden_[block];
    const std::string name = expected["tensor"].get<std::string>(), hex = expected["hex"].get<std::string>();
    const uint64_t place = file_->data_start() + file_->tensors().at(name).offset;
    EXPECT_EQ(Hex(bytes.substr(place, hex.size() / 2)), hex);
    EXPECT_EQ(FirstOf(file_->Load(name), expected["values"].size()), Floats(expected["values"]));
  }
}

TEST_F(GgufGolden, RowPermutationOfAHead) {
  const json& permutation = golden_["permutation"];
  const std::string name = permutation["tensor"].get<std::string>();
  const at::Tensor stored = file_->Load(name);
  const std::string hf_name = golden_["tensors"][name]["hf_name"].get<std::string>();
  const at::Tensor turned = Named(GgufNamedTensors(*file_, GgufLlamaConfig(*file_)), hf_name);
  ASSERT_FALSE(permutation["source"].empty());
  for (size_t row = 0; row < permutation["source"].size(); ++row) {
    const auto source = permutation["source"][row].get<int64_t>();
    EXPECT_TRUE(turned[static_cast<int64_t>(row)].equal(stored[source])) << row;
  }
}

// The folder that transformers loads and the GGUF file are one policy, bit for bit.
TEST_F(GgufGolden, EqualsTheFolder) {
  const char* folder = std::getenv("SUITE_SMOLLM2_DIR");
  if (folder == nullptr || *folder == '\0') GTEST_SKIP() << "SUITE_SMOLLM2_DIR names no folder with the model";
  const Policy expected = LoadPolicy(folder, at::kFloat), found = LoadGgufPolicy(path_, at::kFloat);
  EXPECT_TRUE(found.weights.flat().equal(expected.weights.flat()));
  EXPECT_EQ(found.tokenizer.ContentHash(), expected.tokenizer.ContentHash());
  EXPECT_EQ(found.chat_template, expected.chat_template);
  LlamaConfig config = found.config();
  EXPECT_EQ(static_cast<float>(config.rms_norm_eps), static_cast<float>(expected.config().rms_norm_eps));
  config.rms_norm_eps = expected.config().rms_norm_eps;  // GGUF keeps it in float32
  EXPECT_EQ(LlamaConfigToJson(config), LlamaConfigToJson(expected.config()));
}

TEST_F(GgufGolden, IdsAndLogitsOfEveryPrompt) {
  const auto path = FindGolden(kLogitsFile);
  if (!path) GTEST_SKIP() << MissingGolden(kLogitsFile);
  constexpr double kLogit = 1e-3;
  const json golden = ReadJson(*path);
  const Policy policy = LoadGgufPolicy(path_, at::kFloat);
  const Llama llama(policy.config());
  Comparison comparison;
  ASSERT_FALSE(golden["prompts"].empty());
  for (const json& prompt : golden["prompts"]) {
    SCOPED_TRACE(prompt["text"]);
    const auto ids = prompt["ids"].get<std::vector<int64_t>>();
    EXPECT_EQ(policy.tokenizer.Encode(prompt["text"].get<std::string>()), ids);
    const at::Tensor logits_TV = LogitsOfSequences(llama, policy.weights.Tensors(), {ids}, Layout::kSequences).front();
    for (const json& place : prompt["last4"]) {
      const at::Tensor logits_V = logits_TV[place["position"].get<int64_t>()];
      const at::Tensor top = logits_V.index_select(0, TensorOf(place["top_ids"], at::kLong)).to(at::kDouble);
      comparison.Near("logits", top, TensorOf(place["top_logits"], at::kDouble), {kLogit});
      EXPECT_EQ(logits_V.argmax().item<int64_t>(), place["top_ids"][0].get<int64_t>());
    }
  }
  comparison.Print();
}

}  // namespace
}  // namespace suite::parity
