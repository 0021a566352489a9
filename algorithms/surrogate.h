// Surrogates: importance ratio w and advantage A to a loss per token, before any averaging.
//
//   kClip            -min(min(w, delta) A, clip(w, 1-epsilon_low, 1+epsilon_high) A); without `delta` the plain PPO
//                    clip. `delta` is the two-sided or dual clip: it bounds the loss where A < 0 and w is large.
//   kUnitToken       kClip with w_t = exp(logp_t - sg(logp_t) + sg(log w_unit)): the value of the unit's ratio, but the
//                    gradient of token t reaches token t alone. GSPO-token at sequence level, rank-token at rank level.
//   kCispoTrl        -sg(min(w, epsilon_high)) A logp; epsilon_high is an absolute cap (5 is usual), no lower bound
//   kCispoVerl       -sg(clip(w, 1-epsilon_low, 1+epsilon_high)) A logp
//   kPolicyGradient  -sg(w) A logp; with RatioUnit::kNone plain REINFORCE, -A logp
//
// sg stops the gradient. Two CISPOs exist under one name; ours say whose.
// Source: PPO arXiv 1707.06347; dual clip arXiv 1912.09729 (verl clip_ratio_c; TRL `delta` is the same bound);
// GSPO-token arXiv 2507.18071 section 4.3; CISPO arXiv 2506.13585.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace suite {

enum class Surrogate { kClip, kUnitToken, kCispoTrl, kCispoVerl, kPolicyGradient };

struct SurrogateConfig {
  Surrogate kind = Surrogate::kClip;
  double epsilon_low = 0.2;
  double epsilon_high = 0.2;
  std::optional<double> delta;  // kClip and kUnitToken only; above 1 + epsilon_high
};

struct SurrogateLoss {
  at::Tensor loss_BT;   // minimised; not masked
  at::Tensor ratio_BT;  // the ratio as applied (cut at delta), detached: what clip shares are counted on, as in TRL
};

// `log_ratio_BT`: the unit's log-ratio with its gradient (ratio.h); `advantage` [B,T] or [B,1].
SurrogateLoss EvaluateSurrogate(const at::Tensor& logp_BT, const at::Tensor& log_ratio_BT, const at::Tensor& advantage,
                                const SurrogateConfig& config);

}  // namespace suite
