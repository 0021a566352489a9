// Against SciPy, statsmodels and rliable: tests/golden/statistics.json, made by make_golden.py.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/random.h"
#include "base/testing/golden.h"
#include "reports/statistics/aggregate.h"
#include "reports/statistics/clustered_error.h"
#include "reports/statistics/multiple_testing.h"
#include "reports/statistics/paired_tests.h"
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

Alternative AlternativeOf(const std::string& name) {
  return name == "two-sided" ? Alternative::kTwoSided : name == "greater" ? Alternative::kGreater : Alternative::kLess;
}

TEST_F(StatisticsGolden, PairedTests) {
  for (const json& one : Cases("paired_tests")) {
    SCOPED_TRACE(one.dump());
    const auto differences = one.at("differences").get<Numbers>();
    const Alternative alternative = AlternativeOf(one.at("alternative").get<std::string>());
    const auto expect = [&one](const char* name, const TestResult& result) {
      const auto expected = one.at(name).get<Numbers>();
      ExpectClose(result.statistic, expected[0], kTolerance, name);
      ExpectClose(result.p, expected[1], kTolerance, name);
    };
    expect("t", PairedT(differences, alternative));
    expect("wilcoxon", WilcoxonSignedRank(differences, alternative));
    if (!one.contains("sign_flip")) continue;
    RandomStream stream(0, "not used");
    expect("sign_flip", SignFlip(differences, alternative, 1, &stream));
  }
}

TEST_F(StatisticsGolden, MultipleTesting) {
  for (const json& one : Cases("multiple_testing")) {
    const auto p = one.at("p").get<Numbers>();
    const auto holm = one.at("holm").get<Numbers>();
    const auto benjamini_hochberg = one.at("benjamini_hochberg").get<Numbers>();
    for (size_t i = 0; i < p.size(); ++i) {
      ExpectClose(Holm(p)[i], holm[i], kTolerance, "Holm");
      ExpectClose(BenjaminiHochberg(p)[i], benjamini_hochberg[i], kTolerance, "Benjamini-Hochberg");
    }
  }
}

TEST_F(StatisticsGolden, EffectSizes) {
  for (const json& one : Cases("effect_sizes")) {
    const auto left = one.at("left").get<Numbers>();
    const auto right = one.at("right").get<Numbers>();
    ExpectClose(HedgesG(left, right), one.at("hedges_g"), kTolerance, "Hedges' g");
    ExpectClose(CliffsDelta(left, right), one.at("cliffs_delta"), kTolerance, "Cliff's delta");
    ExpectClose(CohenDz(left), one.at("cohen_dz_of_left"), kTolerance, "Cohen's d_z");
  }
}

TEST_F(StatisticsGolden, Power) {
  const json& power = Cases("power");
  for (const json& one : power.at("power")) {
    ExpectClose(PairedTPower(one.at("d"), one.at("seeds"), one.at("alpha")), one.at("power"), kPowerTolerance,
                one.dump());
  }
  for (const json& one : power.at("plans")) {
    const auto seeds = SeedsNeeded(one.at("d"), one.at("alpha"), one.at("power"));
    ASSERT_TRUE(seeds.has_value());
    EXPECT_EQ(*seeds, static_cast<int>(std::ceil(one.at("seeds").get<double>()))) << one.dump();
  }
  for (const json& one : power.at("effects")) {
    ExpectClose(MinimumDetectableEffect(one.at("seeds"), one.at("alpha"), one.at("power")), one.at("d"),
                kPowerTolerance, one.dump());
  }
}

TEST_F(StatisticsGolden, Equivalence) {
  for (const json& one : Cases("equivalence")) {
    const auto result = Tost(one.at("differences").get<Numbers>(), one.at("margin"));
    ExpectClose(result.p_above_low, one.at("p_above_low"), kTolerance, "above");
    ExpectClose(result.p_below_high, one.at("p_below_high"), kTolerance, "below");
    EXPECT_EQ(result.p, std::max(result.p_above_low, result.p_below_high));
  }
}

TEST_F(StatisticsGolden, ClusteredErrors) {
  for (const json& one : Cases("clustered_errors")) {
    const auto clusters = one.at("clusters").get<std::vector<size_t>>();
    const auto left = one.at("left").get<Numbers>();
    const auto expect = [](const ClusteredError& error, const json& expected) {
      ExpectClose(error.mean, expected.at("mean"), kTolerance, "mean");
      ExpectClose(error.standard_error, expected.at("standard_error"), kTolerance, "standard error");
      const Interval interval = ClusteredInterval(error, 0.95);
      ExpectClose(interval.low, expected.at("interval")[0], kTolerance, "low");
      ExpectClose(interval.high, expected.at("interval")[1], kTolerance, "high");
    };
    expect(ClusteredErrorOfMean(left, clusters), one.at("of_left"));
    expect(ClusteredErrorOfDifference(left, one.at("right").get<Numbers>(), clusters), one.at("of_difference"));
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
