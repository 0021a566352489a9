#include "reports/results/comparisons.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "harness/metrics/run_record.h"
#include "harness/metrics/write_run.h"
#include "reports/results/verdicts.h"
#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/text_table.h"

namespace suite {
namespace {

// A run with scores of two conversations, final only.
std::string Store(const std::string& preset, int seed, std::vector<float> scores) {
  RunRecord run;
  run.run_name = preset + std::to_string(seed);
  run.config = "seed = " + std::to_string(seed) + "\n[objective]\npreset = \"" + preset + "\"\n";
  run.status = "done";
  run.scores = {{"test", {"a", "b"}, {"ndcg@5"}, {4}, std::move(scores)}};
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/" + run.run_name + ".h5";
  WriteRun(run, path);
  return path;
}

RunSet HandMade(const ReportSpec& spec) {
  return MakeRunSet(spec, ReadAllStores({Store("x", 1, {1, 0}), Store("x", 2, {1, 1}), Store("y", 1, {0, 0}),
                                         Store("y", 2, {0, 1}), Store("z", 1, {1, 0}), Store("z", 2, {0.5f, 0.25f})}));
}

ReportSpec HandSpec() {
  ReportSpec spec;
  spec.arms = {{"x", "X"}, {"y", "Y"}, {"z", "Z"}};
  spec.metrics = {{"ndcg@5", "NDCG@5", true}};
  spec.confounder.clear();
  spec.comparisons = {{"x", "y", "ndcg@5"}, {"z", "y", "ndcg@5"}};
  return spec;
}

TEST(ComparisonsTest, HandCheckedPair) {
  const ReportSpec spec = HandSpec();
  const auto pairs = JudgeAll(spec, HandMade(spec)).pairs;
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].seeds, 2);
  EXPECT_DOUBLE_EQ(pairs[0].difference.mean, 0.5);
  // Over the seeds conversation a gains 1 and b nothing: sqrt(.5^2 + .5^2) / 2.
  EXPECT_DOUBLE_EQ(*pairs[0].clustered_error, std::sqrt(0.5) / 2);
  // Means .5 and 1 against 0 and .5: three wins and a tie of four.
  EXPECT_DOUBLE_EQ(*pairs[0].probability_better, 3.5 / 4);
  // Both seeds differ by .5, in a alone: no part of the seeds; conversations 1 and 0 have a sample variance of .5, the
  // error of their mean is .5, t = 1 with one degree of freedom.
  EXPECT_EQ(pairs[0].error.seed_variance, 0);
  EXPECT_DOUBLE_EQ(pairs[0].error.context_variance, 0.25);
  EXPECT_NEAR(*pairs[0].p, 0.5, 1e-12);
  EXPECT_EQ(pairs[0].verdict, Verdict::kInconclusive) << "two conversations tell nothing of others";
}

TEST(ComparisonsTest, HolmCountsAllComparisons) {
  const ReportSpec spec = HandSpec();
  const auto pairs = JudgeAll(spec, HandMade(spec)).pairs;
  // z - y is 1, 0 and .5, -.75. Seeds .5 and -.125: t = .1875 / .3125 = .6 without conversations, one degree of
  // freedom, p = 1 - 2 atan(.6) / pi.
  EXPECT_NEAR(*pairs[1].p,
              1 - 2 * std::atan(std::sqrt(0.1875 * 0.1875 / (0.3125 * 0.3125 + pairs[1].error.context_variance))) /
                      std::acos(-1),
              1e-9);
  EXPECT_NEAR(pairs[0].step->adjusted_p, std::min(1.0, 2 * *pairs[0].p), 1e-12) << "the smaller of two";
  EXPECT_EQ(VerdictSummary(pairs), "Of 2 comparisons, 0 better, 0 worse, 2 inconclusive.");
  EXPECT_NE(ComparisonCsv(pairs).find("x,y,ndcg@5,"), std::string::npos);
  const TextTable table = ComparisonTable(spec, pairs);
  EXPECT_EQ(table.rows[0][6].text, "0.88");
  EXPECT_EQ(table.rows[0][3].data.back().first, "clustered-error");
}

TEST(ComparisonsTest, LowerIsBetterTurnsTheProbability) {
  ReportSpec spec = HandSpec();
  spec.metrics[0].higher_is_better = false;
  EXPECT_DOUBLE_EQ(*CompareAll(spec, HandMade(spec))[0].probability_better, 0.5 / 4);
}

}  // namespace
}  // namespace suite
