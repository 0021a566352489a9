// minilm.json: all-MiniLM-L6-v2 by transformers. $SUITE_MINILM_DIR names the model's folder.
#include <ATen/ops/mm.h>
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "models/bert_embedder.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden_files.h"

namespace suite::parity {
namespace {

using nlohmann::json;

constexpr char kFile[] = "minilm.json";
constexpr double kEmbedding = 2e-6;

class MiniLmGolden : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("SUITE_MINILM_DIR");
    if (folder == nullptr || *folder == '\0') GTEST_SKIP() << "SUITE_MINILM_DIR names no folder with the model";
    const auto path = FindGolden(kFile);
    if (!path) GTEST_SKIP() << MissingGolden(kFile);
    golden_ = ReadJson(*path);
    ASSERT_FALSE(golden_["cases"].empty());
    embedder_ = std::make_unique<BertEmbedder>(BertEmbedder::Load(folder, at::kFloat));
    std::vector<at::Tensor> rows;
    for (const json& one : golden_["cases"]) {
      texts_.push_back(one["text"].get<std::string>());
      rows.push_back(TensorOf(one["embedding"], at::kDouble));
    }
    expected_NH_ = at::stack(rows);
  }
  void TearDown() override { comparison_.Print(); }

  json golden_;
  std::unique_ptr<BertEmbedder> embedder_;
  std::vector<std::string> texts_;
  at::Tensor expected_NH_;
  Comparison comparison_;
};

TEST_F(MiniLmGolden, IdsOfEveryText) {
  for (const json& one : golden_["cases"]) {
    EXPECT_EQ(embedder_->tokenizer().EncodeForModel(one["text"].get<std::string>(), embedder_->max_tokens()),
              one["ids"].get<std::vector<int64_t>>())
        << one["text"];
  }
}

TEST_F(MiniLmGolden, EmbeddingOfEveryTextAlone) {
  for (size_t i = 0; i < texts_.size(); ++i) {
    SCOPED_TRACE(texts_[i]);
    comparison_.Near("alone", embedder_->Embed({texts_[i]})[0].to(at::kDouble), expected_NH_[static_cast<int64_t>(i)],
                     {kEmbedding});
  }
}

TEST_F(MiniLmGolden, EmbeddingsAndCosinesOfAllTextsTogether) {
  const at::Tensor unit_NH = embedder_->Embed(texts_).to(at::kDouble);
  comparison_.Near("together", unit_NH, expected_NH_, {kEmbedding});
  comparison_.Near("cosine", at::mm(unit_NH, unit_NH.t()), TensorOf(golden_["cosine"], at::kDouble), {kEmbedding});
}

}  // namespace
}  // namespace suite::parity
