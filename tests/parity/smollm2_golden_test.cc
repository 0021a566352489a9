// smollm2.json: SmolLM2-135M-Instruct by transformers. $SUITE_SMOLLM2_DIR names the model's folder; 3 GB of memory.
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>

#include "harness/sft/language_model_update.h"
#include "models/sampler.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden_files.h"
#include "tests/parity/model_numbers.h"
#include "tests/parity/supervised_rows.h"

namespace suite::parity {
namespace {

using nlohmann::json;

constexpr char kFile[] = "smollm2.json";
constexpr double kLogit = 1e-3, kSum = 1e-4, kGradient = 1e-3;

class SmolLm2Golden : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("SUITE_SMOLLM2_DIR");
    if (folder == nullptr || *folder == '\0') GTEST_SKIP() << "SUITE_SMOLLM2_DIR names no folder with the model";
    const auto path = FindGolden(kFile);
    if (!path) GTEST_SKIP() << MissingGolden(kFile);
    golden_ = ReadJson(*path);
    policy_ = std::make_unique<Policy>(LoadPolicy(folder, at::kFloat));
    llama_ = std::make_unique<Llama>(policy_->config());
  }
  void TearDown() override { comparison_.Print(); }

  void ExpectPlace(const json& place, const at::Tensor& logits_TV);

  json golden_;
  std::unique_ptr<Policy> policy_;
  std::unique_ptr<Llama> llama_;
  Comparison comparison_;
};

// Sums are held to the tolerance of the mean.
void SmolLm2Golden::ExpectPlace(const json& place, const at::Tensor& logits_TV) {
  const at::Tensor logits_V = logits_TV[place["position"].get<int64_t>()].to(at::kDouble);
  const at::Tensor top = logits_V.index_select(0, TensorOf(place["top_ids"], at::kLong));
  comparison_.Near("logits", top, TensorOf(place["top_logits"], at::kDouble), {kLogit});
  comparison_.Near("logits against float64", top, TensorOf(place["top_logits_f64"], at::kDouble), {kLogit});
  EXPECT_EQ(logits_V.argmax().item<int64_t>(), place["top_ids"][0].get<int64_t>());
  comparison_.Near("mean", logits_V.mean().item<double>(), place["mean"], {kSum});
  comparison_.Near("mean", logits_V.sum().item<double>() / logits_V.size(0),
                   place["sum"].get<double>() / logits_V.size(0), {kSum});
  comparison_.Near("standard deviation", logits_V.std().item<double>(), place["std"], {kSum});
  comparison_.Near("logsumexp", logits_V.logsumexp(0).item<double>(), place["logsumexp"], {kSum});
}

TEST_F(SmolLm2Golden, LogitsAndLogProbsOfEveryPrompt) {
  ASSERT_FALSE(golden_["prompts"].empty());
  for (const json& prompt : golden_["prompts"]) {
    SCOPED_TRACE(prompt["text"]);
    const auto ids = prompt["ids"].get<std::vector<int64_t>>();
    EXPECT_EQ(policy_->tokenizer.Encode(prompt["text"].get<std::string>()), ids);
    const LlamaTensors tensors = policy_->weights.Tensors();
    const at::Tensor logits_TV = LogitsOfSequences(*llama_, tensors, {ids}, Layout::kSequences).front();
    for (const json& place : prompt["last4"]) ExpectPlace(place, logits_TV);
    const at::Tensor logp_M = llama_->LogProbs(tensors, PackSequences({{ids, 1}}), {}).logp_M.detach();
    comparison_.Near("log-probs", logp_M, TensorOf(prompt["token_logprobs"], at::kDouble), {kLogit});
    comparison_.Near("mean negative log-prob", -logp_M.mean().item<double>(), prompt["mean_nll"], {kSum});
  }
}

TEST_F(SmolLm2Golden, GreedyTokensOfAllPromptsInOneBatch) {
  std::vector<std::vector<int64_t>> prompts;
  SamplingOptions options;
  options.choice.greedy = true;
  for (const json& prompt : golden_["prompts"]) {
    prompts.push_back(prompt["ids"].get<std::vector<int64_t>>());
    options.max_new_tokens = static_cast<int64_t>(prompt["greedy_ids"].size());
  }
  const auto groups = SampleGroups(*llama_, policy_->weights.Tensors(), prompts, 1, options,
                                   [](int64_t, int64_t) { return RandomStream(0, "unused", {}); });
  for (size_t i = 0; i < prompts.size(); ++i) {
    EXPECT_EQ(groups[i][0].ids, golden_["prompts"][i]["greedy_ids"].get<std::vector<int64_t>>()) << "prompt " << i;
    EXPECT_EQ(policy_->tokenizer.Decode(groups[i][0].ids), golden_["prompts"][i]["greedy_text"].get<std::string>());
  }
}

TEST_F(SmolLm2Golden, LossAndGradientOfTheLabelledExample) {
  const json& train = golden_["train"];
  const json batch = {{"input_ids", {train["ids"]}},
                      {"labels", {train["labels"]}},
                      {"attention_mask", {std::vector<int>(train["ids"].size(), 1)}}};
  const std::vector<ScoredSequence> sequences = SupervisedRows(batch);
  const double num_items = static_cast<double>(sequences[0].ids.size()) - sequences[0].score_from;
  TrainedPolicy trained(*llama_, policy_->weights, 1);
  UpdateOptions options;
  options.max_grad_norm = std::numeric_limits<double>::infinity();
  const LanguageModelUpdate update = UpdateLanguageModel({sequences}, num_items, 1, options, &trained);
  comparison_.Near("loss", update.losses.front(), train["loss"], {kSum});
  comparison_.Near("loss against float64", update.losses.front(), train["loss_f64"], {kSum});
  comparison_.Near("gradient norm", update.grad_norm, train["grad_norm"], {0, kGradient});
  const NamedTensors gradients = trained.gradients().Parameters();
  ASSERT_FALSE(train["grad_norms"].empty());
  for (const auto& [name, norm] : train["grad_norms"].items()) {
    SCOPED_TRACE(name);
    comparison_.Near("gradient norms", GradientNorm({Named(gradients, name)}), norm, {0, kGradient});
  }
}

}  // namespace
}  // namespace suite::parity
