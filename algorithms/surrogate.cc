#include "algorithms/surrogate.h"

#include "base/check.h"

namespace suite {
namespace {

// -min(ratio A, clip(ratio) A). min passes half of the gradient to each side where both are equal, which inside the
// clip range adds up to the whole: the convention of torch.min, and so of TRL.
SurrogateLoss Clip(const at::Tensor& log_ratio_BT, const at::Tensor& advantage, const SurrogateConfig& config) {
  const at::Tensor ratio_BT = log_ratio_BT.exp();
  const at::Tensor clipped_BT = ratio_BT.clamp(1.0 - config.epsilon_low, 1.0 + config.epsilon_high);
  const at::Tensor applied_BT = config.delta ? ratio_BT.clamp_max(*config.delta) : ratio_BT;
  return {applied_BT.mul(advantage).minimum(clipped_BT.mul(advantage)).neg(), applied_BT.detach()};
}

SurrogateLoss Weighted(const at::Tensor& logp_BT, const at::Tensor& weight_BT, const at::Tensor& ratio_BT,
                       const at::Tensor& advantage) {
  return {weight_BT.mul(advantage).mul(logp_BT).neg(), ratio_BT};
}

}  // namespace

SurrogateLoss EvaluateSurrogate(const at::Tensor& logp_BT, const at::Tensor& log_ratio_BT, const at::Tensor& advantage,
                                const SurrogateConfig& config) {
  if (config.kind == Surrogate::kClip) return Clip(log_ratio_BT, advantage, config);
  if (config.kind == Surrogate::kUnitToken) {
    return Clip(logp_BT.sub(logp_BT.detach()).add(log_ratio_BT.detach()), advantage, config);
  }
  const at::Tensor ratio_BT = log_ratio_BT.detach().exp();
  switch (config.kind) {
    case Surrogate::kCispoTrl:
      return Weighted(logp_BT, ratio_BT.clamp_max(config.epsilon_high), ratio_BT, advantage);
    case Surrogate::kCispoVerl:
      return Weighted(logp_BT, ratio_BT.clamp(1.0 - config.epsilon_low, 1.0 + config.epsilon_high), ratio_BT,
                      advantage);
    case Surrogate::kPolicyGradient:
      return Weighted(logp_BT, ratio_BT, ratio_BT, advantage);
    default:
      SUITE_CHECK(!"a Surrogate without a loss");
  }
  return {};
}

}  // namespace suite
