#include "datasets/teachers/oracle_teacher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "datasets/core/item_form.h"

namespace suite {
namespace {

using testing::HasSubstr;

constexpr int kFilms = 120;
constexpr int kConversations = 200;

Catalog Films() {
  std::vector<Item> items;
  for (int i = 0; i < kFilms; ++i) items.push_back({"Film " + std::to_string(i), 1900 + i});
  return Catalog(items);
}

// Conversation i has seen film i and wants the two after it; early films are named far more often.
std::vector<Conversation> Conversations() {
  std::vector<Conversation> conversations;
  for (int i = 0; i < kConversations; ++i) {
    const int film = i < 100 ? i : i % 10;
    Conversation one;
    one.id = "train/" + std::to_string(i);
    one.seen_titles = {"Film " + std::to_string(film)};
    one.ground_truth = {{"Film " + std::to_string(film + 1), 1900 + film + 1},
                        {"Film " + std::to_string(film + 2), 1900 + film + 2}};
    conversations.push_back(one);
  }
  return conversations;
}

class OracleTeacherTest : public ::testing::Test {
 protected:
  std::vector<TeacherList> Lists(const TeacherQuality& quality) {
    return OracleTeacher(conversations_, catalog_, quality).Recommend(conversations_, 10);
  }

  // Share of the ground truth that the lists have.
  double Recall(const TeacherQuality& quality) {
    const auto lists = Lists(quality);
    double found = 0;
    for (size_t i = 0; i < lists.size(); ++i) {
      for (const GroundTruth& truth : conversations_[i].ground_truth) {
        const Item wanted = {truth.title, *truth.year};
        found += std::count(lists[i].items.begin(), lists[i].items.end(), wanted) > 0;
      }
    }
    return found / (2 * kConversations);
  }

  const Catalog catalog_ = Films();
  const std::vector<Conversation> conversations_ = Conversations();
};

TEST_F(OracleTeacherTest, ListsAreLongDistinctAndWithoutWhatWasSeen) {
  const auto lists = Lists({});
  for (size_t i = 0; i < lists.size(); ++i) {
    EXPECT_TRUE(lists[i].error.empty());
    const std::set<Item> distinct(lists[i].items.begin(), lists[i].items.end());
    EXPECT_EQ(distinct.size(), lists[i].items.size());
    EXPECT_GE(lists[i].items.size(), 9u);
    for (const Item& item : lists[i].items) EXPECT_NE(item.title, conversations_[i].seen_titles[0]);
  }
}

TEST_F(OracleTeacherTest, MisreadingCostsRecallAndPeekingGivesIt) {
  TeacherQuality clear, blind, confused, sharp;
  clear.noise = 0;
  clear.out_of_catalog = 0;
  confused = blind = sharp = clear;
  confused.noise = 4;
  blind.context = 0;
  sharp.context = 40;
  EXPECT_GT(Recall(sharp), .99);
  EXPECT_GT(Recall(clear), Recall(confused) + .2);
  EXPECT_GT(Recall(confused), Recall(blind) + .05);
}

TEST_F(OracleTeacherTest, TheShareOutsideTheCatalogueIsAsAskedFor) {
  for (const double share : {0., .3, 1.}) {
    TeacherQuality quality;
    quality.out_of_catalog = share;
    double outside = 0, all = 0;
    for (const TeacherList& list : Lists(quality)) {
      for (const Item& item : list.items) outside += !catalog_.Find(item);
      all += static_cast<double>(list.items.size());
    }
    EXPECT_NEAR(outside / all, share, share > 0 && share < 1 ? .05 : 0) << share;
  }
}

TEST_F(OracleTeacherTest, PopularityAndKnowledgeChooseAmongTheFilms) {
  const auto mean_film = [&](const TeacherQuality& quality) {
    double sum = 0, all = 0;
    for (const TeacherList& list : Lists(quality)) {
      for (const Item& item : list.items) sum += item.year - 1900;
      all += static_cast<double>(list.items.size());
    }
    return sum / all;
  };
  TeacherQuality even, popular, ignorant;
  even.context = popular.context = ignorant.context = 0;
  even.popularity = 0;
  popular.popularity = 3;
  ignorant.popularity = 0;
  ignorant.knowledge = .1;
  EXPECT_GT(mean_film(even), 55) << "the mean of all films is 59.5";
  EXPECT_LT(mean_film(popular), 30) << "the early films are the popular ones";
  std::set<std::string> named;
  for (const TeacherList& list : Lists(ignorant)) {
    for (const Item& item : list.items) {
      if (catalog_.Find(item)) named.insert(item.title);
    }
  }
  EXPECT_LE(named.size(), 12u);
}

TEST_F(OracleTeacherTest, JudgesWhatIsWantedHigherThanTheRest) {
  OracleTeacher teacher(conversations_, catalog_, {});
  double wanted = 0, others = 0;
  for (int i = 20; i < 90; ++i) {
    JudgeRequest request;
    request.conversation = &conversations_[static_cast<size_t>(i)];
    for (int k = 1; k <= 10; ++k) request.candidates.push_back(catalog_.item((i + k) % kFilms));
    const TeacherJudgement judged = teacher.Judge({request})[0];
    ASSERT_EQ(judged.judgements.size(), 10u);
    wanted += judged.judgements[0] + judged.judgements[1];
    for (size_t k = 2; k < 10; ++k) others += judged.judgements[k] / 4.;
  }
  EXPECT_GT(wanted / 70, others / 70 + 2);
}

TEST_F(OracleTeacherTest, IsAFunctionOfWhatItWasGiven) {
  OracleTeacher one(conversations_, catalog_, {}), other_seed(conversations_, catalog_, {}, 1);
  const auto whole = one.Recommend(conversations_, 10);
  const auto alone = one.Recommend({conversations_[7]}, 10);
  EXPECT_EQ(alone[0].items, whole[7].items) << "whatever else is asked";
  EXPECT_NE(one.Identity(), other_seed.Identity());
  std::vector<Conversation> changed = conversations_;
  changed[3].ground_truth.pop_back();
  EXPECT_NE(OracleTeacher(changed, catalog_, {}).Identity(), one.Identity());
  Conversation foreign;
  foreign.id = "test/1";
  EXPECT_THAT(one.Recommend({foreign}, 10)[0].error, HasSubstr("not one that the oracle was given"));
  TeacherQuality impossible;
  impossible.knowledge = 2;
  EXPECT_THROW(OracleTeacher(conversations_, catalog_, impossible), InputError);
}

TEST_F(OracleTeacherTest, WhatHasNoYearIsMisspeltInItsTitleAndTokensNever) {
  const Catalog titles(ItemForm::kTitle, {{"Kim", kNoYear}, {"Kim II", kNoYear}},
                       {{{"Kim", kNoYear}, "", 1}, {{"Kim II", kNoYear}, "", 1}});
  RandomStream stream(1, "spelling");
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) seen.insert(FormatItem(MisspeltItem(titles.item(0), titles, &stream)));
  EXPECT_EQ(seen, (std::set<std::string>{"Kim II II", "The Kim"}));
  const Catalog ids(ItemForm::kId, {{"<item_0>", kNoYear}}, {{{"Kim", kNoYear}, "", 1}});
  EXPECT_EQ(MisspeltItem(ids.item(0), ids, &stream), ids.item(0));
}

TEST_F(OracleTeacherTest, AMisspeltItemIsNearAndNotThere) {
  RandomStream stream(1, "spelling");
  std::set<std::string> seen;
  for (int i = 0; i < 60; ++i) {
    const Item wrong = MisspeltItem(catalog_.item(50), catalog_, &stream);
    EXPECT_FALSE(catalog_.Find(wrong));
    EXPECT_NE(wrong.title.find("Film 50"), std::string::npos);
    EXPECT_LE(std::abs(wrong.year - 1950), 3);
    seen.insert(FormatItem(wrong));
  }
  EXPECT_EQ(seen.size(), 8u) << "six years, 'The Film 50', 'Film 50 II'";
}

}  // namespace
}  // namespace suite
