#include "reports/results/convergence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

using testing::Contains;
using testing::HasSubstr;

// A run whose validation curve and training reward are given point by point; KL is a tenth of the reward.
RunRecord RunWith(const std::string& preset, int64_t seed, const std::vector<float>& curve) {
  RunRecord run = MakeRun({preset, seed, 0, 4});
  run.series.clear();
  StepSeries reward{"reward", 1, {}}, kl{"kl", 1, {}};
  for (size_t i = 1; i < curve.size(); ++i) {
    reward.values.push_back(curve[i]);
    kl.values.push_back(curve[i] / 10);
  }
  run.series = {reward, kl};
  ScoreTable validation = {"validation", {"c"}, {"ndcg@10"}, {0, 1, 2, 3, 4}, curve};
  ScoreTable test = {"test", {"c"}, {"ndcg@10"}, {0, 4}, {curve.front(), curve.back()}};
  run.scores = {validation, test};
  return run;
}

ReportSpec SpecOf() {
  ReportSpec spec;
  spec.arms = {{"early", "Early"}, {"late", "Late"}};
  spec.metrics = {{"ndcg@10", "NDCG@10", true}};
  return spec;
}

Convergence TwoArms() {
  ReadStores stores;
  for (const int64_t seed : {1, 2}) {
    const float shift = seed == 1 ? 0 : 0.001f;
    stores.records.push_back(RunWith("early", seed, {.2f, .28f + shift, .3f, .3f, .3f + shift}));
    stores.records.push_back(RunWith("late", seed, {.2f, .2f + shift, .25f, .3f, .4f + shift}));
  }
  const ReportSpec spec = SpecOf();
  return ConvergenceOf(spec, MakeRunSet(spec, std::move(stores)));
}

std::vector<std::string> Texts(const std::vector<TextCell>& cells) {
  std::vector<std::string> texts;
  for (const TextCell& cell : cells) texts.push_back(cell.text);
  return texts;
}

TEST(Convergence, MeaningsOfFasterStandSideBySide) {
  const Convergence found = TwoArms();
  ASSERT_EQ(found.table.rows.size(), 2u);
  EXPECT_EQ(found.table.header[2], "Steps to 0.250") << "half of the smaller gain, .1, above the start";
  // Early passes .25 in its first step, Late after two; of their own gains both have half then or later.
  // Mean reward at the first step .2405, and half of the smaller gain in reward, .02: the common level is .2505.
  EXPECT_EQ(Texts(found.table.rows[0]),
            (std::vector<std::string>{"Early", "+0.1005", "1", "1", "1.00", "+0.0005", "0.028", "0.030"}));
  EXPECT_EQ(Texts(found.table.rows[1]),
            (std::vector<std::string>{"Late", "+0.2005", "2", "3", "0.25", "+0.1005", "0.025", "0.040"}));
  EXPECT_THAT(found.sentences, Contains(HasSubstr("Not converged")));
  EXPECT_THAT(found.sentences, Contains(HasSubstr("(bold): Late.")));
}

TEST(Convergence, TheCommonLevelIsWithinReachOfEveryArmThatGains) {
  const LearningCurve small = {{0, 1}, {.2, .3}}, large = {{0, 1}, {.2, .6}}, falling = {{0, 1}, {.2, .1}};
  EXPECT_NEAR(*CommonLevel({{small}, {large}}), .25, 1e-12);
  EXPECT_NEAR(*CommonLevel({{falling}, {large}}), .4, 1e-12);
  EXPECT_FALSE(CommonLevel({{falling}}));
  EXPECT_FALSE(CommonLevel({}));
}

TEST(Convergence, WithoutABaselineThereIsNothingToSay) {
  ReportSpec spec = SpecOf();
  spec.baseline = "";
  ReadStores stores;
  stores.records.push_back(RunWith("early", 1, {.2f, .2f, .2f, .2f, .2f}));
  EXPECT_TRUE(ConvergenceOf(spec, MakeRunSet(spec, std::move(stores))).table.rows.empty());
}

}  // namespace
}  // namespace suite
