#include "algorithms/kl.h"

#include <algorithm>

#include "base/check.h"

namespace suite {

double KlCoefficient(const KlConfig& config, int64_t step) {
  if (config.schedule == BetaSchedule::kConstant) return config.beta;
  SUITE_CHECK_GE(config.schedule_steps, 1);
  const double progress = std::min(1.0, static_cast<double>(step) / static_cast<double>(config.schedule_steps));
  return config.beta + (config.final_beta - config.beta) * progress;
}

at::Tensor TokenKl(const at::Tensor& logp_BT, const at::Tensor& reference_logp_BT, KlEstimator estimator) {
  const at::Tensor to_reference_BT = reference_logp_BT.sub(logp_BT);
  switch (estimator) {
    case KlEstimator::kK1:
      return to_reference_BT.neg();
    case KlEstimator::kK2:
      return to_reference_BT.square().mul(0.5);
    case KlEstimator::kK3:
      return to_reference_BT.exp().sub(to_reference_BT).sub(1);
  }
  SUITE_CHECK(!"a KlEstimator without a value");
}

}  // namespace suite
