// sft.json: TRL's SFTTrainer against UpdateLanguageModel, with one shard and with two.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "algorithms/sft_objective.h"
#include "harness/sft/language_model_update.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden_files.h"
#include "tests/parity/model_numbers.h"
#include "tests/parity/supervised_rows.h"

namespace suite::parity {
namespace {

using nlohmann::json;

constexpr char kFile[] = "sft.json";
constexpr double kLoss = 1e-4, kGradient = 1e-4;

class SupervisedGolden : public ::testing::TestWithParam<int64_t> {
 protected:
  void TearDown() override { comparison_.Print(); }

  void ExpectCase(const json& golden, const json& c, const Policy& policy, const Llama& llama);
  void ExpectParameters(const json& golden, const json& c, const TrainedPolicy& policy);
  void ExpectAccuracy(const json& micro_batch, const TrainedPolicy& policy, const Llama& llama);

  Comparison comparison_;
};

UpdateOptions OptionsOf(const json& golden, const json& c) {
  const json& optimizer = golden["optimizer"];
  UpdateOptions options;
  options.learning_rate = optimizer["lr"];
  options.max_grad_norm = c["options"].value("max_grad_norm", std::numeric_limits<double>::infinity());
  options.adamw = {optimizer["betas"][0], optimizer["betas"][1], optimizer["eps"], optimizer["weight_decay"]};
  return options;
}

// The likeliest token at each counted place, against the label. A rounding error may decide between two equals: none
// of the places is near one, or the shares would differ by one in the number of counted labels.
void SupervisedGolden::ExpectAccuracy(const json& micro_batch, const TrainedPolicy& policy, const Llama& llama) {
  const std::vector<std::vector<int64_t>> rows = UnpaddedRows(micro_batch["input_ids"], micro_batch["attention_mask"]);
  const auto logits = LogitsOfSequences(llama, policy.weights().Tensors(), rows, Layout::kSequences);
  const at::Tensor label_BS = ShiftLabels(TensorOf(micro_batch["labels"], at::kLong));
  at::Tensor predicted_BS = label_BS.clone().fill_(-1);
  for (size_t row = 0; row < rows.size(); ++row) {
    const int64_t predicted = static_cast<int64_t>(rows[row].size()) - 1;
    predicted_BS[static_cast<int64_t>(row)]
        .narrow(0, 0, predicted)
        .copy_(logits[row].argmax(-1).narrow(0, 0, predicted));
  }
  comparison_.Near("token accuracy", TokenAccuracy(predicted_BS, label_BS, label_BS.ne(kNotCounted)),
                   micro_batch["token_accuracy"], {1e-6});
}

void SupervisedGolden::ExpectParameters(const json& golden, const json& c, const TrainedPolicy& policy) {
  const json& names = golden["parameter_names"];
  const NamedTensors gradients = policy.gradients().Parameters(), weights = policy.weights().Parameters();
  ASSERT_EQ(names.size(), weights.size());
  ASSERT_EQ(names.size(), c["grad_norms"].size());
  for (size_t i = 0; i < names.size(); ++i) {
    SCOPED_TRACE(names[i]);
    const at::Tensor gradient = Named(gradients, names[i]), weight = Named(weights, names[i]);
    const double norm = c["grad_norms"][i], root = std::sqrt(static_cast<double>(gradient.numel()));
    comparison_.Near("gradient norms", GradientNorm({gradient}), norm, {0, kGradient});
    comparison_.Near("gradient samples", SamplesOf(gradient), TensorOf(c["grad_samples"][i], at::kFloat),
                     {kGradient * norm / root, kGradient});
    comparison_.Near("norms after the update", GradientNorm({weight}), c["after_norms"][i], {2e-6 * root});
    comparison_.AddUpdated("parameters after the update", SamplesOf(weight),
                           TensorOf(c["after_samples"][i], at::kFloat));
  }
}

void SupervisedGolden::ExpectCase(const json& golden, const json& c, const Policy& policy, const Llama& llama) {
  TrainedPolicy trained(llama, policy.weights, GetParam());
  std::vector<std::vector<ScoredSequence>> micro_batches;
  double num_items = 0;
  for (const json& micro_batch : c["micro_batches"]) {
    micro_batches.push_back(SupervisedRows(micro_batch));
    num_items += CountItems(TensorOf(micro_batch["labels"], at::kLong).ne(kNotCounted));
    ExpectAccuracy(micro_batch, trained, llama);
  }
  const LanguageModelUpdate update =
      UpdateLanguageModel(micro_batches, num_items, GetParam(), OptionsOf(golden, c), &trained);
  for (size_t i = 0; i < micro_batches.size(); ++i) {
    EXPECT_EQ(num_items, c["micro_batches"][i]["num_items_in_batch"].get<double>());
    comparison_.Near("loss", update.losses[i], c["micro_batches"][i]["loss"], {kLoss});
  }
  comparison_.Near("sum of losses", std::accumulate(update.losses.begin(), update.losses.end(), 0.0),
                   c["sum_of_losses"], {kLoss});
  // The file gives the norm that was used: after clipping, where a case clips.
  comparison_.Near("gradient norm", GradientNorm({trained.gradients().flat()}), c["total_grad_norm"], {0, kGradient});
  ExpectParameters(golden, c, trained);
}

TEST_P(SupervisedGolden, EveryCase) {
  const auto path = FindGolden(kFile);
  if (!path) GTEST_SKIP() << MissingGolden(kFile);
  const json golden = ReadJson(*path);
  const Policy policy = LoadStagedPolicy({LlamaFolder()}, at::kFloat);
  const Llama llama(policy.config());
  ASSERT_FALSE(golden["cases"].empty());
  for (const json& c : golden["cases"]) {
    SCOPED_TRACE(c["name"]);
    ExpectCase(golden, c, policy, llama);
  }
  comparison_.CheckUpdated("parameters after the update");
}

INSTANTIATE_TEST_SUITE_P(Shards, SupervisedGolden, ::testing::Values(1, 2));

}  // namespace
}  // namespace suite::parity
