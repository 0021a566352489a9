#include "models/llama/rotary.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <vector>

#include "base/check.h"
#include "models/kernels/vector_math.h"
#include "models/kernels/wide_row.h"
#include "models/llama/rope_scaling.h"

namespace suite {
namespace {

SUITE_VECTOR_CLONES
void RotateHead(float* x, const float* cosine, const float* sine, float sign, int64_t half) {
  for (int64_t i = 0; i < half; ++i) {
    const float a = x[i], b = x[i + half], c = cosine[i], s = sign * sine[i];
    x[i] = a * c - b * s;
    x[i + half] = b * c + a * s;
  }
}

void RotateGeneric(at::Tensor& x, const at::Tensor& positions, const RotaryTable& table, int64_t heads, bool inverse) {
  const int64_t half = table.cos_PD.size(1);
  at::Tensor pairs = x.narrow(1, 0, heads * 2 * half).view({x.size(0), heads, 2, half});
  const at::Tensor c = table.cos_PD.index_select(0, positions).to(x.scalar_type()).unsqueeze(1);
  const at::Tensor s = table.sin_PD.index_select(0, positions).to(x.scalar_type()).unsqueeze(1) * (inverse ? -1 : 1);
  const at::Tensor a = pairs.select(2, 0).clone(), b = pairs.select(2, 1).clone();
  pairs.select(2, 0).copy_(a * c - b * s);
  pairs.select(2, 1).copy_(b * c + a * s);
}

template <typename T>
void RotateRows(at::Tensor& x, const at::Tensor& positions, const RotaryTable& table, int64_t heads, bool inverse) {
  const int64_t half = table.cos_PD.size(1), width = x.size(1), limit = table.cos_PD.size(0);
  T* data = x.mutable_data_ptr<T>();
  const int64_t* position = positions.const_data_ptr<int64_t>();
  const float *cosine = table.cos_PD.const_data_ptr<float>(), *sine = table.sin_PD.const_data_ptr<float>();
  at::parallel_for(0, x.size(0), 64, [&](int64_t begin, int64_t end) {
    WideRow<T> rotated(heads * 2 * half);
    for (int64_t n = begin; n < end; ++n) {
      SUITE_CHECK_LT(position[n], limit);
      const int64_t angle = position[n] * half;
      float* row = rotated.Edit(data + n * width);
      for (int64_t head = 0; head < heads; ++head) {
        RotateHead(row + head * 2 * half, cosine + angle, sine + angle, inverse ? -1.0f : 1.0f, half);
      }
      rotated.Store(data + n * width);
    }
  });
}

}  // namespace

RotaryTable MakeRotaryTable(const LlamaConfig& config, int64_t positions) {
  const int64_t half = config.head_dim / 2;
  RotaryTable table = {at::empty({positions, half}, at::kFloat), at::empty({positions, half}, at::kFloat)};
  float *cosine = table.cos_PD.mutable_data_ptr<float>(), *sine = table.sin_PD.mutable_data_ptr<float>();
  const std::vector<float> frequencies = RotaryFrequencies(config.rope_theta, config.head_dim, config.rope_scaling);
  const float factor = RotaryAttentionFactor(config.rope_scaling);
  for (int64_t i = 0; i < half; ++i) {
    for (int64_t p = 0; p < positions; ++p) {
      const float angle = frequencies[static_cast<size_t>(i)] * static_cast<float>(p);
      cosine[p * half + i] = std::cos(angle) * factor;
      sine[p * half + i] = std::sin(angle) * factor;
    }
  }
  return table;
}

void RotateInPlace(at::Tensor& x, const at::Tensor& positions, const RotaryTable& table, int64_t heads, bool inverse) {
  SUITE_CHECK(x.is_contiguous());
  if (!IsKernelInput(x)) {
    RotateGeneric(x, positions, table, heads, inverse);
  } else if (x.scalar_type() == at::kFloat) {
    RotateRows<float>(x, positions, table, heads, inverse);
  } else {
    RotateRows<at::BFloat16>(x, positions, table, heads, inverse);
  }
}

}  // namespace suite
