#include "datasets/judging/title_rules.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(MatchingTitle, ForgetsSpellingNotWords) {
  for (const char* title : {"The Matrix", "Matrix, The", " the  MATRIX!", "Matrix", "Mátrix", "A Matrix"}) {
    EXPECT_EQ(MatchingTitle(title), "matrix") << title;
  }
  EXPECT_EQ(MatchingTitle("WALL·E"), MatchingTitle("Wall-E"));
  EXPECT_EQ(MatchingTitle("Cries & Whispers"), MatchingTitle("Cries and whispers"));
  EXPECT_EQ(MatchingTitle("Amélie"), "amelie");
  EXPECT_EQ(MatchingTitle("Die Straße"), "diestrasse");
  EXPECT_EQ(MatchingTitle("2001: A Space Odyssey"), "2001aspaceodyssey");
  EXPECT_EQ(MatchingTitle("Theatre"), "theatre");  // no article
  EXPECT_NE(MatchingTitle("Saw 2"), MatchingTitle("Saw 3"));
  EXPECT_EQ(MatchingTitle("七人の侍"), "七人の侍");
}

TEST(MatchingTitle, LeavesSomething) {
  EXPECT_EQ(MatchingTitle("The A"), "a");
  EXPECT_EQ(MatchingTitle("A"), "a");
  EXPECT_EQ(MatchingTitle("The !"), "the");
  EXPECT_EQ(MatchingTitle("..."), "...");
  EXPECT_EQ(MatchingTitle(""), "");
}

// libs/metrics_align.py: the same year, then + before -, the nearer first.
TEST(NearestYear, TakesTheAuthorsOrder) {
  EXPECT_EQ(NearestYear({1998, 1999, 2000, 2001, 2002}, 2000), 2000);
  EXPECT_EQ(NearestYear({1998, 1999, 2001, 2002}, 2000), 2001);
  EXPECT_EQ(NearestYear({1998, 1999, 2002}, 2000), 1999);
  EXPECT_EQ(NearestYear({1998, 2002}, 2000), 2002);
  EXPECT_EQ(NearestYear({1998}, 2000), 1998);
  EXPECT_EQ(NearestYear({1997, 2003}, 2000), std::nullopt);
  EXPECT_EQ(NearestYear({1997}, 2000, 3), 1997);
  EXPECT_EQ(NearestYear({}, 2000), std::nullopt);
}

TEST(TitleIndex, Finds) {
  const TitleIndex index({{"Matrix, The", 1999}, {"Dune", 1984}, {"Dune", 2021}, {"DUNE", 2021}});
  EXPECT_EQ(index.Find("The Matrix", 1998), 0);
  EXPECT_EQ(index.Find("The Matrix", 1996), std::nullopt);
  EXPECT_EQ(index.Find("dune", 2020), 2);  // of equal years the first
  EXPECT_EQ(index.FindOnly("matrix"), 0);
  EXPECT_EQ(index.FindOnly("Dune"), std::nullopt);
  EXPECT_EQ(index.FindOnly("Heat"), std::nullopt);
  EXPECT_EQ(index.FindAll("dune"), (std::vector<int>{1, 2, 3}));
}

}  // namespace
}  // namespace suite
