#include "datasets/teachers/neighbour_teacher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/error_of.h"

namespace suite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const Catalog& Films() {
  static const auto* films = new Catalog({{"Heat", 1995}, {"Alien", 1979}, {"Jaws", 1975}, {"Fargo", 1996}});
  return *films;
}

using Sequences = std::vector<std::vector<int>>;

const std::map<std::string, size_t> kNobody;

TEST(NeighbourTeacherTest, ListsWhatOthersTookAfterTheItemsOfTheConversation) {
  const Sequences sequences = {{0, 1}, {0, 1, 3}, {2, 3}};
  NeighbourTeacher teacher(sequences, kNobody, Films());
  Conversation one;
  one.liked = {{"Heat", 1995}};
  one.seen_titles = {"Fargo"};
  const std::vector<TeacherList> lists = teacher.Recommend({one, one}, 2);
  ASSERT_EQ(lists.size(), 2u);
  EXPECT_THAT(lists[1].items, ElementsAre(Item{"Alien", 1979}, Item{"Jaws", 1975}));
  EXPECT_EQ(lists[1].error, "");
}

TEST(NeighbourTeacherTest, WhatAUserTookDoesNotCountForThatUser) {
  const Sequences sequences = {{0, 3}, {0, 1}, {2}, {2}};
  const std::map<std::string, size_t> sequence_of = {{"train/7", 0}};
  NeighbourTeacher teacher(sequences, sequence_of, Films());
  Conversation own, other;
  own.id = "train/7";
  other.id = "train/8";
  own.liked = other.liked = {{"Heat", 1995}};
  const std::vector<TeacherList> lists = teacher.Recommend({own, other}, 3);
  EXPECT_THAT(lists[0].items, ElementsAre(Item{"Alien", 1979}, Item{"Jaws", 1975}, Item{"Fargo", 1996}));
  EXPECT_THAT(lists[1].items, ElementsAre(Item{"Alien", 1979}, Item{"Fargo", 1996}, Item{"Jaws", 1975}));
}

TEST(NeighbourTeacherTest, ItsIdentityTellsTheDataApart) {
  const Sequences one = {{0, 1}}, other = {{1, 0}};
  const std::string identity = NeighbourTeacher(one, kNobody, Films()).Identity();
  EXPECT_THAT(identity, StartsWith("neighbours own=left_out data="));
  EXPECT_EQ(NeighbourTeacher(one, kNobody, Films()).Identity(), identity);
  EXPECT_NE(NeighbourTeacher(other, kNobody, Films()).Identity(), identity);
}

TEST(NeighbourTeacherTest, JudgesNothing) {
  const Sequences sequences = {{0, 1}};
  NeighbourTeacher teacher(sequences, kNobody, Films());
  EXPECT_THAT(ErrorOf([&] { teacher.Judge({}); }), HasSubstr("demonstrations.reflect = false"));
}

}  // namespace
}  // namespace suite
