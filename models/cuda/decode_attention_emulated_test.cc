// The kernel's own source, run on the CPU by kernel_emulator.h, against the CPU reference and against hand-checked
// cases.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "models/cuda/decode_attention_case.h"
#include "models/cuda/decode_attention_reference.h"
#include "models/cuda/kernel_emulator.h"
// After the emulator, whose macros it is written in.
#include "models/cuda/decode_attention_kernel.cuh"

namespace suite {
namespace {

template <int kPerLane>
std::vector<float> Emulated(const DecodeAttentionCase& example) {
  std::vector<float> out(example.OutSize(), std::nanf(""));
  const auto arguments = example.Arguments(out.data());
  RunKernel({static_cast<unsigned>(example.shape.rows), static_cast<unsigned>(example.shape.heads)}, 128,
            [&] { decode_attention::Kernel<float, kPerLane>(arguments, example.shape); });
  return out;
}

template <int kPerLane>
void ExpectLikeReference(const DecodeAttentionShape& shape, int prompts) {
  const auto example = MakeDecodeAttentionCase(shape, prompts, 7);
  std::vector<float> expected(example.OutSize());
  DecodeAttentionReference(example.Arguments(expected.data()), shape);
  const std::vector<float> found = Emulated<kPerLane>(example);
  // Sums of at most 41 floats of size one, in another order: a few units of 2^-24.
  for (size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 2e-6) << i;
}

TEST(DecodeAttentionEmulated, EqualsTheReference) {
  ExpectLikeReference<1>({5, 4, 2, 20, 11, 7, 0.22f}, 2);  // a head size that is no multiple of a warp
  ExpectLikeReference<2>({6, 3, 3, 64, 9, 3, 0.125f}, 3);  // as many key-value heads as query heads
  ExpectLikeReference<4>({3, 8, 1, 96, 32, 9, 0.1f}, 1);   // one key-value head for all
  ExpectLikeReference<8>({2, 2, 1, 256, 4, 1, 0.06f}, 2);  // the largest head
  ExpectLikeReference<8>({2, 2, 1, 32, 5, 2, 0.18f}, 2);   // more registers than the head needs
}

// One row, one head of size 2: a prompt key and an own key with scores log 1 and log 3 weigh 1/4 and 3/4.
DecodeAttentionCase HandChecked() {
  DecodeAttentionCase example;
  example.shape = {1, 1, 1, 2, 1, 1, 2.0f};
  example.q = {0.5f, 1.0f};
  example.prompt_k = {0.0f, 0.0f};
  example.prompt_v = {8.0f, -4.0f};
  example.own_k = {std::log(3.0f), 0.0f};
  example.own_v = {0.0f, 4.0f};
  example.prompt_length = {1};
  example.own_length = {1};
  example.group = {0};
  return example;
}

TEST(DecodeAttentionEmulated, WeighsTwoKeysAsByHand) {
  const std::vector<float> out = Emulated<1>(HandChecked());
  EXPECT_NEAR(out[0], 2.0f, 1e-6);
  EXPECT_NEAR(out[1], 2.0f, 1e-6);
}

TEST(DecodeAttentionEmulated, OfOneKeyIsItsValue) {
  DecodeAttentionCase example = HandChecked();
  example.own_length = {0};
  EXPECT_EQ(Emulated<1>(example), (std::vector<float>{8.0f, -4.0f}));
}

TEST(DecodeAttentionEmulated, WithoutKeysIsZero) {
  DecodeAttentionCase example = HandChecked();
  example.prompt_length = {0};
  example.own_length = {0};
  EXPECT_EQ(Emulated<1>(example), (std::vector<float>{0.0f, 0.0f}));
}

// The running maximum keeps scores of any size finite.
TEST(DecodeAttentionEmulated, SurvivesLargeScores) {
  DecodeAttentionCase example = HandChecked();
  example.shape.scale = 1e4f;
  EXPECT_EQ(Emulated<1>(example), (std::vector<float>{0.0f, 4.0f}));
}

}  // namespace
}  // namespace suite
