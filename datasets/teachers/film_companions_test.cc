#include "datasets/teachers/oracle_teacher.h"

#include <gtest/gtest.h>

#include <cmath>

namespace suite {
namespace {

TEST(FilmCompanions, CountsConversationsNotMentions) {
  const FilmCompanions companions({{3, 17, 3}, {17}, {3, 5}}, 20);
  EXPECT_EQ(companions.count(3), 2);
  EXPECT_EQ(companions.count(17), 2);
  EXPECT_EQ(companions.count(5), 1);
  EXPECT_EQ(companions.count(0), 0);
}

TEST(FilmCompanions, NearnessIsTheMeanCosine) {
  const FilmCompanions companions({{3, 17}, {17}, {3, 5}}, 20);
  const std::vector<double> to_one = companions.Nearness({3});
  EXPECT_DOUBLE_EQ(to_one[3], 1);
  EXPECT_DOUBLE_EQ(to_one[17], .5);
  EXPECT_DOUBLE_EQ(to_one[5], 1 / std::sqrt(2.));
  EXPECT_DOUBLE_EQ(to_one[0], 0);
  const std::vector<double> to_two = companions.Nearness({3, 17});
  EXPECT_DOUBLE_EQ(to_two[3], .75);
  EXPECT_DOUBLE_EQ(to_two[17], .75);
  EXPECT_DOUBLE_EQ(to_two[5], .5 / std::sqrt(2.));
}

TEST(FilmCompanions, AFilmThatNobodyNamedIsNearItselfAlone) {
  const FilmCompanions companions({{3, 17}}, 20);
  const std::vector<double> nearness = companions.Nearness({9});
  for (size_t i = 0; i < nearness.size(); ++i) EXPECT_EQ(nearness[i], i == 9 ? 1 : 0);
  for (const double one : companions.Nearness({})) EXPECT_EQ(one, 0);
}

}  // namespace
}  // namespace suite
