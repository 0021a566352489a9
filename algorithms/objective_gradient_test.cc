// Gradients equal finite differences in double for every legal mix of the space.
//
// Where a surrogate stops a gradient, the function that is differentiated is the one with the stopped parts held fixed,
// so the check freezes them: the frozen loss is written out here, once, from the definitions in surrogate.h.
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "algorithms/golden_cases.h"
#include "algorithms/objective.h"
#include "algorithms/objective_fields.h"
#include "algorithms/random_batch.h"

namespace suite {
namespace {

constexpr double kStep = 1e-6;
constexpr double kTolerance = 1e-7;  // central differences: truncation 1e-12, rounding 1e-16 / 1e-6

// The loss at `logp_BT` with the parts that carry no gradient evaluated at `base_BT`.
double FrozenLoss(const ObjectiveConfig& config, const ObjectiveInput& input, const at::Tensor& logp_BT,
                  const at::Tensor& base_BT) {
  const at::NoGradGuard no_grad;
  const RankSpans& spans = *input.spans;
  const UnitMembers ranks = RankMembers(spans, at::kDouble);
  const auto unit = [&](const at::Tensor& x_BT) {
    return UnitLogRatio(x_BT.sub(input.old_logp_BT), spans, ranks, config.ratio);
  };
  const at::Tensor frozen_BT = unit(base_BT).exp();
  const at::Tensor advantage_BT = input.advantage_BT;
  const double low = 1 - config.surrogate.epsilon_low, high = 1 + config.surrogate.epsilon_high;
  const auto clip = [&](const at::Tensor& ratio_BT) {
    return ratio_BT.mul(advantage_BT).minimum(ratio_BT.clamp(low, high).mul(advantage_BT)).neg();
  };
  at::Tensor loss_BT;
  switch (config.surrogate.kind) {
    case Surrogate::kClip:
      loss_BT = clip(unit(logp_BT).exp());
      break;
    case Surrogate::kUnitToken:
      loss_BT = clip(logp_BT.sub(base_BT).exp().mul(frozen_BT));
      break;
    case Surrogate::kCispoTrl:
      loss_BT = frozen_BT.clamp_max(config.surrogate.epsilon_high).mul(advantage_BT).mul(logp_BT).neg();
      break;
    case Surrogate::kCispoVerl:
      loss_BT = frozen_BT.clamp(low, high).mul(advantage_BT).mul(logp_BT).neg();
      break;
    case Surrogate::kPolicyGradient:
      loss_BT = frozen_BT.mul(advantage_BT).mul(logp_BT).neg();
      break;
  }
  loss_BT = loss_BT.add(TokenKl(logp_BT, input.reference_logp_BT, config.kl.estimator), config.kl.beta);
  const at::Tensor weight_BT = TokenWeights(config.reduction, spans, ranks, input.normalizer, at::kDouble);
  return weight_BT.mul(loss_BT).sum().item<double>();
}

std::string Label(const ObjectiveConfig& config) {
  std::string label;
  for (const auto& [name, value] : DescribeObjective(config)) label += name + "=" + value + " ";
  return label;
}

TEST(ObjectiveGradientTest, EqualsFiniteDifferences) {
  const RandomBatch batch = MakeRandomBatch();
  for (const ObjectiveConfig& config : MixedConfigs()) {
    SCOPED_TRACE(Label(config));
    ObjectiveInput input = InputOf(batch, config);
    input.want_diagnostics = false;
    if (batch.logp_BT.grad().defined()) batch.logp_BT.mutable_grad().reset();
    MakeObjective(config)->Compute(input).loss.backward();
    const at::Tensor base_BT = batch.logp_BT.detach();
    const at::Tensor gradient_BT = batch.logp_BT.grad();
    for (int64_t i = 0; i < base_BT.numel(); ++i) {
      at::Tensor above_BT = base_BT.clone(), below_BT = base_BT.clone();
      above_BT.mutable_data_ptr<double>()[i] += kStep;
      below_BT.mutable_data_ptr<double>()[i] -= kStep;
      const double slope =
          (FrozenLoss(config, input, above_BT, base_BT) - FrozenLoss(config, input, below_BT, base_BT)) / (2 * kStep);
      ASSERT_NEAR(gradient_BT.const_data_ptr<double>()[i], slope, kTolerance * (1 + std::abs(slope))) << "token " << i;
    }
  }
}

TEST(ObjectiveGradientTest, EntropyBonusHasTheSameScaleForEveryReduction) {
  const RandomBatch batch = MakeRandomBatch();
  for (const char* reduction : {"rank_mean", "bnpo", "grpo", "dapo", "dr_grpo"}) {
    const ObjectiveConfig config = PresetConfig(
        "rank_grpo_log", {{"reduction", reduction}, {"entropy_bonus", "0.5"}, {"max_completion_length", "12"}});
    const ObjectiveInput input = InputOf(batch, config);
    if (batch.entropy_BT.grad().defined()) batch.entropy_BT.mutable_grad().reset();
    MakeObjective(config)->Compute(input).loss.backward();
    const at::Tensor expected_BT = batch.spans.mask_BT.to(at::kDouble).mul(-0.5 / input.normalizer.active_tokens);
    EXPECT_EQ(Differs(batch.entropy_BT.grad(), expected_BT, 1e-14, 1.0), "") << reduction;
  }
}

}  // namespace
}  // namespace suite
