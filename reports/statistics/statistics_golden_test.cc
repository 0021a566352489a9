// Against SciPy, statsmodels and rliable: tests/golden/statistics.json, made by make_golden.py.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/testing/golden.h"
#include "reports/statistics/aggregate.h"
#include "reports/statistics/clustered_error.h"
#include "reports/statistics/crossed_error.h"
#include "reports/statistics/multiple_testing.h"
#include "reports/statistics/power.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

using nlohmann::json;
using Numbers = std::vector<double>;

// Rounding of sums and of two implementations of one distribution function.
constexpr double kTolerance = 1e-10;
// Boost and SciPy sum the non-central t differently; the detectable effects come from numerical integration.
constexpr double kPowerTolerance = 1e-7;

void ExpectClose(double value, double expected, double tolerance, const std::string& what) {
  if (std::isinf(expected)) {
    EXPECT_EQ(value, expected) << what;
  } else {
    EXPECT_LE(std::abs(value - expected), tolerance * std::max(1.0, std::abs(expected)))
        << what << ": " << value << " against " << expected;
  }
}

class StatisticsGolden : public testing::Test {
 protected:
  void SetUp() override {
    const std::optional<json> golden = ReadGolden("statistics.json");
    if (!golden) GTEST_SKIP() << MissingGolden("statistics.json");
    golden_ = *golden;
  }

  const json& Cases(const char* name) const {
    EXPECT_FALSE(golden_.at(name).empty()) << name;
    return golden_.at(name);
  }

  json golden_;
};

// The test of crossed_error.h is Student's where runs have one value each.
TEST_F(StatisticsGolden, PairedTests) {
  for (const json& one : Cases("paired_tests")) {
    SCOPED_TRACE(one.dump());
    const CrossedError error = CrossedErrorOf(one.at("differences").get<Numbers>());
    const auto expected = one.at("t").get<Numbers>();
    ExpectClose(error.mean / std::sqrt(error.seed_variance), expected[0], kTolerance, "t");
    ExpectClose(*CrossedP(error, 0), expected[1], kTolerance, "p");
  }
}

TEST_F(StatisticsGolden, MultipleTesting) {
  for (const json& one : Cases("multiple_testing")) {
    const auto p = one.at("p").get<Numbers>();
    const auto holm = one.at("holm").get<Numbers>();
    for (size_t i = 0; i < p.size(); ++i) ExpectClose(Holm(p)[i], holm[i], kTolerance, "Holm");
  }
}

TEST_F(StatisticsGolden, Power) {
  const json& power = Cases("power");
  for (const json& one : power.at("power")) {
    ExpectClose(PairedTPower(one.at("d"), one.at("seeds"), one.at("alpha")), one.at("power"), kPowerTolerance,
                one.dump());
  }
  for (const json& one : power.at("plans")) {
    const auto seeds = SeedsNeeded({one.at("d"), 1}, one.at("alpha"), one.at("power"));
    ASSERT_TRUE(seeds.has_value());
    EXPECT_EQ(*seeds, static_cast<int>(std::ceil(one.at("seeds").get<double>()))) << one.dump();
  }
  for (const json& one : power.at("effects")) {
    ExpectClose(MinimumDetectableEffect(one.at("seeds"), one.at("alpha"), one.at("power")), one.at("d"),
                kPowerTolerance, one.dump());
  }
}

TEST_F(StatisticsGolden, ClusteredErrors) {
  for (const json& one : Cases("clustered_errors")) {
    const auto clusters = one.at("clusters").get<std::vector<size_t>>();
    const auto left = one.at("left").get<Numbers>();
    const auto expect = [](const ClusteredError& error, const json& expected) {
      ExpectClose(error.mean, expected.at("mean"), kTolerance, "mean");
      ExpectClose(error.standard_error, expected.at("standard_error"), kTolerance, "standard error");
    };
    expect(ClusteredErrorOfMean(left, clusters), one.at("of_left"));
    expect(ClusteredErrorOfMean(Differences(left, one.at("right").get<Numbers>()), clusters), one.at("of_difference"));
  }
}

TEST_F(StatisticsGolden, Aggregates) {
  for (const json& one : Cases("aggregates")) {
    const auto left = one.at("left").get<ScoreMatrix>();
    ExpectClose(InterquartileMean(left), one.at("iqm"), kTolerance, "IQM");
    ExpectClose(OptimalityGap(left, one.at("gamma")), one.at("optimality_gap"), kTolerance, "optimality gap");
    ExpectClose(ProbabilityOfImprovement(left, one.at("right").get<ScoreMatrix>()),
                one.at("probability_of_improvement"), kTolerance, "probability of improvement");
    const auto profile = PerformanceProfile(left, one.at("thresholds").get<Numbers>());
    const auto expected = one.at("profile").get<Numbers>();
    ASSERT_EQ(profile.size(), expected.size());
    for (size_t i = 0; i < profile.size(); ++i) ExpectClose(profile[i], expected[i], kTolerance, "profile");
  }
}

}  // namespace
}  // namespace suite
