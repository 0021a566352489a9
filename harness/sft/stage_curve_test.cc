#include "harness/sft/stage_curve.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/files.h"

namespace suite {
namespace {

TEST(StageCurve, ComesBackWithAllDigits) {
  const std::string path = ::testing::TempDir() + "/curve.csv";
  const std::vector<CurveRow> rows = {{1, 10. / 3, NAN, 1e-4, 900.4}, {2, 3.1, 1. / 7, 2e-4, 1e6}};
  WriteCurve(rows, path);
  const std::vector<CurveRow> read = ReadCurve(path);
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].step, 1);
  EXPECT_EQ(read[0].loss, 10. / 3);
  EXPECT_TRUE(std::isnan(read[0].validation_loss));
  EXPECT_EQ(read[0].tokens_per_second, 900);
  EXPECT_EQ(read[1].validation_loss, 1. / 7);
  EXPECT_EQ(read[1].learning_rate, 2e-4);
  EXPECT_TRUE(ReadCurve(path + ".none").empty());
}

TEST(StageCurve, RefusesOtherFiles) {
  const std::string path = ::testing::TempDir() + "/other.csv";
  const std::string header = "step,loss,validation_loss,learning_rate,tokens_per_second\n";
  for (const std::string& text : {std::string("a,b\n"), header + "1,2,3\n", header + "1,x,,1,1\n"}) {
    WriteFileAtomically(path, text);
    EXPECT_THROW(ReadCurve(path), InputError) << text;
  }
}

TEST(StageCurve, TheLowestLossIsTheFirstOfEqualOnes) {
  EXPECT_FALSE(LowestValidationLoss({{1, 3, NAN, 0, 0}}));
  const auto lowest =
      LowestValidationLoss({{1, 3, 5, 0, 0}, {2, 3, 4, 0, 0}, {3, 3, NAN, 0, 0}, {4, 3, 4, 0, 0}, {5, 3, 4.5, 0, 0}});
  ASSERT_TRUE(lowest);
  EXPECT_EQ(lowest->step, 2);
  EXPECT_EQ(lowest->loss, 4);
  EXPECT_EQ(lowest->since, 2);
}

}  // namespace
}  // namespace suite
