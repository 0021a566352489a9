#include "models/llama/packed_tokens.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace suite {
namespace {

using Ids = std::vector<int64_t>;

Ids Values(const at::Tensor& x) { return {x.const_data_ptr<int64_t>(), x.const_data_ptr<int64_t>() + x.numel()}; }

std::vector<Ids> Segments(const PackedTokens& packed) {
  std::vector<Ids> segments;
  for (const Segment& s : packed.segments) segments.push_back({s.begin, s.length, s.prefix});
  return segments;
}

// The header's picture: a prompt of 4, completions of 4 and 3; then a second group whose completions have 1 and 0.
TEST(PackGroups, LaysGroupsOutByHand) {
  const PackedTokens packed =
      PackGroups({{{10, 11, 12, 13}, {{20, 21, 22, 23}, {30, 31, 32}}}, {{40, 41}, {{50}, {}, {60, 61}}}});
  EXPECT_EQ(Values(packed.ids_N), (Ids{10, 11, 12, 13, 20, 21, 22, 30, 31, 40, 41, 60}));
  EXPECT_EQ(Values(packed.positions_N), (Ids{0, 1, 2, 3, 4, 5, 6, 4, 5, 0, 1, 2}));
  EXPECT_EQ(Segments(packed), (std::vector<Ids>{{0, 4, -1}, {4, 3, 0}, {7, 2, 0}, {9, 2, -1}, {11, 1, 3}}));
  EXPECT_EQ(packed.rows, 5);
  EXPECT_EQ(packed.max_length, 4);
  // The prompt's last row predicts every completion's first token.
  EXPECT_EQ(Values(packed.predictor_M), (Ids{3, 4, 5, 6, 3, 7, 8, 10, 10, 11}));
  EXPECT_EQ(Values(packed.target_M), (Ids{20, 21, 22, 23, 30, 31, 32, 50, 60, 61}));
  EXPECT_EQ(Values(packed.slot_M), (Ids{0, 1, 2, 3, 4, 5, 6, 8, 16, 17}));
}

TEST(PackGroups, TakesALongerGrid) {
  const PackedTokens packed = PackGroups({{{1}, {{2, 3}, {4}}}}, /*min_length=*/5);
  EXPECT_EQ(packed.max_length, 5);
  EXPECT_EQ(Values(packed.slot_M), (Ids{0, 1, 5}));
  EXPECT_EQ(PackGroups({{{1}, {{2, 3}, {4}}}}, /*min_length=*/1).max_length, 2);
}

TEST(PackSequences, ScoresFromThePlaceAskedFor) {
  const PackedTokens packed = PackSequences({{{1, 2, 3, 4, 5}, 3}, {{6, 7}, 1}, {{8, 9, 10}, 3}});
  EXPECT_EQ(Values(packed.ids_N), (Ids{1, 2, 3, 4, 6, 8, 9}));
  EXPECT_EQ(Values(packed.positions_N), (Ids{0, 1, 2, 3, 0, 0, 1}));
  EXPECT_EQ(Segments(packed), (std::vector<Ids>{{0, 4, -1}, {4, 1, -1}, {5, 2, -1}}));
  EXPECT_EQ(Values(packed.predictor_M), (Ids{2, 3, 4}));
  EXPECT_EQ(Values(packed.target_M), (Ids{4, 5, 7}));
  EXPECT_EQ(Values(packed.slot_M), (Ids{0, 1, 2}));
  EXPECT_EQ(packed.rows, 3);  // the third has nothing to score and keeps its row
  EXPECT_EQ(packed.max_length, 2);
}

TEST(ToGrid, PutsValuesInTheirSlotsAndCarriesGradientsBack) {
  const PackedTokens packed = PackGroups({{{1}, {{2, 3}, {}, {4}}}}, 3);
  const at::Tensor values = at::tensor({1.0, 2.0, 3.0}).requires_grad_();
  const at::Tensor grid = ToGrid(values, packed);
  EXPECT_TRUE(grid.equal(at::tensor({1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0}).view({3, 3})));
  grid.mul(at::tensor({1.0, 10.0, 100.0, 1.0, 1.0, 1.0, 7.0, 1.0, 1.0}).view({3, 3})).sum().backward();
  EXPECT_TRUE(values.grad().equal(at::tensor({1.0, 10.0, 7.0})));
}

TEST(PackGroups, OfEmptyCompletionsScoresNothing) {
  const PackedTokens packed = PackGroups({{{1, 2}, {{}, {}}}}, 3);
  EXPECT_EQ(packed.target_M.numel(), 0);
  EXPECT_EQ(packed.target_M.scalar_type(), at::kLong);
  EXPECT_EQ(packed.rows, 2);
}

}  // namespace
}  // namespace suite
