#include "models/kernels/choose_token.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "models/kernels/vector_math.h"

namespace suite {
namespace {

SUITE_VECTOR_CLONES
float Largest(const float* x, int64_t size) {
  float largest = x[0];
#pragma omp simd reduction(max : largest)
  for (int64_t i = 0; i < size; ++i) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

// weights[i] = exp((x[i] - largest) / temperature); returns their sum.
SUITE_VECTOR_CLONES
float Weigh(const float* x, int64_t size, float largest, float inverse_temperature, float* weights) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < size; ++i) {
    weights[i] = VectorExp((x[i] - largest) * inverse_temperature);
    sum += weights[i];
  }
  return sum;
}

// The first index whose cumulative weight exceeds `uniform` of the whole. The whole is the same sum in the same order,
// so that it is always reached, and never by a token too unlikely to change it.
int64_t Locate(const float* weights, int64_t size, double uniform) {
  double total = 0;
  for (int64_t i = 0; i < size; ++i) total += weights[i];
  const double goal = uniform * total;
  double sum = 0;
  for (int64_t i = 0; i < size; ++i) {
    sum += weights[i];
    if (sum > goal) return i;
  }
  return size - 1;  // NaN only
}

// Zeroes the weights that top-k and top-p drop; returns the sum of the rest. Ties go to the lower id.
float Truncate(std::vector<float>& weights, const TokenChoice& choice) {
  std::vector<int64_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return weights[static_cast<size_t>(a)] > weights[static_cast<size_t>(b)];
  });
  size_t keep = order.size();
  if (choice.top_k > 0) keep = std::min(keep, static_cast<size_t>(choice.top_k));
  double kept_mass = 0, total = 0;
  for (size_t i = 0; i < keep; ++i) total += weights[static_cast<size_t>(order[i])];
  size_t count = 0;
  while (count < keep && (count == 0 || kept_mass < choice.top_p * total)) {
    kept_mass += weights[static_cast<size_t>(order[count++])];
  }
  for (size_t i = count; i < order.size(); ++i) weights[static_cast<size_t>(order[i])] = 0;
  return static_cast<float>(kept_mass);
}

struct Draw {
  int64_t id;
  float logp;
};

Draw DrawRow(const float* logits, int64_t size, const TokenChoice& choice, double uniform,
             std::vector<float>& weights) {
  const float inverse = static_cast<float>(1.0 / choice.temperature);
  const float largest = Largest(logits, size);
  float sum = Weigh(logits, size, largest, inverse, weights.data());
  int64_t id = 0;
  if (choice.greedy) {
    while (id + 1 < size && logits[id] != largest) ++id;  // NaN equals nothing
  } else {
    if (choice.top_k > 0 || choice.top_p < 1.0) sum = Truncate(weights, choice);
    id = Locate(weights.data(), size, uniform);
  }
  return {id, (logits[id] - largest) * inverse - std::log(sum)};
}

ChosenTokens ChooseGeneric(const at::Tensor& logits, const TokenChoice& choice, const std::vector<double>& uniforms) {
  SUITE_CHECK(choice.top_k == 0 && choice.top_p >= 1.0);
  const at::Tensor logp = at::log_softmax(logits.to(at::kDouble) / choice.temperature, 1);
  at::Tensor id;
  if (choice.greedy) {
    id = logits.argmax(1, /*keepdim=*/true);
  } else {
    const at::Tensor goal = at::tensor(uniforms, at::dtype(at::kDouble)).to(logits.device()).unsqueeze(1);
    const at::Tensor cumulative = logp.exp().cumsum(1);
    id = at::searchsorted(cumulative, goal * cumulative.narrow(1, logits.size(1) - 1, 1), false, /*right=*/true)
             .clamp_max(logits.size(1) - 1);
  }
  const at::Tensor ids = id.squeeze(1).cpu().contiguous();
  const at::Tensor chosen = logp.gather(1, id).squeeze(1).to(at::kFloat).cpu().contiguous();
  return {{ids.const_data_ptr<int64_t>(), ids.const_data_ptr<int64_t>() + ids.numel()},
          {chosen.const_data_ptr<float>(), chosen.const_data_ptr<float>() + chosen.numel()}};
}

}  // namespace

ChosenTokens ChooseTokens(const at::Tensor& logits, const TokenChoice& choice, const std::vector<double>& uniforms) {
  const int64_t rows = logits.size(0), size = logits.size(1);
  SUITE_CHECK_EQ(static_cast<int64_t>(uniforms.size()), rows);
  const bool truncated = choice.top_k > 0 || choice.top_p < 1.0;
  const bool half = logits.scalar_type() == at::kBFloat16 || logits.scalar_type() == at::kHalf;
  if (!logits.device().is_cpu() && truncated) return ChooseTokens(logits.cpu(), choice, uniforms);
  if (logits.device().is_cpu() && (half || (logits.scalar_type() != at::kFloat && truncated))) {
    return ChooseTokens(logits.to(at::kFloat), choice, uniforms);
  }
  if (!logits.device().is_cpu() || logits.scalar_type() != at::kFloat) return ChooseGeneric(logits, choice, uniforms);
  ChosenTokens chosen = {std::vector<int64_t>(uniforms.size()), std::vector<float>(uniforms.size())};
  const at::Tensor rows_in_order = logits.contiguous();
  const float* data = rows_in_order.const_data_ptr<float>();
  at::parallel_for(0, rows, 4, [&](int64_t begin, int64_t end) {
    std::vector<float> weights(static_cast<size_t>(size));
    for (int64_t n = begin; n < end; ++n) {
      const auto index = static_cast<size_t>(n);
      const Draw draw = DrawRow(data + n * size, size, choice, uniforms[index], weights);
      chosen.ids[index] = draw.id;
      chosen.logp[index] = draw.logp;
    }
  });
  return chosen;
}

ChosenTokens ChooseAllowedTokens(const at::Tensor& logits, const TokenChoice& choice,
                                 const std::vector<double>& uniforms, const std::vector<TokenSpan>& allowed) {
  const int64_t rows = logits.size(0), size = logits.size(1);
  SUITE_CHECK_EQ(static_cast<int64_t>(uniforms.size()), rows);
  SUITE_CHECK_EQ(static_cast<int64_t>(allowed.size()), rows);
  ChosenTokens chosen = {std::vector<int64_t>(uniforms.size()), std::vector<float>(uniforms.size())};
  const at::Tensor wide = logits.to(at::kCPU, at::kFloat).contiguous();
  const float* data = wide.const_data_ptr<float>();
  at::parallel_for(0, rows, 4, [&](int64_t begin, int64_t end) {
    std::vector<float> of_span, weights;
    for (int64_t n = begin; n < end; ++n) {
      const auto index = static_cast<size_t>(n);
      const TokenSpan span = allowed[index];
      SUITE_CHECK_GT(span.count, 0);
      of_span.resize(static_cast<size_t>(span.count));
      weights.resize(of_span.size());
      for (int32_t i = 0; i < span.count; ++i) of_span[static_cast<size_t>(i)] = data[n * size + span.ids[i]];
      const bool forced = span.count == 1;
      const Draw draw = forced ? Draw{0, 0.0f} : DrawRow(of_span.data(), span.count, choice, uniforms[index], weights);
      chosen.ids[index] = span.ids[draw.id];
      chosen.logp[index] = draw.logp;
    }
  });
  return chosen;
}

}  // namespace suite
