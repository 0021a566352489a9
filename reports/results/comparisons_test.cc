#include "reports/results/comparisons.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "harness/metrics/run_record.h"
#include "harness/metrics/write_run.h"
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
  spec.resamples = 200;
  return spec;
}

TEST(ComparisonsTest, HandCheckedPair) {
  const ReportSpec spec = HandSpec();
  const auto pairs = CompareAll(spec, HandMade(spec));
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].seeds, 2);
  EXPECT_DOUBLE_EQ(pairs[0].difference.mean, 0.5);
  // Over the seeds conversation a gains 1 and b nothing: sqrt(.5^2 + .5^2) / 2.
  EXPECT_DOUBLE_EQ(*pairs[0].clustered_error, std::sqrt(0.5) / 2);
  // Means .5 and 1 against 0 and .5: three wins and a tie of four.
  EXPECT_DOUBLE_EQ(*pairs[0].probability_better, 3.5 / 4);
  EXPECT_EQ(*pairs[0].p, 0) << "both seeds differ by .5";
  EXPECT_EQ(*pairs[0].adjusted_p, 0);
}

TEST(ComparisonsTest, HolmCountsAllComparisons) {
  const ReportSpec spec = HandSpec();
  const auto pairs = CompareAll(spec, HandMade(spec));
  // Differences .5 and -.125: t = .1875 / .3125 = .6 with one degree of freedom, p = 1 - 2 atan(.6) / pi.
  EXPECT_NEAR(*pairs[1].p, 1 - 2 * std::atan(0.6) / std::acos(-1), 1e-12);
  EXPECT_NEAR(*pairs[1].adjusted_p, *pairs[1].p, 1e-12) << "the larger of two is not multiplied";
  EXPECT_FALSE(pairs[1].holds_after_holm);
  EXPECT_EQ(VerdictSummary(pairs).rfind("Of 2 comparisons, ", 0), 0u) << VerdictSummary(pairs);
  EXPECT_NE(ComparisonCsv(pairs).find("x,y,ndcg@5,"), std::string::npos);
  const TextTable table = ComparisonTable(spec, pairs);
  EXPECT_EQ(table.rows[0][7].text, "0.88");
  EXPECT_EQ(table.rows[0][3].data.back().first, "clustered-error");
}

TEST(ComparisonsTest, LowerIsBetterTurnsTheProbability) {
  ReportSpec spec = HandSpec();
  spec.metrics[0].higher_is_better = false;
  EXPECT_DOUBLE_EQ(*CompareAll(spec, HandMade(spec))[0].probability_better, 0.5 / 4);
}

}  // namespace
}  // namespace suite
