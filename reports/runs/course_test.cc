#include "reports/runs/course.h"

#include <gtest/gtest.h>

#include "base/testing/error_of.h"
#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

const Course kRising = {{0, 100, 200, 400}, {.2, .32, .25, .4}};

TEST(Course, MomentsByHand) {
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

TEST(Course, WithoutAGainThereIsNoShareOfIt) {
  const Course falling = {{0, 10}, {.3, .2}};
  EXPECT_FALSE(StepsToShareOfGain(falling, .5));
  EXPECT_FALSE(ShareOfGainAtHalfTime(falling));
  EXPECT_NEAR(ChangeOverLastQuarter(falling), -.025, 1e-12);
}

TEST(Course, SeriesAreMeansOfTheLastSteps) {
  ReportRun run;
  run.record.steps = {1, 2, 3, 4};
  run.record.series = {{"kl", 1, {1, 2, 3, 8}}, {"by_rank", 2, {1, 2, 3, 4, 5, 6, 7, 8}}};
  const auto course = CourseOfSeries(run, "kl", 2);
  ASSERT_TRUE(course);
  EXPECT_EQ(course->steps, (std::vector<double>{2, 3, 4}));
  EXPECT_EQ(course->values, (std::vector<double>{1.5, 2.5, 5.5}));
  EXPECT_FALSE(CourseOfSeries(run, "kl", 5)) << "fewer steps than the window";
  EXPECT_FALSE(CourseOfSeries(run, "by_rank", 1));
  EXPECT_FALSE(CourseOfSeries(run, "none", 1));
}

TEST(Course, ScoresAreMeansOverConversations) {
  ReportRun run;
  run.record = MakeRun({"grpo", 1, 0.1});
  const Course course = CourseOfScore(run, "validation", "ndcg@5");
  EXPECT_EQ(course.steps, (std::vector<double>{0, 15, 30, 45, 60}));
  EXPECT_GT(Gain(course), 0.05);
  EXPECT_NE(ErrorOf([&] { CourseOfScore(run, "validation", "ndcg@7"); }).find("ndcg@10"), std::string::npos);
}

}  // namespace
}  // namespace suite
