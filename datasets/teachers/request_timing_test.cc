#include "datasets/teachers/endpoint_settings.h"

#include <gtest/gtest.h>

#include <set>

namespace suite {
namespace {

// How many may start within [0, end) when the caller looks every 10 ms.
int Starts(RatePacer* pacer, double end) {
  int starts = 0;
  for (int tick = 0; tick * 0.01 < end; ++tick) {
    const double now = tick * 0.01;
    if (now < pacer->NextStart()) continue;
    pacer->Started(now);
    ++starts;
  }
  return starts;
}

TEST(RatePacerTest, StartsAreEvenlySpaced) {
  RatePacer pacer(120);
  pacer.Started(10);
  EXPECT_DOUBLE_EQ(pacer.NextStart(), 10.5);
  pacer.Started(11);  // late: the next is counted from here, without making up for the pause
  EXPECT_DOUBLE_EQ(pacer.NextStart(), 11.5);
}

TEST(RatePacerTest, NeverMoreThanTheRateInAMinute) {
  for (const int rate : {1, 7, 60, 600}) {
    RatePacer pacer(rate);
    EXPECT_LE(Starts(&pacer, 60.0), rate) << rate;
  }
}

TEST(RatePacerTest, NoLimitMeansNoWait) {
  RatePacer pacer(0);
  pacer.Started(10);
  EXPECT_LE(pacer.NextStart(), 10);
}

TEST(RatePacerTest, AHoldOnlyMakesLater) {
  RatePacer pacer(60);
  pacer.HoldUntil(30);
  EXPECT_DOUBLE_EQ(pacer.NextStart(), 30);
  pacer.HoldUntil(20);
  EXPECT_DOUBLE_EQ(pacer.NextStart(), 30);
  pacer.Started(30);
  EXPECT_DOUBLE_EQ(pacer.NextStart(), 31);
}

EndpointSettings Settings(double backoff, double longest) {
  EndpointSettings settings;
  settings.backoff_seconds = backoff;
  settings.max_backoff_seconds = longest;
  return settings;
}

TEST(BackoffTest, DoublesUpToTheLongestWithJitterOfHalf) {
  const EndpointSettings settings = Settings(1, 20);
  double wait = 1;
  for (int64_t retry = 0; retry < 100; ++retry, wait = wait < 20 ? 2 * wait : wait) {
    const double full = wait < 20 ? wait : 20;
    const double seconds = BackoffSeconds(settings, "abc", retry);
    EXPECT_GE(seconds, full / 2) << retry;
    EXPECT_LT(seconds, full) << retry;
  }
}

TEST(BackoffTest, IsAFunctionOfSeedRequestAndRetry) {
  EndpointSettings settings = Settings(1, 1);
  const double first = BackoffSeconds(settings, "abc", 0);
  EXPECT_EQ(first, BackoffSeconds(settings, "abc", 0));
  std::set<double> different = {first, BackoffSeconds(settings, "abc", 1), BackoffSeconds(settings, "abd", 0)};
  settings.jitter_seed = 1;
  different.insert(BackoffSeconds(settings, "abc", 0));
  EXPECT_EQ(different.size(), 4u);
}

TEST(BackoffTest, ZeroMeansNoWait) { EXPECT_EQ(BackoffSeconds(Settings(0, 0), "abc", 5), 0); }

}  // namespace
}  // namespace suite
