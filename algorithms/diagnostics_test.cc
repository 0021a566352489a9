#include "algorithms/diagnostics.h"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "base/random.h"

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
  EXPECT_NEAR(Named(series, "ratio/applied/mean"), 8.5 / 4, 1e-12);
  EXPECT_NEAR(Named(series, "ratio/applied/std"), std::sqrt(24.25 / 4 - 8.5 * 8.5 / 16), 1e-12);
  EXPECT_NEAR(Named(series, "ess/applied"), 8.5 * 8.5 / (4 * 24.25), 1e-12);
  EXPECT_NEAR(Named(series, "chi2_token"), (4 + 0.25 + 4 + 16) / 4 - 1, 1e-12);
  EXPECT_NEAR(Named(series, "chi2_rank"), (1.0 + 4 + 16) / 3 - 1, 1e-12);
  EXPECT_NEAR(Named(series, "chi2_seq"), (4.0 + 16) / 2 - 1, 1e-12);
  EXPECT_NEAR(Named(series, "ppo_kl"), -3 * std::log(2.0) / 4, 1e-12);
  EXPECT_EQ(Named(series, "num_tokens"), 4);
}

std::vector<double> CountsOf(const at::Tensor& log_ratio_BT, const RankSpans& spans, const std::string& level) {
  for (const auto& [name, counts] : RatioCounts(log_ratio_BT, spans)) {
    if (name == "ratio_counts/" + level) return counts;
  }
  ADD_FAILURE() << "no counts of " << level;
  return {};
}

// The bins that hold something, with their counts.
std::map<size_t, double> Filled(const std::vector<double>& counts) {
  std::map<size_t, double> filled;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != 0) filled[i] = counts[i];
  }
  return filled;
}

using Bins = std::map<size_t, double>;

TEST(RatioCountsTest, EdgesRiseAndLieEvenlyAboutZero) {
  const std::vector<double>& edges = RatioEdges();
  ASSERT_EQ(edges.size(), 26u);
  EXPECT_TRUE(std::is_sorted(edges.begin(), edges.end()));
  for (size_t i = 0; i < edges.size(); ++i) EXPECT_EQ(edges[i], -edges[edges.size() - 1 - i]);
  EXPECT_EQ(edges[0], -2);
  EXPECT_EQ(edges[13], 2e-4);
  EXPECT_EQ(RatioEdgesText().substr(0, 16), "-2 -1 -0.5 -0.2 ");
}

// Edge 21 is 0.1 and edge 22 is 0.2, so bin 22 is [0.1, 0.2); by symmetry edge 4 is -0.1 and bin 4 is [-0.2, -0.1).
// Row 0: 0.1 and the double before 0.1 (rank 0), -0.1 (rank 1). Row 1: 0.15. Row 2 is masked.
TEST(RatioCountsTest, AnEdgeBelongsToTheBinAboveIt) {
  const at::Tensor log_ratio = Doubles({0.1, std::nextafter(0.1, 0), -0.1, 0.15, 9, 9, 9, 9, 9}).view({3, 3});
  EXPECT_EQ(Filled(CountsOf(log_ratio, Spans(), "token")), (Bins{{5, 1}, {21, 1}, {22, 2}}));
  // Ranks: (0.1 + 0.1) / 2 rounds to the double before 0.1 or to 0.1 itself; -0.1; 0.15.
  const std::vector<double> ranks = CountsOf(log_ratio, Spans(), "rank");
  EXPECT_EQ(ranks[21] + ranks[22], 2);
  EXPECT_EQ(ranks[5], 1);
  // Sequences: 0.1 / 3 in [0.02, 0.05), and 0.15.
  EXPECT_EQ(Filled(CountsOf(log_ratio, Spans(), "sequence")), (Bins{{20, 1}, {22, 1}}));
}

TEST(RatioCountsTest, FarAndBrokenRatiosAreCountedOutside) {
  const double kInf = std::numeric_limits<double>::infinity();
  const at::Tensor log_ratio = Doubles({-kInf, -2.5, kInf, std::nan(""), 9, 9, 9, 9, 9}).view({3, 3});
  EXPECT_EQ(Filled(CountsOf(log_ratio, Spans(), "token")), (Bins{{0, 2}, {26, 2}}));
  EXPECT_EQ(Filled(CountsOf(log_ratio, Spans(), "rank")), (Bins{{0, 1}, {26, 2}}));
  EXPECT_EQ(Filled(CountsOf(log_ratio, Spans(), "sequence")), (Bins{{26, 2}})) << "-inf and inf have no mean";
  const at::Tensor bounds = Doubles({-2, 2, 1.99, -2.01, 9, 9, 9, 9, 9}).view({3, 3});
  EXPECT_EQ(Filled(CountsOf(bounds, Spans(), "token")), (Bins{{0, 1}, {1, 1}, {25, 1}, {26, 1}}));
}

TEST(RatioCountsTest, OnPolicyIsASpikeAtZero) {
  EXPECT_EQ(Filled(CountsOf(at::Tensor(), Spans(), "token")), (Bins{{13, 4}}));
  EXPECT_EQ(Filled(CountsOf(at::Tensor(), Spans(), "rank")), (Bins{{13, 3}}));
  EXPECT_EQ(Filled(CountsOf(at::Tensor(), Spans(), "sequence")), (Bins{{13, 2}}));
}

// Random rows with random ends, ranks that run over the list, and rows without a token: counts sum to the units, and
// those of two halves to those of the whole.
TEST(RatioCountsTest, CountsSumToTheUnits) {
  RandomStream stream(11, "ratio_counts");
  for (int trial = 0; trial < 20; ++trial) {
    const int64_t rows = 2 + stream.UniformInt(6), columns = 1 + stream.UniformInt(30);
    RankSpans spans;
    spans.list_length = 1 + stream.UniformInt(4);
    spans.rank_BT = at::full({rows, columns}, -1, at::kLong);
    std::vector<double> log_ratio;
    double tokens = 0, ranks = 0, sequences = 0;
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t length = stream.UniformInt(columns + 1);
      int64_t rank = 0;
      std::set<int64_t> of_row;
      for (int64_t t = 0; t < columns; ++t) {
        log_ratio.push_back(stream.Normal() * std::pow(10.0, static_cast<double>(stream.UniformInt(6)) - 4));
        if (t >= length) continue;
        spans.rank_BT[row][t] = rank;
        of_row.insert(std::min(rank, spans.list_length));
        rank += stream.UniformInt(2);
        ++tokens;
      }
      ranks += static_cast<double>(of_row.size());
      sequences += length > 0;
    }
    const at::Tensor log_ratio_BT = Doubles(log_ratio).view({rows, columns});
    const auto sum = [](const std::vector<double>& counts) {
      return std::accumulate(counts.begin(), counts.end(), 0.0);
    };
    EXPECT_EQ(sum(CountsOf(log_ratio_BT, spans, "token")), tokens);
    EXPECT_EQ(sum(CountsOf(log_ratio_BT, spans, "rank")), ranks);
    EXPECT_EQ(sum(CountsOf(log_ratio_BT, spans, "sequence")), sequences);
    RankSpans first = spans, rest = spans;
    first.rank_BT = spans.rank_BT.narrow(0, 0, 1);
    rest.rank_BT = spans.rank_BT.narrow(0, 1, rows - 1);
    for (const char* level : {"token", "rank", "sequence"}) {
      std::vector<double> both = CountsOf(log_ratio_BT.narrow(0, 0, 1), first, level);
      const std::vector<double> more = CountsOf(log_ratio_BT.narrow(0, 1, rows - 1), rest, level);
      for (size_t i = 0; i < both.size(); ++i) both[i] += more[i];
      EXPECT_EQ(both, CountsOf(log_ratio_BT, spans, level)) << level;
    }
  }
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
