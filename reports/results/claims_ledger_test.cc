#include "reports/results/claims_ledger.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "harness/metrics/write_run.h"
#include "reports/results/verdicts.h"
#include "reports/runs/synthetic_runs.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

// Five seeds of GRPO without and Rank-GRPO (log) with a gain.
RunSet TwoArms(const ReportSpec& spec) {
  std::vector<std::string> stores;
  for (int64_t seed : {1, 2, 3, 4, 5}) {
    for (const SyntheticRun& wanted : {SyntheticRun{"grpo", seed, 0}, SyntheticRun{"rank_grpo_log", seed, 0.06}}) {
      const RunRecord run = MakeRun(wanted);
      stores.push_back(std::string(std::getenv("TEST_TMPDIR")) + "/" + run.run_name + ".h5");
      WriteRun(run, stores.back());
    }
  }
  return MakeRunSet(spec, ReadAllStores(stores));
}

Claim ClaimOf(const std::string& left, const std::string& right, const std::string& metric) {
  Claim claim;
  claim.number = 2;
  claim.sentence = left + " does better.";
  claim.left = left;
  claim.right = right;
  claim.metric = metric;
  return claim;
}

ReportSpec SpecOf(const std::vector<Claim>& claims) {
  ReportSpec spec;
  spec.scale = "synthetic";
  spec.arms = {{"grpo", "GRPO"}, {"rank_grpo_log", "Rank-GRPO (log)"}};
  spec.claims = claims;
  return spec;
}

TEST(ClaimsLedgerTest, VerdictsFollowTheEffects) {
  Claim published = ClaimOf("rank_grpo_log", "grpo", "ndcg@5");
  published.published = PublishedPair{0.1079, 0.0945};
  published.source = "arXiv 1";
  const ReportSpec spec = SpecOf({published, ClaimOf("grpo", "rank_grpo_log", "ndcg@5"),
                                  ClaimOf("grpo", "SFT", "ndcg@5"), ClaimOf("rank_grpo_log", "grpo", "series:reward")});
  const auto ledger = JudgeAll(spec, TwoArms(spec)).ledger;
  ASSERT_EQ(ledger.size(), 4u);
  EXPECT_EQ(ledger[0].decision.verdict, ClaimVerdict::kReproduced);
  EXPECT_NEAR(ledger[0].evidence.left_mean - ledger[0].evidence.right_mean, 0.06, 0.02);
  EXPECT_EQ(ledger[0].evidence.run_hashes.size(), 10u);
  EXPECT_EQ(ledger[1].decision.verdict, ClaimVerdict::kNotReproduced);
  EXPECT_EQ(ledger[2].decision.verdict, ClaimVerdict::kUndecided);
  EXPECT_EQ(ledger[3].decision.verdict, ClaimVerdict::kReproduced) << "the mean of the rewards rises by .12";
  EXPECT_EQ(ledger[3].evidence.error->contexts, 1u) << "a run has one mean reward";
  EXPECT_EQ(VerdictText(ledger[0]), "reproduced from this start");
  EXPECT_EQ(LedgerSummary(ledger), "2 reproduced, 1 not reproduced, 1 undecided, of 4 claims.");

  const TextTable table = LedgerTable(spec, ledger);
  EXPECT_EQ(table.rows[0][0].text, "2. rank_grpo_log does better.");
  EXPECT_EQ(table.rows[0][0].detail, "arXiv 1");
  EXPECT_EQ(table.rows[0][1].text, "Rank-GRPO (log) > GRPO, ndcg@5");
  EXPECT_EQ(table.rows[0][7].text, "0.1079 against 0.0945 (+14.2\u00a0%)");
  EXPECT_EQ(table.rows[0][8].text, "synthetic");
  EXPECT_TRUE(table.rows[0][2].bold);
  EXPECT_EQ(table.rows[2][2].text.rfind("undecided: ", 0), 0u) << table.rows[2][2].text;

  const auto json = nlohmann::json::parse(LedgerJson(spec, ledger));
  EXPECT_EQ(json["claims"][0]["published_left"], 0.1079);
  EXPECT_EQ(json["claims"][0]["seed_differences"].size(), 5u);
  EXPECT_EQ(json["claims"][1]["verdict"], "not reproduced");
  EXPECT_TRUE(json["claims"][1]["published_left"].is_null());
}

TEST(ClaimsLedgerTest, RoughnessIsTheSpreadOfChanges) {
  ReportSpec spec = SpecOf({ClaimOf("rank_grpo_log", "grpo", "roughness:ndcg@5")});
  const auto ledger = JudgeAll(spec, TwoArms(spec)).ledger;
  EXPECT_EQ(ledger[0].evidence.seeds, 5u);
  EXPECT_GT(ledger[0].evidence.left_mean, 0);
}

// One run of each arm, whose validation scores are the same for all conversations: a value for each evaluation.
std::vector<LedgerEntry> JudgeCurves(const ReportSpec& spec, const std::vector<float>& log,
                                     const std::vector<float>& grpo) {
  std::vector<std::string> stores;
  for (const auto& [preset, curve] : {std::pair("rank_grpo_log", log), {"grpo", grpo}}) {
    RunRecord run = MakeRun({preset, 1});
    ScoreTable& table = run.scores[FindScores(run, "validation").split == run.scores[0].split ? 0 : 1];
    EXPECT_EQ(table.steps.size(), curve.size());
    const size_t row_size = table.values.size() / curve.size();
    for (size_t i = 0; i < table.values.size(); ++i) table.values[i] = curve[i / row_size];
    stores.push_back(std::string(std::getenv("TEST_TMPDIR")) + "/" + preset + "_curve.h5");
    WriteRun(run, stores.back());
  }
  return JudgeAll(spec, MakeRunSet(spec, ReadAllStores(stores))).ledger;
}

// The fast arm is at .2 at once, the slow one rises to it; .5 at the start counts for neither.
TEST(ClaimsLedgerTest, CurveIsTheMeanAfterTheStart) {
  const ReportSpec spec = SpecOf({ClaimOf("rank_grpo_log", "grpo", "curve:ndcg@5")});
  const auto ledger = JudgeCurves(spec, {.5f, .2f, .2f, .2f, .2f}, {.5f, .05f, .1f, .15f, .2f});
  EXPECT_NEAR(ledger[0].evidence.left_mean, 0.2, 1e-6);
  EXPECT_NEAR(ledger[0].evidence.right_mean, 0.125, 1e-6);
  EXPECT_EQ(ledger[0].evidence.error->contexts, 200u) << "other validation conversations could say otherwise";
}

// Evaluations after 0, 15, 30, 45 and 60 steps. GRPO gains .2, the other .4: the common target is .2.
TEST(ClaimsLedgerTest, StepsToATargetAndToHalfOfTheOwnGain) {
  const ReportSpec spec = SpecOf({ClaimOf("rank_grpo_log", "grpo", "target_steps:ndcg@5"),
                                  ClaimOf("rank_grpo_log", "grpo", "half_gain_steps:ndcg@5")});
  const auto ledger = JudgeCurves(spec, {.1f, .1f, .3f, .3f, .5f}, {.1f, .1f, .1f, .3f, .3f});
  EXPECT_NEAR(ledger[0].evidence.left_mean, 22.5, 1e-4);
  EXPECT_NEAR(ledger[0].evidence.right_mean, 37.5, 1e-4);
  EXPECT_NEAR(ledger[1].evidence.left_mean, 30, 1e-4);
  EXPECT_NEAR(ledger[1].evidence.right_mean, 37.5, 1e-4);
}

// The report shows three measures of ranking; the claim's neighbours share its depth or its kind.
TEST(ClaimsLedgerTest, AVerdictThatTurnsWithTheMetricSaysSo) {
  ReportSpec spec =
      SpecOf({ClaimOf("rank_grpo_log", "grpo", "ndcg@5"), ClaimOf("rank_grpo_log", "grpo", "series:reward")});
  spec.metrics = {{"recall@5", "Recall@5", true}, {"recall@10", "Recall@10", true}, {"ndcg@10", "NDCG@10", true}};
  auto ledger = JudgeAll(spec, TwoArms(spec)).ledger;
  ASSERT_EQ(ledger[0].neighbours.size(), 2u);
  EXPECT_EQ(ledger[0].neighbours[0].title, "Recall@5");
  EXPECT_EQ(ledger[0].neighbours[1].title, "NDCG@10");
  EXPECT_GT(ledger[0].neighbours[0].interval->low, 0);
  EXPECT_EQ(ledger[0].neighbours[0].verdict, ClaimVerdict::kReproduced);
  EXPECT_TRUE(ledger[1].neighbours.empty()) << "a series has none";
  EXPECT_EQ(VerdictText(ledger[0]), "reproduced from this start");
  ledger[0].neighbours[1].verdict = ClaimVerdict::kUndecided;
  EXPECT_EQ(VerdictText(ledger[0]), "reproduced from this start; not on NDCG@10");
}

// reward_by_rank falls with the rank in every run: two places of one series, in one arm.
TEST(ClaimsLedgerTest, TwoMetricsOfOneArm) {
  Claim claim = ClaimOf("grpo", "grpo", "series:reward_by_rank/1");
  claim.right_metric = "series:reward_by_rank/10";
  const ReportSpec spec = SpecOf({claim});
  const auto ledger = JudgeAll(spec, TwoArms(spec)).ledger;
  EXPECT_EQ(ledger[0].decision.verdict, ClaimVerdict::kReproduced);
  EXPECT_NEAR(ledger[0].evidence.left_mean, 0.22, 0.02);
  EXPECT_NEAR(ledger[0].evidence.right_mean, 0.05, 0.02);
  EXPECT_EQ(ledger[0].evidence.run_hashes.size(), 5u);
  EXPECT_EQ(LedgerTable(spec, ledger).rows[0][1].text,
            "GRPO > GRPO, series:reward_by_rank/1 against series:reward_by_rank/10");
}

TEST(ClaimsLedgerTest, AnUndecidedClaimSaysHowManySeeds) {
  LedgerEntry entry;
  entry.evidence.seeds = 3;
  entry.evidence.from = " from this start";
  entry.decision.plan = SeedPlan{12, 40};
  EXPECT_EQ(VerdictText(entry), "undecided: 12 to 40 seeds from this start would decide");
  entry.decision.plan = SeedPlan{12, 44658};
  EXPECT_EQ(VerdictText(entry), "undecided: 12 seeds or more from this start would decide");
  entry.decision.plan = SeedPlan{12, std::nullopt, /*is_against=*/true};
  EXPECT_EQ(
      VerdictText(entry),
      "undecided, and the effect seen points the other way: 12 seeds or more from this start would decide against "
      "the claim");
  entry.decision.plan = SeedPlan{4000, std::nullopt};
  EXPECT_EQ(VerdictText(entry), "undecided: more than 1,000 seeds would be needed");
  entry.decision.plan = SeedPlan{std::nullopt, std::nullopt, false, /*needs_conversations=*/true};
  EXPECT_EQ(VerdictText(entry), "undecided: no number of seeds would decide without more conversations");
}

TEST(ClaimsLedgerTest, OneSeedIsToldAsSuch) {
  const ReportSpec spec = SpecOf({ClaimOf("rank_grpo_log", "grpo", "ndcg@5")});
  std::vector<std::string> stores;
  for (const SyntheticRun& wanted : {SyntheticRun{"grpo", 9, 0}, SyntheticRun{"rank_grpo_log", 9, 0.06}}) {
    stores.push_back(std::string(std::getenv("TEST_TMPDIR")) + "/" + wanted.preset + "_one.h5");
    WriteRun(MakeRun(wanted), stores.back());
  }
  const auto ledger = JudgeAll(spec, MakeRunSet(spec, ReadAllStores(stores))).ledger;
  EXPECT_EQ(LedgerTable(spec, ledger).rows[0][2].text, "undecided: one seed tells nothing about others");
}

TEST(ClaimsLedgerTest, WhatTheRunsDoNotHaveIsNamed) {
  for (const Claim& claim :
       {ClaimOf("rank_grpo", "grpo", "ndcg@5"), ClaimOf("rank_grpo_log", "grpo", "ndcg@7"),
        ClaimOf("rank_grpo_log", "grpo", "series:rewards"), ClaimOf("rank_grpo_log", "SFT", "series:reward"),
        ClaimOf("rank_grpo_log", "grpo", "roughness:ndcg@7"), ClaimOf("rank_grpo_log", "grpo", "curve:ndcg@7"),
        ClaimOf("grpo", "grpo", "ndcg@5"), ClaimOf("rank_grpo_log", "grpo", "series:reward_by_rank/11")}) {
    const ReportSpec spec = SpecOf({claim});
    EXPECT_THROW(JudgeAll(spec, TwoArms(spec)), InputError) << claim.left << " " << claim.metric;
  }
}

Claim ShapeOf(Relation relation, const std::string& metric) {
  Claim claim = ClaimOf("rank_grpo_log", "", metric);
  claim.relation = relation;
  return claim;
}

// The rewards at rank 1 rise with the gain, the duplicate share too; in-catalogue falls.
TEST(ClaimsLedgerTest, Shapes) {
  const ReportSpec spec =
      SpecOf({ShapeOf(Relation::kRises, "series:reward"), ShapeOf(Relation::kRisesThenFalls, "series:reward"),
              ShapeOf(Relation::kRises, "series:in_catalog_ratio")});
  const auto ledger = JudgeAll(spec, TwoArms(spec)).ledger;
  EXPECT_EQ(ledger[0].decision.verdict, ClaimVerdict::kReproduced);
  EXPECT_EQ(ledger[1].decision.verdict, ClaimVerdict::kNotReproduced);
  EXPECT_EQ(ledger[2].decision.verdict, ClaimVerdict::kNotReproduced);
  // The reward rises by .24 in all, and by 13/16 of it from the middle of the first eighth to that of the last quarter.
  EXPECT_NEAR(*ledger[0].decision.effect, 0.24 * 13 / 16, 0.02) << ledger[0].decision.shape->contrast;
  EXPECT_EQ(ledger[0].evidence.courses.size(), 5u);
  EXPECT_EQ(LedgerTable(spec, ledger).rows[1][1].text, "Rank-GRPO (log) rises, then falls, series:reward");
}

TEST(ClaimsLedgerTest, AgainstANumber) {
  Claim claim = ClaimOf("grpo", "", "in_catalog_ratio");
  claim.target = 0.95;
  Claim start = claim;
  start.left = "SFT";
  Claim high = claim;
  high.target = 0.999;
  Claim series = ClaimOf("grpo", "", "series:entropy");
  series.target = 2;
  series.relation = Relation::kLess;
  const ReportSpec spec = SpecOf({claim, start, high, series});
  const auto ledger = JudgeAll(spec, TwoArms(spec)).ledger;
  EXPECT_EQ(ledger[0].decision.verdict, ClaimVerdict::kReproduced);
  EXPECT_EQ(ledger[0].evidence.right_mean, 0.95);
  EXPECT_NEAR(ledger[0].evidence.left_mean, 0.985, 0.01);
  EXPECT_EQ(ledger[0].evidence.run_hashes.size(), 5u);
  EXPECT_EQ(ledger[1].decision.verdict, ClaimVerdict::kReproduced);
  EXPECT_EQ(ledger[2].decision.verdict, ClaimVerdict::kNotReproduced);
  EXPECT_EQ(ledger[3].decision.verdict, ClaimVerdict::kReproduced);
  EXPECT_EQ(LedgerTable(spec, ledger).rows[0][1].text, "GRPO > 0.95, in_catalog_ratio");
  EXPECT_EQ(nlohmann::json::parse(LedgerJson(spec, ledger))["claims"][0]["target"], 0.95);
}

// Recall@5 gains the whole of the arm's gain and Recall@10 six tenths of it: the gain shrinks with the depth.
TEST(ClaimsLedgerTest, GrowthWithDepth) {
  const ReportSpec spec = SpecOf({ClaimOf("rank_grpo_log", "grpo", "recall@10 - recall@5")});
  const auto ledger = JudgeAll(spec, TwoArms(spec)).ledger;
  EXPECT_NEAR(ledger[0].evidence.left_mean - ledger[0].evidence.right_mean, -0.4 * 0.06, 0.01);
  EXPECT_EQ(ledger[0].decision.verdict, ClaimVerdict::kNotReproduced);
  EXPECT_EQ(ledger[0].evidence.error->contexts, 200u);
}

TEST(ClaimsLedgerTest, SpreadOverSeeds) {
  Claim claim = ClaimOf("rank_grpo_log", "grpo", "spread:ndcg@5");
  claim.relation = Relation::kLess;
  const ReportSpec spec = SpecOf({claim});
  const auto ledger = JudgeAll(spec, TwoArms(spec)).ledger;
  ASSERT_TRUE(ledger[0].evidence.spread.has_value());
  EXPECT_DOUBLE_EQ(ledger[0].evidence.left_mean, SampleStd(ledger[0].evidence.spread->left));
  EXPECT_EQ(LedgerTable(spec, ledger).rows[0][1].detail, "Pitman and Morgan's test over seeds");
  EXPECT_EQ(LedgerTable(spec, ledger).rows[0][3].detail, "") << "no interval";
}

// A comparison and a claim that ask one question are one test, whichever side comes first: the family has three.
TEST(ClaimsLedgerTest, OneQuestionHasOneAdjustedP) {
  Claim turned = ClaimOf("grpo", "rank_grpo_log", "ndcg@5");
  turned.relation = Relation::kLess;
  ReportSpec spec = SpecOf({ClaimOf("rank_grpo_log", "grpo", "ndcg@5"), turned, ClaimOf("grpo", "SFT", "ndcg@5")});
  spec.metrics = {{"ndcg@5", "NDCG@5", true}, {"recall@5", "Recall@5", true}};
  spec.confounder.clear();
  spec.comparisons = {{"grpo", "rank_grpo_log", "ndcg@5"}, {"rank_grpo_log", "grpo", "recall@5"}};
  const Verdicts verdicts = JudgeAll(spec, TwoArms(spec));
  EXPECT_EQ(verdicts.tests, 3u);
  EXPECT_EQ(verdicts.pairs[0].step->adjusted_p, verdicts.ledger[0].decision.step->adjusted_p);
  EXPECT_EQ(verdicts.pairs[0].step->adjusted_p, verdicts.ledger[1].decision.step->adjusted_p);
  EXPECT_EQ(VerdictText(verdicts.pairs[0]), "worse from this start");
  EXPECT_NEAR(verdicts.pairs[0].difference.interval.low, -verdicts.ledger[0].decision.interval->high, 1e-12);
}

TEST(ClaimsLedgerTest, PartsThatDoNotGoTogetherAreRefused) {
  Claim both = ShapeOf(Relation::kRises, "series:reward");
  both.target = 1;
  Claim right = ShapeOf(Relation::kRises, "series:reward");
  right.right = "grpo";
  Claim spread_margin = ClaimOf("rank_grpo_log", "grpo", "spread:ndcg@5");
  spread_margin.margin = 0.1;
  Claim unknown = ClaimOf("rank", "", "ndcg@5");
  unknown.target = 0.5;
  for (const Claim& claim :
       {both, right, spread_margin, unknown, ShapeOf(Relation::kRises, "ndcg@5"),
        ClaimOf("rank_grpo_log", "SFT", "spread:ndcg@5"), ClaimOf("rank_grpo_log", "grpo", "recall@10 - recall@7")}) {
    const ReportSpec spec = SpecOf({claim});
    EXPECT_THROW(JudgeAll(spec, TwoArms(spec)), InputError) << claim.left << " " << claim.metric;
  }
}

}  // namespace
}  // namespace suite
