#include "datasets/neighbours/item_neighbours.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace suite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ItemNeighboursTest, CountsNextNextButOneAndBackwards) {
  // Of item 1: 2 follows (2), 3 follows but one (1), 0 came before (1); of two neighbours with 1 vote the more popular.
  const ItemNeighbours neighbours({{0, 1, 2, 3}, {3}}, 5);
  EXPECT_THAT(neighbours.List({1}, 3, {1}), ElementsAre(2, 3, 0));
  EXPECT_EQ(neighbours.Count(3), 2);
}

TEST(ItemNeighboursTest, OlderItemsVoteWithLess) {
  // 1 is followed by 3 (2 votes by the last item), 0 by 2 three times (6 votes, half of them for the last but one).
  const ItemNeighbours neighbours({{1, 3}, {0, 2}, {0, 2}, {0, 2}}, 4);
  EXPECT_THAT(neighbours.List({0, 1}, 2, {0, 1}), ElementsAre(2, 3));
  const ItemNeighbours fewer({{1, 3}, {0, 2}}, 4);
  EXPECT_THAT(fewer.List({0, 1}, 2, {0, 1}), ElementsAre(3, 2));
}

TEST(ItemNeighboursTest, OnlyTheLastItemsVote) {
  NeighbourWeights weights;
  weights.voters = 1;
  const ItemNeighbours neighbours({{0, 2}, {0, 2}, {1, 3}}, 5, weights);
  EXPECT_THAT(neighbours.List({0, 1}, 1, {0, 1}), ElementsAre(3));
}

TEST(ItemNeighboursTest, AUserAmongThoseCountedIsServedLikeAnother) {
  const std::vector<std::vector<int>> others = {{0, 2}, {4, 0, 3, 2}, {4}}, own = {{0, 1, 0, 1, 2}};
  std::vector<std::vector<int>> all = others;
  all.push_back(own[0]);
  const ItemNeighbours with_own(all, 6), without(others, 6);
  EXPECT_THAT(with_own.List({0}, 1, {0}), ElementsAre(1));
  EXPECT_EQ(with_own.List({0}, 3, {0}, own[0]), without.List({0}, 3, {0}));
  EXPECT_THAT(without.List({0}, 3, {0}), ElementsAre(2, 3, 4));
}

TEST(ItemNeighboursTest, GoesOnWithWhatIsPopularAndLeavesOutWhatIsExcluded) {
  const ItemNeighbours neighbours({{0, 1}, {2}, {2}, {3, 2}}, 5);
  EXPECT_THAT(neighbours.List({0}, 4, {0}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(neighbours.List({0}, 4, {0, 1}), ElementsAre(2, 3, 4));
  EXPECT_THAT(neighbours.List({}, 2, {}), ElementsAre(2, 0));
  EXPECT_THAT(neighbours.Popular(3, {2}), ElementsAre(0, 1, 3));
  EXPECT_THAT(neighbours.Popular(0, {}), IsEmpty());
}

}  // namespace
}  // namespace suite
