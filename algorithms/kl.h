// KL of the policy to a reference, estimated at each sampled token from log-probs alone.
//
// With x = logp - reference_logp, tokens sampled from the policy:
//   kK1  x                  unbiased, can be negative
//   kK2  x^2 / 2            biased, low variance; its gradient is that of the KL
//   kK3  exp(-x) - 1 + x    unbiased, never negative; TRL's and the authors' choice
// Source: J. Schulman, "Approximating KL divergence" (2020).
//
// The coefficient beta may follow a schedule over optimizer steps, see KlCoefficient.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace suite {

enum class KlEstimator { kK1, kK2, kK3 };
enum class BetaSchedule { kConstant, kLinear };

struct KlConfig {
  KlEstimator estimator = KlEstimator::kK3;
  double beta = 1e-3;
  BetaSchedule schedule = BetaSchedule::kConstant;
  double final_beta = 0.0;     // kLinear: reached at schedule_steps and kept
  int64_t schedule_steps = 0;  // kLinear only, >= 1
};

// The coefficient at an optimizer step counted from 0.
double KlCoefficient(const KlConfig& config, int64_t step);

// [B,T], with gradient to `logp_BT`; not masked.
at::Tensor TokenKl(const at::Tensor& logp_BT, const at::Tensor& reference_logp_BT, KlEstimator estimator);

}  // namespace suite
