#include "reports/tools/run_comparison.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

RunRecord Named(const SyntheticRun& wanted, const std::string& suffix = "") {
  RunRecord run = MakeRun(wanted);
  run.run_name += suffix;
  run.path = run.run_name + ".h5";
  return run;
}

RunGroup GroupOf(const std::string& name, std::vector<RunRecord> records) {
  ReadStores stores;
  stores.records = std::move(records);
  return {name, std::move(stores)};
}

std::string PageOf(std::vector<RunRecord> a, std::vector<RunRecord> b) {
  return CompareRuns(GroupOf("A", std::move(a)), GroupOf("B", std::move(b))).ToMarkdown();
}

bool Has(const std::string& page, const std::string& text) { return page.find(text) != std::string::npos; }

TEST(RunComparisonTest, EqualRunsDifferNowhere) {
  const std::string page = PageOf({Named({"grpo", 1, 0})}, {Named({"grpo", 1, 0})});
  EXPECT_TRUE(Has(page, "1 of 1 pairs are equal to the bit")) << page;
  size_t places = 0;
  for (size_t at = page.find("No difference."); at != std::string::npos; at = page.find("No difference.", at + 1)) {
    ++places;
  }
  EXPECT_EQ(places, 3u) << "config, data, code";
  EXPECT_TRUE(Has(page, "| grpo | test, ndcg@5 |")) << page;
  EXPECT_TRUE(Has(page, "0.0000 | [0.0000, 0.0000] |")) << page;
}

TEST(RunComparisonTest, NamesEveryKindOfDifference) {
  RunRecord other = Named({"grpo", 1, 0.1});
  other.config += "epsilon = 0.2\n";
  other.provenance[0].second = "ffff";
  other.provenance[6].second = "cd34";
  const std::string page = PageOf({Named({"grpo", 1, 0})}, {other});
  EXPECT_TRUE(Has(page, "| rl.epsilon | not set | 0.2 |")) << page;
  EXPECT_TRUE(Has(page, "| data.catalog | ab12 | cd34 |")) << page;
  EXPECT_TRUE(Has(page, "| commit | 0398a2c51f6e0b5f64f9a1f0d7f7f3d3a1f0c2b4 | ffff |")) << page;
  EXPECT_TRUE(Has(page, "0 of 1 pairs are equal to the bit")) << page;
  EXPECT_TRUE(Has(page, "reward from step 1")) << page;
}

TEST(RunComparisonTest, FindsTheFirstStepThatDiffers) {
  const RunRecord a = MakeRun({"grpo", 1, 0});
  RunRecord b = a;
  double& value = b.series[0].values[20];
  value = std::nextafter(value, 10);
  const NumericGap gap = CompareNumerics(a, b);
  EXPECT_FALSE(gap.is_equal);
  ASSERT_EQ(gap.first_step.size(), 1u);
  EXPECT_EQ(gap.first_step.at("reward"), a.steps[20]);
  EXPECT_GT(gap.largest_relative.at("reward"), 0);
  EXPECT_LT(gap.largest_relative.at("reward"), 1e-15);
}

TEST(RunComparisonTest, TimesDoNotCountButScoresDo) {
  const RunRecord a = MakeRun({"grpo", 1, 0});
  RunRecord b = a;
  for (StepSeries& series : b.series) {
    if (series.name == "step_s") series.values[3] += 1;
  }
  EXPECT_TRUE(CompareNumerics(a, b).is_equal);
  b.scores[0].values[0] += 0.5f;
  EXPECT_FALSE(CompareNumerics(a, b).is_equal);
  RunRecord c = a;
  c.series.erase(c.series.begin());
  EXPECT_EQ(CompareNumerics(a, c).only_in_one, std::vector<std::string>{"reward"});
  EXPECT_EQ(CompareNumerics(c, a).only_in_one, std::vector<std::string>{"reward"});
}

TEST(RunComparisonTest, SweepsPairByPresetAndSeed) {
  RunRecord failed = Named({"gspo", 2, 0}, "-b");
  failed.status = "failed";
  const std::string page =
      PageOf({Named({"grpo", 1, 0}), Named({"grpo", 2, 0}), Named({"gspo", 2, 0})},
             {Named({"grpo", 1, 0.05}, "-b"), Named({"grpo", 2, 0.05}, "-b"), Named({"grpo", 3, 0.05}, "-b"), failed});
  EXPECT_TRUE(Has(page, "3 and 4 runs, 3 pairs")) << page;
  EXPECT_TRUE(Has(page, "B: grpo, seed 3 has no partner")) << page;
  EXPECT_TRUE(Has(page, "B: gspo, seed 2 is failed")) << page;
  EXPECT_FALSE(Has(page, "| gspo | test, ndcg@5")) << "a failed run has no result";
  EXPECT_TRUE(Has(page, "| seed | 1; 2 | 1; 2; 3 |")) << page;
}

TEST(RunComparisonTest, SweepsOfOtherSettingsPairByThem) {
  const auto with_rate = [](const std::string& rate, const std::string& suffix) {
    RunRecord run = Named({"grpo", 1, 0}, suffix);
    run.config += "epsilon = " + rate + "\n";
    return run;
  };
  const std::string page =
      PageOf({with_rate("0.1", "-1"), with_rate("0.2", "-2")}, {with_rate("0.2", "-3"), with_rate("0.1", "-4")});
  EXPECT_TRUE(Has(page, "2 and 2 runs, 2 pairs")) << page;
  EXPECT_TRUE(Has(page, "| rl.epsilon=0.1, grpo, seed 1 | yes |")) << page;
}

TEST(RunComparisonTest, OtherConversationsAreNotPaired) {
  RunRecord other = Named({"grpo", 1, 0});
  other.scores[1].conversation_ids[0] = "elsewhere";
  EXPECT_TRUE(Has(PageOf({Named({"grpo", 1, 0})}, {other}), "other conversations"));
}

TEST(RunComparisonTest, TwoRunsOfOneKindOnASideAreRefused) {
  EXPECT_THROW(PageOf({Named({"grpo", 1, 0}), Named({"grpo", 1, 0}, "-again")}, {Named({"grpo", 1, 0}, "-b")}),
               InputError);
}

}  // namespace
}  // namespace suite
