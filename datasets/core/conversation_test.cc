#include "datasets/core/conversation.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(Conversation, ReadsYearsAsPythonsIntDoes) {
  EXPECT_EQ(ParseYear("1999"), 1999);
  EXPECT_EQ(ParseYear(" 1999\u00a0"), 1999);
  EXPECT_EQ(ParseYear("+1999"), 1999);
  EXPECT_EQ(ParseYear("-5"), -5);
  EXPECT_EQ(ParseYear("1_999"), 1999);
  EXPECT_EQ(ParseYear("\uFF11\uFF19\uFF19\uFF19"), 1999);
  EXPECT_EQ(ParseYear("0"), 0);
}

TEST(Conversation, DropsWhatIsNoYear) {
  for (const char* text :
       {"", " ", "n/a", "1999.0", "19 99", "+", "_1999", "1999_", "1__999", "99999999999999999999"}) {
    EXPECT_EQ(ParseYear(text), std::nullopt) << text;
  }
  EXPECT_EQ(MakeGroundTruth("Heat", "n/a").year, std::nullopt);
  EXPECT_EQ(MakeGroundTruth("Heat", "1995").year, 1995);
}

}  // namespace
}  // namespace suite
