#include "harness/demonstrations/list_scores.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"

namespace suite {
namespace {

constexpr int64_t kItems = 7, kRows = 9, kTitles = 5;

at::Tensor Random(RandomStream* stream, int64_t rows) {
  std::vector<float> values;
  for (int64_t i = 0; i < rows * 3; ++i) values.push_back(static_cast<float>(stream->Normal()));
  return at::tensor(values).view({rows, 3});
}

ListScoring Example() {
  RandomStream stream(1, "list scores");
  ListScoring scoring;
  scoring.items = kItems;
  scoring.context_weight = 0.7;
  scoring.title_UD = Random(&stream, kTitles);
  scoring.context_BD = Random(&stream, kRows);
  scoring.item_CD = Random(&stream, kItems);
  for (int64_t row = 0; row < kRows; ++row) {
    scoring.entries.emplace_back();
    for (int64_t k = 0; k < row % 4; ++k) {
      scoring.entries.back().push_back({0, (row + k) % kTitles, (row + k) % 3 - 1, 1.0 / static_cast<double>(k + 1)});
    }
  }
  return scoring;
}

void Judge(ListScoring* scoring) {
  scoring->gamma = 0.5;
  for (int64_t row = 0; row < kRows; ++row) {
    scoring->judged.push_back(row % 2 == 0 ? std::vector<int64_t>{}
                                           : std::vector<int64_t>{row % kItems, (row + 2) % kItems});
    scoring->judgements.push_back(row % 2 == 0 ? std::vector<int64_t>{} : std::vector<int64_t>{-2, 1});
  }
}

TEST(ListScores, ARowIsTheSameInWhateverBlockItIs) {
  ListScoring scoring = Example();
  Judge(&scoring);
  std::vector<int64_t> all;
  for (int64_t row = 0; row < kRows; ++row) all.push_back(row);
  const at::Tensor whole_BC = ScoreBlock(scoring, all);
  const at::Tensor some_BC = ScoreBlock(scoring, {5, 2, 7});
  EXPECT_TRUE(some_BC.allclose(whole_BC.index_select(0, at::tensor(std::vector<int64_t>{5, 2, 7})), 1e-5, 1e-6));
}

TEST(ListScores, ReflectMovesTheJudgedItemsOnly) {
  ListScoring scoring = Example();
  const at::Tensor before_BC = ScoreBlock(scoring, {1, 2});
  Judge(&scoring);
  const at::Tensor moved_BC = ScoreBlock(scoring, {1, 2}).sub(before_BC);
  at::Tensor expected_BC = at::zeros({2, kItems});
  expected_BC[0][1] = -1.0;
  expected_BC[0][3] = 0.5;
  EXPECT_TRUE(moved_BC.allclose(expected_BC, 0, 1e-5));
}

TEST(ListScores, WithoutRemapOnlyMatchesScore) {
  ListScoring scoring = Example();
  scoring.remap = false;
  scoring.title_UD = scoring.context_BD = scoring.item_CD = at::Tensor();
  // Row 3 names titles 3, 4, 0 as items -1, 0, 1 with weights 1, 1/2, 1/3.
  const at::Tensor score_BC = ScoreBlock(scoring, {3});
  at::Tensor expected_BC = at::zeros({1, kItems});
  expected_BC[0][0] = 0.5;
  expected_BC[0][1] = 1 / 3.0;
  EXPECT_TRUE(score_BC.allclose(expected_BC, 0, 1e-6)) << score_BC;
}

TEST(ListScores, BlocksHold64MiBAndEveryRowOnce) {
  EXPECT_EQ(RowsInBlock(7404), (int64_t{64} << 20) / (4 * 7404));
  EXPECT_EQ(RowsInBlock(int64_t{1} << 40), 1);
  std::vector<std::vector<int64_t>> blocks;
  const int64_t items = int64_t{1} << 23;  // two rows a block
  ForEachBlock({4, 8, 15, 16, 23}, items, [&](const std::vector<int64_t>& block) { blocks.push_back(block); });
  EXPECT_EQ(blocks, (std::vector<std::vector<int64_t>>{{4, 8}, {15, 16}, {23}}));
}

}  // namespace
}  // namespace suite
