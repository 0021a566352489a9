#include "datasets/forms/item_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "base/testing/error_of.h"

namespace suite {
namespace {

using Words = std::vector<std::vector<std::string>>;

std::vector<std::string> Written(const ItemCodes& codes) {
  std::vector<std::string> written;
  for (size_t i = 0; i < codes.codes.size(); ++i) written.push_back(codes.Written(i));
  return written;
}

TEST(ItemCodes, NumbersTheWordsOfALevel) {
  const ItemCodes codes = CodesOfWords({{"<a_10>", "<b_0>"}, {"<a_9>", "<b_0>"}, {"<a_10>", "<red>"}});
  EXPECT_EQ(codes.words, (Words{{"<a_9>", "<a_10>"}, {"<red>", "<b_0>"}}));
  EXPECT_EQ(codes.codes, (std::vector<std::vector<int>>{{1, 1}, {0, 1}, {1, 0}}));
  EXPECT_EQ(Written(codes), (std::vector<std::string>{"<a_10><b_0>", "<a_9><b_0>", "<a_10><red>"}));
}

TEST(ItemCodes, RandomCodesAreTheSeedsAndOfTheSizesAsked) {
  const ItemCodes codes = RandomCodes(300, 3, 16, 0);
  EXPECT_EQ(Written(codes), Written(RandomCodes(300, 3, 16, 0)));
  EXPECT_NE(Written(codes), Written(RandomCodes(300, 3, 16, 1)));
  std::set<int> used;
  for (const std::vector<int>& row : codes.codes) {
    ASSERT_EQ(row.size(), 3u);
    used.insert(row.begin(), row.end());
  }
  EXPECT_EQ(used.size(), 16u);
  EXPECT_EQ(codes.words[2][15], "<c_15>");
}

ItemCodes Colliding() {
  return CodesOfWords(
      {{"<a_0>", "<b_1>"}, {"<a_0>", "<b_1>"}, {"<a_0>", "<b_2>"}, {"<a_1>", "<b_0>"}, {"<a_0>", "<b_1>"}});
}

TEST(ItemCodes, AFurtherCodeTellsApart) {
  ItemCodes codes = Colliding();
  EXPECT_EQ(CollidedItems(codes), 3);
  ApplyCollisionRule(CollisionRule::kFurtherCode, &codes);
  EXPECT_EQ(CollidedItems(codes), 0);
  EXPECT_EQ(Written(codes), (std::vector<std::string>{"<a_0><b_1><x_0>", "<a_0><b_1><x_1>", "<a_0><b_2><x_0>",
                                                      "<a_1><b_0><x_0>", "<a_0><b_1><x_2>"}));
}

TEST(ItemCodes, NoFurtherCodeWhereNothingCollides) {
  ItemCodes codes = CodesOfWords({{"<a_0>"}, {"<a_1>"}});
  ApplyCollisionRule(CollisionRule::kFurtherCode, &codes);
  EXPECT_EQ(Written(codes), (std::vector<std::string>{"<a_0>", "<a_1>"}));
}

TEST(ItemCodes, ReassigningSharesOutTheLastLevel) {
  ItemCodes codes = CodesOfWords({{"<a_0>", "<b_1>"}, {"<a_0>", "<b_1>"}, {"<a_1>", "<b_0>"}, {"<a_1>", "<b_2>"}});
  ApplyCollisionRule(CollisionRule::kReassign, &codes);
  EXPECT_EQ(Written(codes), (std::vector<std::string>{"<a_0><b_1>", "<a_0><b_0>", "<a_1><b_0>", "<a_1><b_2>"}));
}

TEST(ItemCodes, TheNearestKeepsACodeThatSeveralWant) {
  ItemCodes codes;
  codes.words = LetterWords(1, 3);
  codes.codes = {{0}, {0}, {0}};
  codes.centroids = {{{0.0f}, {1.0f}, {5.0f}}};
  codes.last_residuals = {{0.4f}, {0.1f}, {0.3f}};
  ApplyCollisionRule(CollisionRule::kReassign, &codes);
  EXPECT_EQ(codes.codes, (std::vector<std::vector<int>>{{2}, {0}, {1}}));
}

TEST(ItemCodes, SharingChangesNothing) {
  ItemCodes codes = Colliding();
  ApplyCollisionRule(CollisionRule::kShare, &codes);
  EXPECT_EQ(Written(codes), Written(Colliding()));
}

TEST(ItemCodes, RefusesARuleWithoutRoom) {
  ItemCodes full = Colliding();
  EXPECT_THAT(ErrorOf([&] { ApplyCollisionRule(CollisionRule::kReassign, &full); }),
              ::testing::AllOf(::testing::StartsWith("data.collision_rule: reassign: 4 items"),
                               ::testing::HasSubstr("the last level has 3")));
  ItemCodes taken = CodesOfWords({{"<x_0>"}, {"<x_0>"}});
  EXPECT_THAT(ErrorOf([&] { ApplyCollisionRule(CollisionRule::kFurtherCode, &taken); }),
              ::testing::HasSubstr("<x_0> is one of the items' own"));
}

}  // namespace
}  // namespace suite
