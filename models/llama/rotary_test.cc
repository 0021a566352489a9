#include "models/llama/rotary.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/llama/config.h"
#include "models/llama/gradient_check.h"

namespace suite {
namespace {

LlamaConfig WithHeadDim(int64_t head_dim, double theta) {
  LlamaConfig config;
  config.head_dim = head_dim;
  config.rope_theta = theta;
  return config;
}

double Angle(const RotaryTable& table, int64_t position, int64_t pair) {
  return std::atan2(table.sin_PD[position][pair].item<double>(), table.cos_PD[position][pair].item<double>());
}

TEST(RotaryTable, FrequenciesAreThetaToThePower) {
  const RotaryTable table = MakeRotaryTable(WithHeadDim(8, 10000.0), 4);
  // theta^(-2i/8) = 1, 0.1, 0.01, 0.001
  for (const auto& [pair, frequency] : {std::pair<int64_t, double>{0, 1.0}, {1, 0.1}, {2, 0.01}, {3, 0.001}}) {
    for (int64_t p = 0; p < 4; ++p) {
      EXPECT_NEAR(Angle(table, p, pair), frequency * static_cast<double>(p), 3e-7) << pair << " " << p;
    }
  }
}

// Original context 8192, factors 1 and 4: wavelengths below 2048 stay, above 8192 turn 8 times slower, between them
// smooth = (8192 / wavelength - 1) / 3. Head size 2 makes one pair of frequency theta^0 = 1; so a pair of head size 4
// with a theta chosen for its wavelength: theta^(-1/2) = 2 pi / wavelength.
double StretchedFrequencyOf(double wavelength) {
  LlamaConfig config = WithHeadDim(4, std::pow(wavelength / (2 * M_PI), 2));
  config.rope_scaling = Llama3RopeScaling{8.0, 1.0, 4.0, 8192};
  // Position 100: small enough to stay within half a turn, large enough to be precise.
  return Angle(MakeRotaryTable(config, 101), 100, 1) / 100;
}

TEST(RotaryTable, StretchesWavelengthsAsLlama3) {
  const auto base = [](double wavelength) { return 2 * M_PI / wavelength; };
  EXPECT_NEAR(StretchedFrequencyOf(1000) / base(1000), 1.0, 1e-6);
  EXPECT_NEAR(StretchedFrequencyOf(2047) / base(2047), 1.0, 1e-6);
  EXPECT_NEAR(StretchedFrequencyOf(8193) / base(8193), 1.0 / 8, 1e-6);
  EXPECT_NEAR(StretchedFrequencyOf(50000) / base(50000), 1.0 / 8, 1e-6);
  // 8192 / 4096 = 2: smooth 1/3, so 2/3 * 1/8 + 1/3 = 5/12. 8192 / 3276.8 = 2.5: smooth 1/2, 1/16 + 1/2 = 9/16.
  EXPECT_NEAR(StretchedFrequencyOf(4096) / base(4096), 5.0 / 12, 1e-6);
  EXPECT_NEAR(StretchedFrequencyOf(3276.8) / base(3276.8), 9.0 / 16, 1e-6);
}

TEST(RotaryTable, WithoutScalingNothingIsStretched) {
  const LlamaConfig config = WithHeadDim(4, std::pow(50000 / (2 * M_PI), 2));
  EXPECT_NEAR(Angle(MakeRotaryTable(config, 101), 100, 1) / 100, 2 * M_PI / 50000, 1e-10);
}

// inv_freq of transformers 4.57 (LlamaRotaryEmbedding) to the last bit: for a head size that does not divide in
// float32, and pairs 12 to 19 of Llama-3.2-1B, across both ends of the stretching. Position 1 keeps a frequency as its
// angle.
TEST(RotaryTable, FrequenciesAreThoseOfTransformers) {
  LlamaConfig llama = WithHeadDim(64, 500000.0);
  llama.rope_scaling = Llama3RopeScaling{32.0, 1.0, 4.0, 8192};
  const auto expect = [](const LlamaConfig& config, int64_t first_pair, const std::vector<float>& frequencies) {
    const RotaryTable table = MakeRotaryTable(config, 2);
    for (size_t i = 0; i < frequencies.size(); ++i) {
      const int64_t pair = first_pair + static_cast<int64_t>(i);
      EXPECT_EQ(table.sin_PD[1][pair].item<float>(), std::sin(frequencies[i])) << pair;
      EXPECT_EQ(table.cos_PD[1][pair].item<float>(), std::cos(frequencies[i])) << pair;
    }
  };
  expect(WithHeadDim(10, 100000.0), 0, {1.0f, 0x1.99999ap-4f, 0x1.47ae12p-7f, 0x1.0624d8p-10f, 0x1.a36e2cp-14f});
  expect(llama, 12,
         {0x1.ddee9ep-8f, 0x1.3d2804p-8f, 0x1.a4ee4p-9f, 0x1.524f36p-10f, 0x1.c26c4p-12f, 0x1.9731eep-14f,
          0x1.46831ap-16f, 0x1.b15902p-17f});
}

// One head of size 4 at position 3, head size 4: dimensions (0, 2) turn by 3, (1, 3) by 3 theta^(-1/2) = 0.03.
TEST(RotateInPlace, TurnsHalvesOfAHeadAndLeavesTheRest) {
  const RotaryTable table = MakeRotaryTable(WithHeadDim(4, 10000.0), 8);
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    at::Tensor x = at::tensor({1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0}).view({1, 8}).to(dtype);
    RotateInPlace(x, at::tensor({int64_t{3}}), table, /*heads=*/1, /*inverse=*/false);
    const double c0 = std::cos(3.0), s0 = std::sin(3.0), c1 = std::cos(0.03), s1 = std::sin(0.03);
    const at::Tensor expected =
        at::tensor({c0 - 3 * s0, 2 * c1 - 4 * s1, 3 * c0 + s0, 4 * c1 + 2 * s1, 5.0, 6.0, 7.0, 8.0}).view({1, 8});
    EXPECT_LT(LargestDifference(x, expected), 1e-6) << dtype;
  }
}

TEST(RotateInPlace, InverseUndoes) {
  const RotaryTable table = MakeRotaryTable(WithHeadDim(16, 10000.0), 300);
  const at::Tensor positions = at::arange(0, 260, 2);
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const at::Tensor x = NormalTensor({130, 6 * 16}, 1).to(dtype);
    at::Tensor turned = x.clone();
    RotateInPlace(turned, positions, table, 5, false);
    EXPECT_GT(LargestDifference(turned, x), 1.0);
    RotateInPlace(turned, positions, table, 5, true);
    // In float64 too: the table is float32, and cos^2 + sin^2 is 1 only to its precision.
    EXPECT_LT(LargestDifference(turned, x), 2e-6) << dtype;
  }
}

// 130 rows cross the grain of the thread pool.
TEST(RotateInPlace, KernelEqualsItsTwinInDouble) {
  const RotaryTable table = MakeRotaryTable(WithHeadDim(10, 10000.0), 300);
  const at::Tensor positions = at::arange(0, 260, 2), x = NormalTensor({130, 40}, 2);
  for (const bool inverse : {false, true}) {
    at::Tensor kernel = x.to(at::kFloat), twin = x.clone(), narrow = x.to(at::kBFloat16);
    RotateInPlace(kernel, positions, table, 3, inverse);
    RotateInPlace(twin, positions, table, 3, inverse);
    RotateInPlace(narrow, positions, table, 3, inverse);
    EXPECT_LT(LargestDifference(kernel, twin), 1e-6);
    EXPECT_LT(RelativeDifference(narrow, twin), 0.015);  // three roundings of 2^-8
  }
}

// The property that makes positions relative: a query's product with a key depends on their distance only.
TEST(RotateInPlace, ProductsDependOnDistance) {
  const RotaryTable table = MakeRotaryTable(WithHeadDim(16, 10000.0), 64);
  const auto product = [&](int64_t query_position, int64_t key_position) {
    at::Tensor q = NormalTensor({1, 16}, 3), k = NormalTensor({1, 16}, 4);
    RotateInPlace(q, at::tensor({query_position}), table, 1, false);
    RotateInPlace(k, at::tensor({key_position}), table, 1, false);
    return q.mul(k).sum().item<double>();
  };
  EXPECT_NEAR(product(7, 3), product(44, 40), 1e-5);
  EXPECT_GT(std::abs(product(7, 3) - product(44, 33)), 1e-2);
}

}  // namespace
}  // namespace suite
