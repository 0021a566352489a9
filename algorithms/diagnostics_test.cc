#include "algorithms/diagnostics.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace suite {
namespace {

at::Tensor Doubles(const std::vector<double>& values) { return at::tensor(values); }

double Named(const NamedSeries& series, const std::string& name) {
  for (const auto& [known, value] : series) {
    if (known == name) return value;
  }
  ADD_FAILURE() << "no series " << name;
  return 0.0;
}

// Row 0: rank 0 twice, rank 1 once; row 1: rank 0 once; row 2 masked. N = 2.
RankSpans Spans() {
  RankSpans spans;
  spans.list_length = 2;
  spans.rank_BT = at::tensor(std::vector<int64_t>{0, 0, 1, 0, -1, -1, -1, -1, -1}).view({3, 3});
  spans.mask_BT = spans.rank_BT.ge(0);
  return spans;
}

// Token ratios 2, 1/2 | 2 in row 0 and 4 in row 1.
LossTerms Terms() {
  LossTerms terms;
  terms.log_ratio_BT = Doubles({2, 0.5, 2, 4, 9, 9, 9, 9, 9}).view({3, 3}).log();
  terms.ratio_BT = terms.log_ratio_BT.exp();
  terms.advantage_BT = Doubles({1, -1, -1, 1, 7, 7, 7, 7, 7}).view({3, 3});
  terms.entropy_BT = Doubles({1, 3, 5, 10, 0, 0, 0, 0, 0}).view({3, 3});
  return terms;
}

TEST(DiagnosticsTest, RatiosByLevel) {
  const NamedSeries series = LossDiagnostics(Terms(), Spans(), {});
  EXPECT_NEAR(Named(series, "ratio/token/mean"), 8.5 / 4, 1e-12);
  EXPECT_NEAR(Named(series, "ratio/token/p50"), 2.0, 1e-12);
  EXPECT_NEAR(Named(series, "ratio/token/min"), 0.5, 1e-12);
  EXPECT_NEAR(Named(series, "ratio/token/p05"), 0.5 + 0.15 * 1.5, 1e-12);
  EXPECT_NEAR(Named(series, "ratio/rank/mean"), (1.0 + 2 + 4) / 3, 1e-12);
  EXPECT_NEAR(Named(series, "ratio/rank/std"), std::sqrt(14.0 / 9), 1e-12);
  EXPECT_NEAR(Named(series, "ratio/sequence/min"), std::cbrt(2.0), 1e-12);
  EXPECT_NEAR(Named(series, "ratio/sequence/max"), 4.0, 1e-12);
  EXPECT_NEAR(Named(series, "ess/rank"), 7.0 * 7 / (3 * 21.0), 1e-12);
  EXPECT_NEAR(Named(series, "chi2_token"), (4 + 0.25 + 4 + 16) / 4 - 1, 1e-12);
  EXPECT_NEAR(Named(series, "chi2_rank"), (1.0 + 4 + 16) / 3 - 1, 1e-12);
  EXPECT_NEAR(Named(series, "chi2_seq"), (4.0 + 16) / 2 - 1, 1e-12);
  EXPECT_NEAR(Named(series, "ppo_kl"), -3 * std::log(2.0) / 4, 1e-12);
  EXPECT_EQ(Named(series, "num_tokens"), 4);
}

TEST(DiagnosticsTest, MeansByLevel) {
  const NamedSeries series = LossDiagnostics(Terms(), Spans(), {});
  EXPECT_NEAR(Named(series, "entropy"), 19.0 / 4, 1e-12);
  EXPECT_NEAR(Named(series, "entropy_rank"), (2.0 + 5 + 10) / 3, 1e-12);
  EXPECT_NEAR(Named(series, "entropy_sequence"), (3.0 + 10) / 2, 1e-12);
  EXPECT_NEAR(Named(series, "advantages/std"), 1.0, 1e-12);
}

TEST(DiagnosticsTest, ClipShares) {
  // Above with A > 0: tokens 0 and 3; below with A < 0: token 1; token 2 is above with A < 0.
  const SurrogateConfig surrogate{Surrogate::kClip, 0.2, 0.2, std::nullopt};
  LossTerms terms = Terms();
  const NamedSeries series = LossDiagnostics(terms, Spans(), surrogate);
  EXPECT_NEAR(Named(series, "clip_ratio/low_mean"), 0.25, 1e-12);
  EXPECT_NEAR(Named(series, "clip_ratio/high_mean"), 0.5, 1e-12);
  EXPECT_NEAR(Named(series, "clip_ratio/region_mean"), 0.75, 1e-12);
  EXPECT_NEAR(Named(series, "clip_ratio/rank/high"), (0.5 + 0 + 1) / 3, 1e-12);
  EXPECT_NEAR(Named(series, "clip_ratio/sequence/high"), (1.0 / 3 + 1) / 2, 1e-12);
  terms.one_value_per_row = true;  // over all three rows
  EXPECT_NEAR(Named(LossDiagnostics(terms, Spans(), surrogate), "clip_ratio/high_mean"), (1.0 / 3 + 1) / 3, 1e-12);
}

TEST(DiagnosticsTest, NamesAreUnique) {
  LossTerms terms = Terms();
  terms.kl_BT = terms.entropy_BT;
  std::set<std::string> names;
  for (const auto& [name, value] : LossDiagnostics(terms, Spans(), {})) {
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(std::isfinite(value)) << name;
  }
}

TEST(DiagnosticsTest, NothingActiveIsFinite) {
  RankSpans spans = Spans();
  spans.rank_BT = spans.rank_BT.clamp(-1, -1);
  for (const auto& [name, value] : LossDiagnostics(Terms(), spans, {})) EXPECT_TRUE(std::isfinite(value)) << name;
}

TEST(DiagnosticsTest, Rewards) {
  // Two groups of two rows, two ranks; group 0 is flat at both ranks, group 1 at the second.
  const at::Tensor reward_BN = Doubles({1, 0, 1, 0, 0, 1, 1, 1}).view({4, 2});
  Advantages advantages;
  advantages.advantage_BN = Doubles({0, 0, 0, 0, -1, 0, 1, 0}).view({4, 2});
  advantages.group_std_PN = Doubles({0, 0, std::sqrt(0.5), 0}).view({2, 2});
  advantages.zero_std_PN = advantages.group_std_PN.eq(0);
  const NamedSeries series = RewardDiagnostics(reward_BN, advantages);
  EXPECT_NEAR(Named(series, "reward"), 5.0 / 8, 1e-12);
  EXPECT_NEAR(Named(series, "reward_std"), std::sqrt(0.5) / 4, 1e-12);
  EXPECT_NEAR(Named(series, "frac_reward_zero_std"), 0.75, 1e-12);
  EXPECT_NEAR(Named(series, "frac_group_zero_std"), 0.5, 1e-12);
  EXPECT_NEAR(Named(series, "reward/rank_01"), 0.75, 1e-12);
  EXPECT_NEAR(Named(series, "reward/rank_02"), 0.5, 1e-12);
  EXPECT_NEAR(Named(series, "advantage_std"), 0.5, 1e-12);
}

}  // namespace
}  // namespace suite
