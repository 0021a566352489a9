#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/testing/golden.h"
#include "datasets/judging/answer_parser.h"
#include "datasets/judging/golden_cases.h"
#include "datasets/judging/ranking_metrics.h"

namespace suite {
namespace {

// Sums of at most a few hundred doubles, in another order than numpy's.
constexpr double kTolerance = 1e-9;

// The k for which the file has recall@k.
std::vector<int> CutoffsOf(const nlohmann::json& means) {
  std::vector<int> cutoffs;
  for (const auto& entry : means.items()) {
    if (entry.key().rfind("recall@", 0) == 0) cutoffs.push_back(std::stoi(entry.key().substr(7)));
  }
  std::sort(cutoffs.begin(), cutoffs.end());
  return cutoffs;
}

void ExpectValue(double value, const nlohmann::json& expected, const std::string& name) {
  if (expected.is_string()) {
    EXPECT_EQ(expected, "nan") << name;
    EXPECT_TRUE(std::isnan(value)) << name;
  } else {
    EXPECT_NEAR(value, expected.get<double>(), kTolerance) << name;
  }
}

EvaluatedAnswer ExpectGolden(const nlohmann::json& golden_case, const Catalog& catalog,
                             const std::vector<int>& cutoffs) {
  SCOPED_TRACE(CaseName(golden_case));
  const auto text = golden_case.at("completion").get<std::string>();
  const auto parsed = ParseAnswer(text);
  const auto expected_items = ItemsFromJson(golden_case.at("parsed"));
  EXPECT_EQ(parsed.size(), expected_items.size());
  for (size_t i = 0; i < std::min(parsed.size(), expected_items.size()); ++i) {
    EXPECT_EQ(parsed[i].item, expected_items[i]);
  }
  const auto answer =
      EvaluateAnswer(text, GroundTruthFromJson(golden_case.at("ground_truth")),
                     golden_case.at("seen_titles").get<std::vector<std::string>>(), catalog, MetricOptions());
  EXPECT_EQ(answer.ground_truths > 0, !golden_case.value("degenerate", false));
  for (const int cutoff : cutoffs) {
    const std::string k = std::to_string(cutoff);
    ExpectValue(RecallAt(answer, static_cast<size_t>(cutoff)), golden_case.at("recall@" + k), "recall@" + k);
    ExpectValue(NdcgAt(answer, static_cast<size_t>(cutoff)), golden_case.at("ndcg@" + k), "ndcg@" + k);
  }
  ExpectValue(InCatalogRatio(answer), golden_case.at("in_catalog_ratio"), "in_catalog_ratio");
  return answer;
}

TEST(RankingMetricsGolden, MatchesTheAuthorsEvaluationInEveryCaseAndInTheMeans) {
  const auto golden = ReadGolden("metrics.json");
  if (!golden) GTEST_SKIP() << MissingGolden("metrics.json");
  const Catalog catalog(ItemsFromJson(golden->at("catalog")));
  const auto& expected = golden->at("means");
  const std::vector<int> cutoffs = CutoffsOf(expected);
  ASSERT_FALSE(cutoffs.empty());
  std::vector<EvaluatedAnswer> all;
  for (const auto& golden_case : golden->at("cases")) all.push_back(ExpectGolden(golden_case, catalog, cutoffs));
  const auto scores = [&all](auto score) {
    std::vector<double> values;
    for (const EvaluatedAnswer& answer : all) values.push_back(score(answer));
    return values;
  };
  for (const int cutoff : cutoffs) {
    const std::string k = std::to_string(cutoff);
    ExpectValue(MeanScore(scores([&](const auto& a) { return RecallAt(a, static_cast<size_t>(cutoff)); })),
                expected.at("recall@" + k), "mean recall@" + k);
    ExpectValue(MeanScore(scores([&](const auto& a) { return NdcgAt(a, static_cast<size_t>(cutoff)); })),
                expected.at("ndcg@" + k), "mean ndcg@" + k);
  }
  const std::vector<double> ratios = scores(&InCatalogRatio);
  const double mean = MeanScore(ratios);
  ExpectValue(mean, expected.at("in_catalog_ratio"), "mean in_catalog_ratio");
  double squares = 0;
  for (const double ratio : ratios) squares += (ratio - mean) * (ratio - mean);
  ExpectValue(std::sqrt(squares / static_cast<double>(ratios.size())), expected.at("in_catalog_ratio_std"),
              "in_catalog_ratio_std");
}

}  // namespace
}  // namespace suite
