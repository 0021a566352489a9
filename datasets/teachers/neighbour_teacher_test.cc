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

TEST(NeighbourTeacherTest, ListsWhatOthersTookAfterTheItemsOfTheConversation) {
  NeighbourTeacher teacher({{0, 1}, {0, 1, 3}, {2, 3}}, Films());
  Conversation one;
  one.liked = {{"Heat", 1995}};
  one.seen_titles = {"Fargo"};
  const std::vector<TeacherList> lists = teacher.Recommend({one, one}, 2);
  ASSERT_EQ(lists.size(), 2u);
  EXPECT_THAT(lists[1].items, ElementsAre(Item{"Alien", 1979}, Item{"Jaws", 1975}));
  EXPECT_EQ(lists[1].error, "");
}

TEST(NeighbourTeacherTest, ItsIdentityTellsTheDataApart) {
  EXPECT_THAT(NeighbourTeacher({{0, 1}}, Films()).Identity(), StartsWith("neighbours data="));
  EXPECT_EQ(NeighbourTeacher({{0, 1}}, Films()).Identity(), NeighbourTeacher({{0, 1}}, Films()).Identity());
  EXPECT_NE(NeighbourTeacher({{0, 1}}, Films()).Identity(), NeighbourTeacher({{1, 0}}, Films()).Identity());
}

TEST(NeighbourTeacherTest, JudgesNothing) {
  NeighbourTeacher teacher({{0, 1}}, Films());
  EXPECT_THAT(ErrorOf([&] { teacher.Judge({}); }), HasSubstr("demonstrations.reflect = false"));
}

}  // namespace
}  // namespace suite
