#include "harness/run/record_lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/core/item.h"
#include "datasets/core/item_form.h"

namespace suite {
namespace {

using ::testing::ElementsAre;

const Catalog& TestCatalog() {
  static const auto* const kCatalog = new Catalog({{"Heat", 1995}, {"Alien", 1979}, {"Solaris", 1972}});
  return *kCatalog;
}

Conversation Wants(std::vector<GroundTruth> ground_truth, std::vector<std::string> seen) {
  Conversation conversation;
  conversation.ground_truth = std::move(ground_truth);
  conversation.seen_titles = std::move(seen);
  return conversation;
}

EvaluatedLists Record(const std::vector<Conversation>& conversations, const std::vector<std::string>& answers,
                      int64_t step) {
  std::vector<EvaluatedAnswer> judged;
  for (size_t i = 0; i < answers.size(); ++i) {
    judged.push_back(EvaluateAnswer(answers[i], conversations[i].ground_truth, conversations[i].seen_titles,
                                    TestCatalog(), {/*list_length=*/3}));
  }
  return RecordLists("test", step, conversations, judged, TestCatalog());
}

std::vector<std::string> RanksOf(const EvaluatedLists& lists) {
  std::vector<std::string> texts;
  for (const RankEntry& rank : lists.ranks) {
    texts.push_back(std::to_string(rank.conversation) + "/" + std::to_string(rank.line) + " " +
                    lists.items[static_cast<size_t>(rank.item)].title + " " + rank.verdict +
                    (rank.repeated ? " again" : ""));
  }
  return texts;
}

TEST(RecordListsTest, EveryItemHasItsVerdictAndWhetherItRepeats) {
  const auto lists = Record({Wants({{"Heat", 1996}, {"Alien", std::nullopt}}, {"Solaris"}), Wants({}, {})},
                            {"Nosuch (1990)\nSolaris (1972)\nHeat (1995)\nno item\nHeat (1995)\nnosuch (1990)\n"
                             "Solaris (1972)",
                             "heat (1995)"},
                            /*step=*/7);
  EXPECT_THAT(RanksOf(lists),
              ElementsAre("0/0 Nosuch unknown_title", "0/1 Solaris seen", "0/2 Heat hit", "0/4 Heat duplicate again",
                          "0/5 nosuch unknown_title again", "0/6 Solaris seen again", "1/0 heat other_spelling"));
  EXPECT_EQ(lists.ranks.front().step, 7);
  ASSERT_EQ(lists.ground_truth.size(), 2u);
  EXPECT_EQ(lists.items[static_cast<size_t>(lists.ground_truth[0].item)].year, 1996);
  EXPECT_EQ(lists.items[static_cast<size_t>(lists.ground_truth[1].item)].year, kUnknownYear);
  ASSERT_EQ(lists.seen.size(), 1u);
  EXPECT_EQ(lists.items[static_cast<size_t>(lists.seen[0].item)].title, "Solaris");
}

TEST(RecordListsTest, AnotherEvaluationJoinsUnderTheSameItems) {
  const std::vector<Conversation> conversations = {Wants({{"Heat", 1995}}, {})};
  EvaluatedLists lists = Record(conversations, {"Alien (1979)"}, 0);
  const size_t before = lists.items.size();
  AppendRanks(Record(conversations, {"Solaris (1972)\nAlien (1979)"}, 5), &lists);
  EXPECT_THAT(RanksOf(lists), ElementsAre("0/0 Alien miss", "0/0 Solaris miss", "0/1 Alien miss"));
  EXPECT_EQ(lists.items.size(), before + 1);
  EXPECT_EQ(lists.ranks.back().step, 5);
}

TEST(RecordListsTest, WhatIsWrittenWithoutAYearIsOneItemWhereverItStands) {
  const Catalog catalog(ItemForm::kId, {{"<item_0>", kNoYear}}, {{{"Kim", kNoYear}, "", 1}});
  const Conversation conversation = Wants({{"<item_0>", kNoYear}}, {"<item_0>"});
  const EvaluatedAnswer answer =
      EvaluateAnswer("<item_0>", conversation.ground_truth, conversation.seen_titles, catalog, {/*list_length=*/3});
  const EvaluatedLists lists = RecordLists("test", 0, {conversation}, {answer}, catalog);
  ASSERT_EQ(lists.items.size(), 1u);
  EXPECT_EQ(lists.items[0].year, kUnknownYear);
  EXPECT_TRUE(lists.items[0].in_catalog);
  EXPECT_THAT(RanksOf(lists), ElementsAre("0/0 <item_0> seen"));
}

TEST(RecordListsTest, ALongTitleOfNoItemIsCut) {
  const auto lists = Record({Wants({}, {})}, {std::string(5000, 'x') + " (1990)"}, 0);
  ASSERT_EQ(lists.items.size(), 1u);
  EXPECT_EQ(lists.items[0].title, std::string(kLongestForeignTitle, 'x') + "...");
}

}  // namespace
}  // namespace suite
