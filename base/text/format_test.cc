#include "base/text/format.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace suite {
namespace {

TEST(Format, JoinsAnyContainerAndKeepsEmptyParts) {
  EXPECT_EQ(Join(std::vector<std::string>{}, ", "), "");
  EXPECT_EQ(Join(std::vector<std::string>{"", "b", ""}, "; "), "; b; ");
  EXPECT_EQ(Join(std::set<std::string>{"b", "a"}, ""), "ab");
}

TEST(Format, NumbersReadBackAsTheSameDouble) {
  for (const double value : {0.1, 1.0 / 3.0, 1e-300, -2.5, 123456789.0}) {
    EXPECT_EQ(std::stod(ExactNumber(value)), value);
  }
  EXPECT_EQ(ExactNumber(0.5), "0.5");
}

}  // namespace
}  // namespace suite
