#include "models/llama/rotary.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "base/check.h"
#include "models/kernels/vector_math.h"
#include "models/kernels/wide_row.h"

namespace suite {
namespace {

// Wavelengths longer than the original context are stretched by `factor`, short ones kept, those between interpolated.
float StretchedFrequency(float frequency, const Llama3RopeScaling& scaling) {
  const float wavelength = static_cast<float>(2 * M_PI) / frequency;
  const auto original = static_cast<float>(scaling.original_max_positions);
  const auto factor = static_cast<float>(scaling.factor);
  const auto low = static_cast<float>(scaling.low_freq_factor), high = static_cast<float>(scaling.high_freq_factor);
  if (wavelength < original / high) return frequency;
  if (wavelength > original / low) return frequency / factor;
  const float smooth = (original / wavelength - low) / (high - low);
  return (1 - smooth) * frequency / factor + smooth * frequency;
}

// Rounded to float32 wherever transformers rounds (exponent, power, reciprocal): positions multiply what is lost here,
// and at position 1500 an unrounded exponent already moves logits by 1e-4.
float Frequency(const LlamaConfig& config, int64_t pair) {
  const float exponent = static_cast<float>(2 * pair) / static_cast<float>(config.head_dim);
  const float frequency = 1.0f / static_cast<float>(std::pow(config.rope_theta, static_cast<double>(exponent)));
  return config.rope_scaling ? StretchedFrequency(frequency, *config.rope_scaling) : frequency;
}

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
  for (int64_t i = 0; i < half; ++i) {
    const float frequency = Frequency(config, i);
    for (int64_t p = 0; p < positions; ++p) {
      const float angle = frequency * static_cast<float>(p);
      cosine[p * half + i] = std::cos(angle);
      sine[p * half + i] = std::sin(angle);
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
