#include "algorithms/diagnostics.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace suite {
namespace {

constexpr double kLogClamp = 20.0;  // verl's bound on a log-weight before exp

std::vector<double> ToHost(const at::Tensor& tensor) {
  const at::Tensor host = tensor.detach().to(at::TensorOptions().device(at::kCPU).dtype(at::kDouble)).contiguous();
  const double* data = host.const_data_ptr<double>();
  return std::vector<double>(data, data + host.numel());
}

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

double BiasedStd(const std::vector<double>& values) {
  const double mean = Mean(values);
  double sum = 0;
  for (double value : values) sum += (value - mean) * (value - mean);
  return values.empty() ? 0.0 : std::sqrt(sum / static_cast<double>(values.size()));
}

// Linear interpolation between order statistics, as torch.quantile; `sorted` not empty.
double Quantile(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const size_t below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

// The active tokens in row-major order, and for each the unit it belongs to at one level.
struct Level {
  std::string name;
  std::vector<int64_t> unit;  // of each active token; units are numbered 0, 1, ... without gaps
  int64_t units = 0;
};

struct ActiveTokens {
  std::vector<int64_t> place;  // in the flat [B,T] tensors
  Level token, rank, sequence;
};

// Units of one kind are met in rising order of their key within a row, so a new unit starts where the key changes.
ActiveTokens FindActive(const RankSpans& spans) {
  const at::Tensor rank_BT = spans.rank_BT.to(at::kCPU).contiguous();
  const int64_t* rank = rank_BT.const_data_ptr<int64_t>();
  const int64_t columns = rank_BT.size(1);
  ActiveTokens active;
  active.token.name = "token";
  active.rank.name = "rank";
  active.sequence.name = "sequence";
  int64_t last_row = -1, last_bin = -1;
  for (int64_t place = 0; place < rank_BT.numel(); ++place) {
    if (rank[place] < 0) continue;
    const int64_t row = place / columns;
    const int64_t bin = std::min(rank[place], spans.list_length);
    if (row != last_row) ++active.sequence.units;
    if (row != last_row || bin != last_bin) ++active.rank.units;
    last_row = row;
    last_bin = bin;
    active.token.unit.push_back(active.token.units++);
    active.rank.unit.push_back(active.rank.units - 1);
    active.sequence.unit.push_back(active.sequence.units - 1);
    active.place.push_back(place);
  }
  return active;
}

std::vector<double> Gather(const at::Tensor& tensor_BT, const ActiveTokens& active) {
  const std::vector<double> all = ToHost(tensor_BT);
  std::vector<double> values;
  values.reserve(active.place.size());
  for (int64_t place : active.place) values.push_back(all[place]);
  return values;
}

std::vector<double> UnitSums(const std::vector<double>& values, const Level& level) {
  std::vector<double> sums(level.units, 0.0);
  for (size_t i = 0; i < values.size(); ++i) sums[level.unit[i]] += values[i];
  return sums;
}

std::vector<double> UnitMeans(const std::vector<double>& values, const Level& level) {
  std::vector<double> means = UnitSums(values, level);
  std::vector<double> counts(level.units, 0.0);
  for (int64_t unit : level.unit) counts[unit] += 1.0;
  for (size_t i = 0; i < means.size(); ++i) means[i] /= counts[i];
  return means;
}

void AddRatios(const std::vector<double>& log_ratio, const Level& level, NamedSeries* series) {
  std::vector<double> ratios = UnitMeans(log_ratio, level);
  for (double& ratio : ratios) ratio = std::exp(ratio);
  if (ratios.empty()) ratios.push_back(1.0);
  const double mean = Mean(ratios);
  double second_moment = 0;
  for (double ratio : ratios) second_moment += (ratio / mean) * (ratio / mean);
  std::sort(ratios.begin(), ratios.end());
  const std::string prefix = "ratio/" + level.name + "/";
  series->emplace_back(prefix + "mean", mean);
  series->emplace_back(prefix + "std", BiasedStd(ratios));
  series->emplace_back(prefix + "min", ratios.front());
  series->emplace_back(prefix + "p05", Quantile(ratios, 0.05));
  series->emplace_back(prefix + "p50", Quantile(ratios, 0.50));
  series->emplace_back(prefix + "p95", Quantile(ratios, 0.95));
  series->emplace_back(prefix + "max", ratios.back());
  series->emplace_back("ess/" + level.name, static_cast<double>(ratios.size()) / second_moment);
}

// Of the ratios that the surrogate multiplies advantages with, at the level and by the mean or product that the
// objective is set to. Every active token carries its unit's.
void AddAppliedRatios(const std::vector<double>& ratios, NamedSeries* series) {
  const double mean = ratios.empty() ? 1.0 : Mean(ratios);
  double second_moment = 0;
  for (const double ratio : ratios) second_moment += (ratio / mean) * (ratio / mean);
  series->emplace_back("ratio/applied/mean", mean);
  series->emplace_back("ratio/applied/std", BiasedStd(ratios));
  series->emplace_back("ess/applied", ratios.empty() ? 1.0 : static_cast<double>(ratios.size()) / second_moment);
}

// NaN is below nothing.
size_t BinOf(double log_ratio, const std::vector<double>& edges) {
  if (std::isnan(log_ratio)) return edges.size();
  return static_cast<size_t>(std::upper_bound(edges.begin(), edges.end(), log_ratio) - edges.begin());
}

double ChiSquared(const std::vector<double>& log_ratio, const Level& level) {
  std::vector<double> squares = UnitSums(log_ratio, level);
  if (squares.empty()) return 0.0;
  for (double& value : squares) value = std::exp(2.0 * std::clamp(value, -kLogClamp, kLogClamp));
  return Mean(squares) - 1.0;
}

// A bound as the tensor's own type holds it, so that a ratio on the bound compares as it does in the loss.
double InTypeOf(const at::Tensor& tensor, double bound) {
  return tensor.scalar_type() == at::kFloat ? static_cast<double>(static_cast<float>(bound)) : bound;
}

struct ClipShares {
  std::vector<double> low, high;  // 0/1 for each active token
};

ClipShares FindClipped(const LossTerms& terms, const ActiveTokens& active, double lowest, double highest) {
  const std::vector<double> ratio = Gather(terms.ratio_BT, active);
  const std::vector<double> advantage = Gather(terms.advantage_BT, active);
  const double low_bound = InTypeOf(terms.ratio_BT, lowest);
  const double high_bound = InTypeOf(terms.ratio_BT, highest);
  ClipShares shares;
  for (size_t i = 0; i < ratio.size(); ++i) {
    shares.low.push_back(ratio[i] < low_bound && advantage[i] < 0 ? 1.0 : 0.0);
    shares.high.push_back(ratio[i] > high_bound && advantage[i] > 0 ? 1.0 : 0.0);
  }
  return shares;
}

// Where ratio and advantage are of the sequence, TRL averages over ALL rows, also those without an active token.
double TrlClipMean(const std::vector<double>& clipped, const ActiveTokens& active, const LossTerms& terms) {
  if (!terms.one_value_per_row) return Mean(clipped);
  const std::vector<double> rows = UnitMeans(clipped, active.sequence);
  return Mean(rows) * static_cast<double>(rows.size()) / static_cast<double>(terms.ratio_BT.size(0));
}

void AddClipShares(const LossTerms& terms, const ActiveTokens& active, const SurrogateConfig& surrogate,
                   NamedSeries* series) {
  if (surrogate.kind == Surrogate::kPolicyGradient) return;
  if (surrogate.kind == Surrogate::kCispoTrl) {
    series->emplace_back("cispo_clip_ratio", Mean(FindClipped(terms, active, 0.0, surrogate.epsilon_high).high));
    return;
  }
  const ClipShares clipped = FindClipped(terms, active, 1.0 - surrogate.epsilon_low, 1.0 + surrogate.epsilon_high);
  const double low = TrlClipMean(clipped.low, active, terms);
  const double high = TrlClipMean(clipped.high, active, terms);
  series->emplace_back("clip_ratio/low_mean", low);
  series->emplace_back("clip_ratio/high_mean", high);
  series->emplace_back("clip_ratio/region_mean", low + high);
  for (const Level* level : {&active.token, &active.rank, &active.sequence}) {
    series->emplace_back("clip_ratio/" + level->name + "/low", Mean(UnitMeans(clipped.low, *level)));
    series->emplace_back("clip_ratio/" + level->name + "/high", Mean(UnitMeans(clipped.high, *level)));
  }
}

void AddLevels(const std::string& name, const at::Tensor& value_BT, const ActiveTokens& active, NamedSeries* series) {
  if (!value_BT.defined()) return;
  const std::vector<double> values = Gather(value_BT, active);
  series->emplace_back(name, Mean(values));
  series->emplace_back(name + "_rank", Mean(UnitMeans(values, active.rank)));
  series->emplace_back(name + "_sequence", Mean(UnitMeans(values, active.sequence)));
}

void AddAdvantages(const at::Tensor& advantage_BT, const ActiveTokens& active, NamedSeries* series) {
  std::vector<double> values = Gather(advantage_BT, active);
  if (values.empty()) values.push_back(0.0);
  series->emplace_back("advantages/mean", Mean(values));
  series->emplace_back("advantages/std", BiasedStd(values));
  series->emplace_back("advantages/min", *std::min_element(values.begin(), values.end()));
  series->emplace_back("advantages/max", *std::max_element(values.begin(), values.end()));
}

}  // namespace

NamedSeries LossDiagnostics(const LossTerms& terms, const RankSpans& spans, const SurrogateConfig& surrogate) {
  const ActiveTokens active = FindActive(spans);
  const std::vector<double> log_ratio = Gather(terms.log_ratio_BT, active);
  NamedSeries series;
  series.reserve(64);
  for (const Level* level : {&active.token, &active.rank, &active.sequence}) AddRatios(log_ratio, *level, &series);
  AddAppliedRatios(Gather(terms.ratio_BT, active), &series);
  series.emplace_back("chi2_token", ChiSquared(log_ratio, active.token));
  series.emplace_back("chi2_rank", ChiSquared(log_ratio, active.rank));
  series.emplace_back("chi2_seq", ChiSquared(log_ratio, active.sequence));
  AddClipShares(terms, active, surrogate, &series);
  series.emplace_back("ppo_kl", -Mean(log_ratio));
  AddLevels("kl", terms.kl_BT, active, &series);
  if (terms.kl_BT.defined()) series.emplace_back("beta", terms.beta);
  AddLevels("entropy", terms.entropy_BT, active, &series);
  AddAdvantages(terms.advantage_BT, active, &series);
  series.emplace_back("num_tokens", static_cast<double>(active.place.size()));
  return series;
}

const std::vector<double>& RatioEdges() {
  static const std::vector<double> kEdges = [] {
    const std::vector<double> above = {2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1, 2};
    std::vector<double> edges;
    for (auto edge = above.rbegin(); edge != above.rend(); ++edge) edges.push_back(-*edge);
    edges.insert(edges.end(), above.begin(), above.end());
    return edges;
  }();
  return kEdges;
}

std::string RatioEdgesText() {
  std::string text;
  for (double edge : RatioEdges()) {
    char buffer[32];
    std::snprintf(buffer, sizeof(buffer), "%s%g", text.empty() ? "" : " ", edge);
    text += buffer;
  }
  return text;
}

NamedCounts RatioCounts(const at::Tensor& log_ratio_BT, const RankSpans& spans) {
  const ActiveTokens active = FindActive(spans);
  const std::vector<double> log_ratio =
      log_ratio_BT.defined() ? Gather(log_ratio_BT, active) : std::vector<double>(active.place.size(), 0.0);
  const std::vector<double>& edges = RatioEdges();
  NamedCounts counts;
  for (const Level* level : {&active.token, &active.rank, &active.sequence}) {
    std::vector<double> bins(edges.size() + 1, 0.0);
    for (double value : UnitMeans(log_ratio, *level)) bins[BinOf(value, edges)] += 1.0;
    counts.emplace_back("ratio_counts/" + level->name, std::move(bins));
  }
  return counts;
}

NamedSeries RewardDiagnostics(const at::Tensor& reward, const Advantages& advantages) {
  const std::vector<double> zero_std = ToHost(advantages.zero_std_PN);
  const int64_t groups = advantages.zero_std_PN.size(0);
  const int64_t ranks = reward.dim() == 2 ? reward.size(1) : 1;
  double flat_groups = 0;
  for (int64_t group = 0; group < groups; ++group) {
    const auto first = zero_std.begin() + group * ranks;
    if (std::all_of(first, first + ranks, [](double zero) { return zero != 0.0; })) flat_groups += 1.0;
  }
  NamedSeries series;
  series.emplace_back("reward", Mean(ToHost(reward)));
  series.emplace_back("reward_std", Mean(ToHost(advantages.group_std_PN)));
  series.emplace_back("frac_reward_zero_std", Mean(zero_std));
  series.emplace_back("frac_group_zero_std", flat_groups / static_cast<double>(groups));
  series.emplace_back("advantage_std", BiasedStd(ToHost(advantages.advantage_BN)));
  if (reward.dim() == 1) return series;
  const std::vector<double> by_rank = ToHost(reward.to(at::kDouble).mean(0));
  for (int64_t rank = 0; rank < ranks; ++rank) {
    char name[32];
    std::snprintf(name, sizeof(name), "reward/rank_%02d", static_cast<int>(rank + 1));
    series.emplace_back(name, by_rank[rank]);
  }
  return series;
}

}  // namespace suite
