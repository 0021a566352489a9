// Draws one token per row from logits, and gives the log-probability it was drawn with.
//
//   ChosenTokens next = ChooseTokens(logits_AV, options, uniforms);   // one uniform in [0, 1) per row
//
// Drawing is by inverse cumulative distribution, so a row's token is a function of its logits and its uniform alone.
// With top-k or top-p the kept tokens are renormalised and logp is under the renormalised distribution; then a
// trainer's full-vocabulary log-probability differs by log P(kept), so reinforcement learning refuses both.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace suite {

struct TokenChoice {
  double temperature = 1.0;  // above 0
  int64_t top_k = 0;         // 0: off
  double top_p = 1.0;        // 1: off; keeps the smallest set of likeliest tokens whose mass reaches it
  bool greedy = false;       // the likeliest token (the first of equals); logp is then at `temperature`
};

struct ChosenTokens {
  std::vector<int64_t> ids;
  std::vector<float> logp;
};

// Some columns of a row of logits, rising; not owned.
struct TokenSpan {
  const int32_t* ids = nullptr;
  int32_t count = 0;
};

// logits [A, vocab] of any float dtype and device. On the CPU in float32 a kernel draws; elsewhere ATen operators do.
ChosenTokens ChooseTokens(const at::Tensor& logits_AV, const TokenChoice& choice, const std::vector<double>& uniforms);

// The same with each row drawing from its span only, over which its probabilities are renormalised; `ids` are columns.
// The only one of its span has log-probability 0, whatever its logit. Drawn on the CPU.
ChosenTokens ChooseAllowedTokens(const at::Tensor& logits_AV, const TokenChoice& choice,
                                 const std::vector<double>& uniforms, const std::vector<TokenSpan>& allowed);

}  // namespace suite
