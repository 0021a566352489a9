// end_to_end/golden.json, variants: the authors' trainer and TRL's against UpdateByReward, with one shard and with two.
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <numeric>

#include "algorithms/kl.h"
#include "algorithms/ratio.h"
#include "algorithms/surrogate.h"
#include "harness/rl/update.h"
#include "models/checkpoints/safetensors.h"
#include "models/llama/sharded_scorer.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden_files.h"
#include "tests/parity/model_numbers.h"
#include "tests/parity/rollout_scene.h"

namespace suite::parity {
namespace {

using nlohmann::json;

constexpr double kLoss = 1e-5, kLogProb = 1e-4, kFirstGradient = 1e-4, kSecondGradient = 1e-3;

// What the name of a step record says.
struct StepKind {
  double max_grad_norm = std::numeric_limits<double>::infinity();
  bool second = false;      // the second update on the same rollouts
  bool accumulate = false;  // micro-batches of the rows that the record names
};

StepKind KindOf(const std::string& name) {
  StepKind kind;
  kind.second = name.find("_second_step") != std::string::npos;
  kind.accumulate = name.find("_accumulate_") != std::string::npos;
  const size_t clip = name.find("_clip_");
  if (clip != std::string::npos) kind.max_grad_norm = std::stod(name.substr(clip + 6));
  EXPECT_TRUE(clip != std::string::npos || name.find("_no_clipping") != std::string::npos) << name;
  EXPECT_EQ(name.rfind(kind.second ? "two_iterations_" : "one_step_", 0), 0u) << name;
  return kind;
}

// One variant on one number of shards: a policy, its objective, and the batch cut into micro-batches.
class VariantRun {
 public:
  VariantRun(const RolloutScene& scene, const JudgedVariant& judged, int64_t shards)
      : scene_(scene), judged_(judged), shards_(shards), policy_(scene.llama, scene.policy.weights, shards) {
    const PromptRange all = {0, static_cast<int64_t>(scene.prompts.size())};
    whole_.packed = PackShards(scene.prompts, scene.groups, all, shards, scene.spans.mask_BT.size(1));
    whole_.spans = scene.spans;
    // The reference model and the policy that sampled are both the one that training starts from.
    whole_.old_logp_BT = Score();
    whole_.reference_logp_BT = whole_.old_logp_BT;
    whole_.advantage_BT = judged.advantages.advantage_BT;
    whole_.normalizer = WholeBatch(scene.spans);
    const json& optimizer = scene.golden["optimizer"];
    options_.temperature = optimizer["temperature"];
    options_.step.learning_rate = optimizer["lr"];
    options_.step.adamw = {optimizer["betas"][0], optimizer["betas"][1], optimizer["eps"], optimizer["weight_decay"]};
  }

  RlUpdate Update(const std::vector<RlMicroBatch>& micro_batches, double max_grad_norm) {
    options_.on_policy = policy_.optimizer().step == 0;
    options_.step.max_grad_norm = max_grad_norm;
    return UpdateByReward(micro_batches, *judged_.objective, options_, &policy_);
  }

  const RlMicroBatch& whole() const { return whole_; }

  // The micro-batch of some rows in the order given, out of `count`.
  RlMicroBatch Rows(const std::vector<int64_t>& rows, size_t count) const {
    const at::Tensor index = at::tensor(rows);
    RlMicroBatch part;
    part.packed = PackRows(rows);
    part.spans = SelectRows(whole_.spans, index);
    part.old_logp_BT = whole_.old_logp_BT.index_select(0, index);
    part.reference_logp_BT = whole_.reference_logp_BT.index_select(0, index);
    part.advantage_BT = whole_.advantage_BT.index_select(0, index);
    part.normalizer = whole_.normalizer;
    part.normalizer.micro_batches = static_cast<double>(count);
    return part;
  }

  // Log-probs of the completions under the policy as it is now.
  at::Tensor Score() const {
    return ScoreWithoutGradients(scene_.llama, policy_.weights().Tensors(), whole_.packed, {options_.temperature})
        .logp_BT;
  }

  const TrainedPolicy& policy() const { return policy_; }
  const JudgedVariant& judged() const { return judged_; }

 private:
  std::vector<PackedTokens> PackRows(const std::vector<int64_t>& rows) const {
    const int64_t count = static_cast<int64_t>(rows.size()), shards = std::min(shards_, count);
    std::vector<PackedTokens> packed;
    for (int64_t shard = 0; shard < shards; ++shard) {
      std::vector<TokenGroup> groups;
      for (int64_t i = count * shard / shards; i < count * (shard + 1) / shards; ++i) {
        const int64_t row = rows[static_cast<size_t>(i)], prompt = row / scene_.group_size;
        groups.push_back(
            {scene_.prompts[static_cast<size_t>(prompt)],
             {scene_.groups[static_cast<size_t>(prompt)][static_cast<size_t>(row % scene_.group_size)].ids}});
      }
      packed.push_back(PackGroups(groups, scene_.spans.mask_BT.size(1)));
    }
    return packed;
  }

  const RolloutScene& scene_;
  const JudgedVariant& judged_;
  int64_t shards_;
  TrainedPolicy policy_;
  RlMicroBatch whole_;
  RlUpdateOptions options_;
};

class RlUpdateGolden : public ::testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override {
    scene_ = ReadRolloutScene();
    if (!scene_) GTEST_SKIP() << MissingGolden(kRolloutScene);
  }
  void TearDown() override { comparison_.Print(); }

  void ExpectRecord(const json& record, const StepKind& kind, const RlUpdate& update, const TrainedPolicy& policy);
  void ExpectSeries(const json& record, const RlUpdate& update);
  void ExpectLosses(const json& expected, const RlUpdate& update);
  void ExpectDetail(const json& detail, const VariantRun& run);
  void RunRecord(const json& record, const StepKind& kind, VariantRun* run);

  std::unique_ptr<RolloutScene> scene_;
  Comparison comparison_;
};

// A golden list holds each micro-batch's own mean; ours carry their share of the batch.
void RlUpdateGolden::ExpectLosses(const json& expected, const RlUpdate& update) {
  const json list = expected.is_array() ? expected : json::array({expected});
  ASSERT_EQ(list.size(), update.losses.size());
  const double count = static_cast<double>(list.size());
  for (size_t i = 0; i < list.size(); ++i) comparison_.Near("loss", update.losses[i] * count, list[i], {kLoss});
}

void RlUpdateGolden::ExpectSeries(const json& record, const RlUpdate& update) {
  const std::map<std::string, double> found(update.diagnostics.begin(), update.diagnostics.end());
  for (const auto& [key, name] :
       {std::pair{"kl_mean", "kl"}, {"clip_low", "clip_ratio/low_mean"}, {"clip_high", "clip_ratio/high_mean"}}) {
    if (!record.contains(key)) continue;
    ASSERT_TRUE(found.count(name)) << name;
    comparison_.Near(key, found.at(name), record[key], {kLoss});
  }
}

void RlUpdateGolden::ExpectRecord(const json& record, const StepKind& kind, const RlUpdate& update,
                                  const TrainedPolicy& policy) {
  const double relative = kind.second ? kSecondGradient : kFirstGradient;
  const std::string when = kind.second ? " at the second step" : "";
  ExpectLosses(record["loss"], update);
  ExpectSeries(record, update);
  comparison_.Near("gradient norm" + when, update.grad_norm, record["total_grad_norm_before_clipping"], {0, relative});
  comparison_.Near("gradient norm" + when, GradientNorm({policy.gradients().flat()}), record["total_grad_norm_used"],
                   {0, relative});
  const json& names = scene_->golden["parameter_names"];
  const NamedTensors gradients = policy.gradients().Parameters(), weights = policy.weights().Parameters();
  ASSERT_EQ(names.size(), weights.size());
  ASSERT_EQ(names.size(), record["grad_norms"].size());
  for (size_t i = 0; i < names.size(); ++i) {
    SCOPED_TRACE(names[i]);
    const at::Tensor gradient = Named(gradients, names[i]), weight = Named(weights, names[i]);
    const double norm = record["grad_norms"][i], root = std::sqrt(static_cast<double>(gradient.numel()));
    comparison_.Near("gradient norms" + when, GradientNorm({gradient}), norm, {0, relative});
    // An element's error is that of a sum over tokens: relative to itself and to the parameter's usual gradient.
    comparison_.Near("gradient samples" + when, SamplesOf(gradient), TensorOf(record["grad_samples"][i], at::kFloat),
                     {relative * norm / root, relative});
    // No further off than if each element were at the tight end of its tolerance.
    comparison_.Near("norms after the update" + when, GradientNorm({weight}), record["after_norms"][i], {2e-6 * root});
    comparison_.AddUpdated("parameters after the update", SamplesOf(weight),
                           TensorOf(record["after_samples"][i], at::kFloat));
  }
}

void RlUpdateGolden::ExpectDetail(const json& detail, const VariantRun& run) {
  const RlMicroBatch& batch = run.whole();
  const ObjectiveConfig& config = run.judged().objective->config();
  const at::Tensor mask_BT = batch.spans.mask_BT, logp_BT = run.Score();
  const auto expected = [&](const char* key) {
    return TensorOf(detail[key], at::kFloat).expand_as(logp_BT).mul(mask_BT);
  };
  const SurrogateLoss surrogate =
      EvaluateSurrogate(logp_BT, UnitLogRatio(logp_BT.sub(batch.old_logp_BT), batch.spans, config.ratio),
                        batch.advantage_BT, config.surrogate);
  const at::Tensor loss_BT =
      surrogate.loss_BT.add(TokenKl(logp_BT, batch.reference_logp_BT, config.kl.estimator), config.kl.beta);
  comparison_.Near("log-probs at the second step", logp_BT.mul(mask_BT), expected("per_token_logps"), {kLogProb});
  comparison_.Near("ratios at the second step", surrogate.ratio_BT.mul(mask_BT), expected("ratio"), {0, kLogProb});
  comparison_.Near("token losses at the second step", loss_BT.mul(mask_BT), expected("per_token_loss"), {kLogProb});
}

void RlUpdateGolden::RunRecord(const json& record, const StepKind& kind, VariantRun* run) {
  std::vector<RlMicroBatch> micro_batches;
  if (kind.accumulate) {
    const json& rows = record["rows_of_micro_batches"];
    for (const json& part : rows) micro_batches.push_back(run->Rows(part.get<std::vector<int64_t>>(), rows.size()));
  } else {
    micro_batches.push_back(run->whole());
  }
  if (kind.second) run->Update(micro_batches, kind.max_grad_norm);
  const RlUpdate update = run->Update(micro_batches, kind.max_grad_norm);
  ExpectRecord(record, kind, update, run->policy());
}

TEST_P(RlUpdateGolden, EveryRecordOfEveryVariant) {
  int records = 0;
  for (const auto& [name, variant] : scene_->golden["variants"].items()) {
    const JudgedVariant judged = JudgeVariant(*scene_, variant, name);
    for (const auto& [key, record] : variant.items()) {
      SCOPED_TRACE(name + " " + key);
      VariantRun run(*scene_, judged, GetParam());
      if (key == "second_step_detail") {
        // Scored before the second update, after a first one with the clipping of the record beside it.
        run.Update({run.whole()}, 1.0);
        ExpectDetail(record, run);
      } else if (record.is_object() && record.contains("loss")) {
        RunRecord(record, KindOf(key), &run);
        ++records;
      }
    }
  }
  EXPECT_GT(records, 0);
  comparison_.CheckUpdated("parameters after the update");
}

// after_VARIANT_one_step_clip1.safetensors
TEST_P(RlUpdateGolden, AllParametersAfterOneStep) {
  const std::string prefix = "after_", suffix = "_one_step_clip1.safetensors";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(scene_->folder)) {
    const std::string file = entry.path().filename();
    if (file.rfind(prefix, 0) != 0 || file.size() <= prefix.size() + suffix.size()) continue;
    const std::string name = file.substr(prefix.size(), file.size() - prefix.size() - suffix.size());
    ASSERT_TRUE(scene_->golden["variants"].contains(name)) << file;
    const JudgedVariant judged = JudgeVariant(*scene_, scene_->golden["variants"][name], name);
    VariantRun run(*scene_, judged, GetParam());
    run.Update({run.whole()}, 1.0);
    const SafetensorsFile expected(entry.path());
    const NamedTensors weights = run.policy().weights().Parameters();
    EXPECT_EQ(expected.names().size(), weights.size());
    for (const auto& [parameter, tensor] : weights) comparison_.AddUpdated(file, tensor, expected.Load(parameter));
    comparison_.CheckUpdated(file);
    ++files;
  }
  if (files == 0) GTEST_SKIP() << "no golden file " << prefix << "*" << suffix << " in " << scene_->folder;
}

INSTANTIATE_TEST_SUITE_P(Shards, RlUpdateGolden, ::testing::Values(1, 2));

}  // namespace
}  // namespace suite::parity
