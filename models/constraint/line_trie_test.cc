#include "models/constraint/line_trie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace suite {
namespace {

using testing::ElementsAre;

std::vector<int32_t> Tokens(const LineTrie& trie, int32_t node) {
  const LineTrie::Children children = trie.ChildrenOf(node);
  return {children.tokens, children.tokens + children.count};
}

TEST(LineTrie, TellsWhatMayComeNext) {
  const LineTrie trie({{5, 7, 1}, {6, 1}, {5, 9, 1}, {5, 7, 2}});
  EXPECT_THAT(Tokens(trie, LineTrie::kRoot), ElementsAre(5, 6));
  const int32_t five = trie.ChildOf(LineTrie::kRoot, 5);
  EXPECT_THAT(Tokens(trie, five), ElementsAre(7, 9));
  EXPECT_THAT(Tokens(trie, trie.ChildOf(five, 7)), ElementsAre(1, 2));
  EXPECT_EQ(trie.ChildOf(LineTrie::kRoot, 7), -1);
  EXPECT_EQ(trie.ChildOf(five, 8), -1);
}

TEST(LineTrie, CountsDifferentSequencesUnderEachNode) {
  const LineTrie trie({{5, 7, 1}, {6, 1}, {5, 9, 1}, {5, 7, 1}});
  EXPECT_EQ(trie.leaves(LineTrie::kRoot), 3);
  EXPECT_EQ(trie.leaves(trie.ChildOf(LineTrie::kRoot, 5)), 2);
  EXPECT_EQ(trie.leaf_of(0), trie.leaf_of(3));
  EXPECT_EQ(trie.sequence_at(trie.leaf_of(3)), 0);
  EXPECT_TRUE(trie.IsLeaf(trie.leaf_of(1)));
  EXPECT_EQ(trie.parent(trie.leaf_of(1)), trie.ChildOf(LineTrie::kRoot, 6));
  EXPECT_EQ(trie.parent(LineTrie::kRoot), -1);
}

TEST(LineTrieDeathTest, RefusesABeginningOfAnother) {
  EXPECT_DEATH(LineTrie({{5, 7}, {5}}), "line_trie");
  EXPECT_DEATH(LineTrie({{5, 7}, {}}), "line_trie");
}

}  // namespace
}  // namespace suite
