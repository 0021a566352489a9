#include "reports/runs/learning_curve.h"

#include <gtest/gtest.h>

#include "base/testing/error_of.h"
#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

const LearningCurve kRising = {{0, 100, 200, 400}, {.2, .32, .25, .4}};

TEST(LearningCurve, MomentsByHand) {
  EXPECT_DOUBLE_EQ(Gain(kRising), .2);
  EXPECT_DOUBLE_EQ(ValueAt(kRising, 50), .26);
  EXPECT_DOUBLE_EQ(ValueAt(kRising, 300), .325);
  EXPECT_DOUBLE_EQ(ValueAt(kRising, -1), .2);
  EXPECT_DOUBLE_EQ(ValueAt(kRising, 500), .4);
  EXPECT_DOUBLE_EQ(*FirstReach(kRising, .26), 50) << "the first time, though it falls again";
  EXPECT_DOUBLE_EQ(*FirstReach(kRising, .1), 0);
  EXPECT_FALSE(FirstReach(kRising, .41));
  EXPECT_NEAR(*StepsToShareOfGain(kRising, .5), 250 / 3., 1e-9);
  EXPECT_NEAR(*ShareOfGainAtHalfTime(kRising), .25, 1e-12);
  EXPECT_NEAR(ChangeOverLastQuarter(kRising), .4 - .325, 1e-12);
}

TEST(LearningCurve, WithoutAGainThereIsNoShareOfIt) {
  const LearningCurve falling = {{0, 10}, {.3, .2}};
  EXPECT_FALSE(StepsToShareOfGain(falling, .5));
  EXPECT_FALSE(ShareOfGainAtHalfTime(falling));
  EXPECT_NEAR(ChangeOverLastQuarter(falling), -.025, 1e-12);
}

TEST(LearningCurve, SeriesAreMeansOfTheLastSteps) {
  ReportRun run;
  run.record.steps = {1, 2, 3, 4};
  run.record.series = {{"kl", 1, {1, 2, 3, 8}}, {"by_rank", 2, {1, 2, 3, 4, 5, 6, 7, 8}}};
  const auto curve = CurveOfSeries(run, "kl", 2);
  ASSERT_TRUE(curve);
  EXPECT_EQ(curve->steps, (std::vector<double>{2, 3, 4}));
  EXPECT_EQ(curve->values, (std::vector<double>{1.5, 2.5, 5.5}));
  EXPECT_FALSE(CurveOfSeries(run, "kl", 5)) << "fewer steps than the window";
  EXPECT_FALSE(CurveOfSeries(run, "by_rank", 1));
  EXPECT_FALSE(CurveOfSeries(run, "none", 1));
}

TEST(LearningCurve, ScoresAreMeansOverConversations) {
  ReportRun run;
  run.record = MakeRun({"grpo", 1, 0.1});
  const LearningCurve curve = CurveOfScore(run, "validation", "ndcg@5");
  EXPECT_EQ(curve.steps, (std::vector<double>{0, 15, 30, 45, 60}));
  EXPECT_GT(Gain(curve), 0.05);
  EXPECT_NE(ErrorOf([&] { CurveOfScore(run, "validation", "ndcg@7"); }).find("ndcg@10"), std::string::npos);
}

}  // namespace
}  // namespace suite
