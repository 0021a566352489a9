#include "reports/statistics/multiple_testing.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(MultipleTestingTest, HolmByHand) {
  // Sorted .01, .03, .04 times 3, 2, 1: .03, .06, .04, and none may be below one before it.
  const std::vector<double> adjusted = Holm({0.01, 0.04, 0.03});
  EXPECT_DOUBLE_EQ(adjusted[0], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.06);
}

TEST(MultipleTestingTest, BenjaminiHochbergByHand) {
  // Sorted .01, .03, .04 times 3/1, 3/2, 3/3: .03, .045, .04, and none may be above one after it.
  const std::vector<double> adjusted = BenjaminiHochberg({0.01, 0.04, 0.03});
  EXPECT_DOUBLE_EQ(adjusted[0], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.04);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.04);
}

TEST(MultipleTestingTest, OneTestStaysAndNothingPassesOne) {
  EXPECT_EQ(Holm({0.2}), std::vector<double>{0.2});
  EXPECT_EQ(BenjaminiHochberg({0.2}), std::vector<double>{0.2});
  EXPECT_EQ(Holm({0.9, 0.8}), (std::vector<double>{1, 1}));
  EXPECT_TRUE(Holm({}).empty());
}

}  // namespace
}  // namespace suite
