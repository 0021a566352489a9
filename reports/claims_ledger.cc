#include "reports/claims_ledger.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "reports/arm_scores.h"
#include "reports/report_bootstrap.h"
#include "reports/table.h"

namespace suite {
namespace {

constexpr char kSeriesPrefix[] = "series:";
constexpr char kRoughnessPrefix[] = "roughness:";

// What follows `prefix` in `metric`; empty when it does not begin so.
std::string After(const std::string& metric, const std::string& prefix) {
  return metric.rfind(prefix, 0) == 0 ? metric.substr(prefix.size()) : "";
}

// The series of that name, or the place of a vector series: "reward_by_rank/1" is the first of its values.
double MeanOfSeries(const ReportRun& run, const std::string& name) {
  const size_t slash = name.rfind('/');
  for (const StepSeries& series : run.record.series) {
    if (slash == std::string::npos || series.width == 1 || series.name != name.substr(0, slash)) continue;
    const int64_t place = std::atoll(name.c_str() + slash + 1);
    if (place < 1 || place > series.width) {
      throw InputError(run.record.path, "no place '" + name.substr(slash + 1) + "' in series '" + series.name + "'",
                       "1 to " + std::to_string(series.width));
    }
    std::vector<double> values;
    for (size_t i = static_cast<size_t>(place - 1); i < series.values.size(); i += static_cast<size_t>(series.width)) {
      values.push_back(series.values[i]);
    }
    if (!values.empty()) return Mean(values);
  }
  const StepSeries& series = FindSeries(run.record, name);
  if (series.values.empty()) throw InputError(run.record.path, "series '" + name + "' has no steps");
  return Mean(series.values);
}

// The sample standard deviation of the changes from one evaluation of the curve split to the next.
double RoughnessOf(const ReportRun& run, const std::string& split, const std::string& metric) {
  const ScoreTable& table = FindScores(run.record, split);
  const size_t m = FindMetric(run.record, table, metric);
  std::vector<double> changes;
  double before = 0;
  for (size_t row = 0; row < table.steps.size(); ++row) {
    double sum = 0;
    for (size_t c = 0; c < table.conversation_ids.size(); ++c) sum += table.At(row, m, c);
    const double mean = sum / static_cast<double>(table.conversation_ids.size());
    if (row > 0) changes.push_back(mean - before);
    before = mean;
  }
  if (changes.size() >= 2) return SampleStd(changes);
  throw InputError(run.record.path, "too few evaluations of split '" + split + "' for a roughness", "three or more");
}

double ValueOf(const ReportSpec& spec, const ReportRun& run, const std::string& metric) {
  const std::string series = After(metric, kSeriesPrefix);
  if (!series.empty()) return MeanOfSeries(run, series);
  return RoughnessOf(run, spec.curve_split, After(metric, kRoughnessPrefix));
}

bool IsOfRun(const std::string& metric) {
  return !After(metric, kSeriesPrefix).empty() || !After(metric, kRoughnessPrefix).empty();
}

const std::string& RightMetric(const Claim& claim) {
  return claim.right_metric.empty() ? claim.metric : claim.right_metric;
}

// The value of each run, for metrics that a run has as a whole.
std::vector<double> RunValues(const ReportSpec& spec, const std::vector<const ReportRun*>& runs, bool is_start,
                              const std::string& metric) {
  if (is_start) {
    throw InputError("claim", "'" + metric + "' of '" + spec.baseline + "', which was never trained",
                     "two arms, or a score");
  }
  std::vector<double> values;
  for (const ReportRun* run : runs) values.push_back(ValueOf(spec, *run, metric));
  return values;
}

std::vector<double> MeansOf(const ScoreMatrix& scores_SC) {
  std::vector<double> means;
  for (const std::vector<double>& scores_C : scores_SC) means.push_back(Mean(scores_C));
  return means;
}

PairedRuns RunsOf(const ReportSpec& spec, const RunSet& set, const Claim& claim) {
  if (claim.left == claim.right && RightMetric(claim) == claim.metric) {
    throw InputError("claim", "'" + claim.left + "' is compared with itself", "two arms, or two metrics of one");
  }
  return PairRuns(spec, set, {claim.left, claim.right, claim.metric});
}

// Fills in evidence, means and runs.
void Gather(const ReportSpec& spec, const RunSet& set, const ReportBootstrap& bootstrap, LedgerEntry* entry) {
  const Claim& claim = entry->claim;
  const std::string& right_metric = RightMetric(claim);
  if (IsOfRun(claim.metric) != IsOfRun(right_metric)) {
    throw InputError("claim", "'" + claim.metric + "' against '" + right_metric + "'", "two scores, or two of a run");
  }
  const PairedRuns runs = RunsOf(spec, set, claim);
  entry->run_hashes = HashesOf(runs);
  if (runs.left.empty()) return;
  std::vector<double> left_S;
  std::vector<double> right_S;
  if (IsOfRun(claim.metric)) {
    left_S = RunValues(spec, runs.left, runs.left_is_start, claim.metric);
    right_S = RunValues(spec, runs.right, runs.right_is_start, right_metric);
  } else {
    const PairedScores scores = {ScoresOf(runs, spec.split, claim.metric).left_SC,
                                 ScoresOf(runs, spec.split, right_metric).right_SC};
    left_S = MeansOf(scores.left_SC);
    right_S = MeansOf(scores.right_SC);
    entry->evidence.bootstrap = bootstrap.OfDifference(scores);
  }
  for (size_t s = 0; s < left_S.size(); ++s) entry->evidence.seed_differences.push_back(left_S[s] - right_S[s]);
  entry->left_mean = Mean(left_S);
  entry->right_mean = Mean(right_S);
}

std::string NameOf(const ReportSpec& spec, const std::string& value) {
  for (const Arm& arm : spec.arms) {
    if (arm.value == value) return arm.name;
  }
  return value;
}

std::string Fixed(const char* format, double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), format, value);
  return buffer;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// "0.1079 against 0.0945 (+14.2 %)"
std::string PairText(double left, double right) {
  const std::string text = FormatPublished(left) + " against " + FormatPublished(right);
  return right == 0 ? text : text + " (" + Fixed("%+.1f", 100 * (left / right - 1)) + "\u00a0%)";
}

std::string RelationText(const LedgerEntry& entry) {
  const Claim& claim = entry.claim;
  std::string text = entry.left_name + " " + ToText(claim.relation) + " " + entry.right_name;
  if (claim.margin > 0) {
    text += claim.relation == Relation::kEqual ? " within " : " by ";
    text += Fixed("%g", claim.margin);
  }
  return text + ", " + claim.metric + (claim.right_metric.empty() ? "" : " against " + claim.right_metric);
}

std::optional<Interval> ShownInterval(const ReportSpec& spec, const LedgerEntry& entry) {
  if (entry.evidence.bootstrap) return entry.evidence.bootstrap->interval;
  return StudentInterval(entry.evidence.seed_differences, spec.confidence);
}

// What the shown interval is made of.
std::string Resampled(const LedgerEntry& entry) {
  if (!entry.evidence.bootstrap) return "none: Student's interval over seeds";
  return entry.evidence.seed_differences.size() > 1 ? "seeds and contexts" : "contexts";
}

using Json = nlohmann::ordered_json;

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json JsonOf(const ReportSpec& spec, const LedgerEntry& entry) {
  const Claim& claim = entry.claim;
  const bool has = !entry.evidence.seed_differences.empty();
  const std::optional<Interval> interval = ShownInterval(spec, entry);
  return {{"number", claim.number},
          {"sentence", claim.sentence},
          {"left", claim.left},
          {"right", claim.right},
          {"metric", claim.metric},
          {"right_metric", RightMetric(claim)},
          {"relation", ToText(claim.relation)},
          {"margin", claim.margin},
          {"test", ToText(claim.test)},
          {"source", claim.source},
          {"published_left", claim.published ? Json(claim.published->left) : Json()},
          {"published_right", claim.published ? Json(claim.published->right) : Json()},
          {"verdict", ToWord(entry.decision.verdict)},
          {"left_mean", has ? Json(entry.left_mean) : Json()},
          {"right_mean", has ? Json(entry.right_mean) : Json()},
          {"effect", has ? Json(entry.left_mean - entry.right_mean) : Json()},
          {"low", interval ? Json(interval->low) : Json()},
          {"high", interval ? Json(interval->high) : Json()},
          {"resampled", Resampled(entry)},
          {"seed_differences", entry.evidence.seed_differences},
          {"p", OrNull(entry.decision.p)},
          {"p_holm", OrNull(entry.decision.adjusted_p)},
          {"cohen_dz", OrNull(entry.decision.cohen_dz)},
          {"seeds", entry.evidence.seed_differences.size()},
          {"seeds_needed", OrNull(entry.decision.seeds_needed)},
          {"runs", entry.run_hashes}};
}

}  // namespace

std::vector<LedgerEntry> JudgeClaims(const ReportSpec& spec, const RunSet& set) {
  if (spec.claims.empty()) return {};
  const ReportBootstrap bootstrap(spec, set);
  std::vector<LedgerEntry> ledger;
  std::vector<ClaimEvidence> evidence;
  for (const Claim& claim : spec.claims) {
    LedgerEntry entry;
    entry.claim = claim;
    entry.left_name = NameOf(spec, claim.left);
    entry.right_name = NameOf(spec, claim.right);
    Gather(spec, set, bootstrap, &entry);
    evidence.push_back(entry.evidence);
    ledger.push_back(std::move(entry));
  }
  const auto decisions = DecideClaims(spec.claims, evidence, 1 - spec.confidence, kPlannedPower);
  for (size_t i = 0; i < ledger.size(); ++i) ledger[i].decision = decisions[i];
  return ledger;
}

std::string LedgerSummary(const std::vector<LedgerEntry>& ledger) {
  const auto count = [&ledger](ClaimVerdict verdict) {
    return std::to_string(std::count_if(ledger.begin(), ledger.end(), [verdict](const LedgerEntry& entry) {
      return entry.decision.verdict == verdict;
    }));
  };
  return count(ClaimVerdict::kReproduced) + " reproduced, " + count(ClaimVerdict::kNotReproduced) +
         " not reproduced, " + count(ClaimVerdict::kUndecided) + " undecided, of " + std::to_string(ledger.size()) +
         (ledger.size() == 1 ? " claim." : " claims.");
}

std::string VerdictText(const LedgerEntry& entry) {
  const size_t seeds = entry.evidence.seed_differences.size();
  if (seeds == 0) return "undecided: no pair of runs";
  if (seeds == 1) return "undecided: one seed tells nothing about others";
  if (entry.decision.verdict != ClaimVerdict::kUndecided) return ToWord(entry.decision.verdict);
  if (!entry.decision.seeds_needed) return "undecided: the effect seen is no plan to decide it";
  if (*entry.decision.seeds_needed <= static_cast<int>(seeds)) return "undecided: the conversations do not suffice";
  return "undecided: about " + std::to_string(*entry.decision.seeds_needed) + " seeds would decide";
}

std::string ClaimText(const Claim& claim) {
  const std::string number = claim.number > 0 ? std::to_string(claim.number) + ". " : "";
  return number + claim.sentence;
}

TextTable LedgerTable(const ReportSpec& spec, const std::vector<LedgerEntry>& ledger) {
  TextTable table;
  table.numeric = false;
  table.header = {"Claim", "As a comparison", "Verdict", "Effect", "p (Holm)", "Seeds",
                  "Ours",  "Published",       "Evidence"};
  for (const LedgerEntry& entry : ledger) {
    const Claim& claim = entry.claim;
    const bool has = !entry.evidence.seed_differences.empty();
    const std::optional<Interval> interval = ShownInterval(spec, entry);
    std::vector<TextCell> row(table.header.size());
    row[0] = {ClaimText(claim), false, claim.source};
    row[1] = {RelationText(entry), false, ToText(claim.test)};
    row[2] = {VerdictText(entry), entry.decision.verdict != ClaimVerdict::kUndecided};
    if (has) {
      row[3].text = FormatDifference(entry.left_mean - entry.right_mean);
      row[3].data = {{"value", Fixed("%.17g", entry.left_mean - entry.right_mean)}, {"runs", Joined(entry.run_hashes)}};
    }
    if (interval) row[3].detail = FormatSignedInterval(*interval);
    if (entry.decision.adjusted_p) row[4].text = Fixed("%.4f", *entry.decision.adjusted_p);
    row[5].text = std::to_string(entry.evidence.seed_differences.size());
    if (has) row[6].text = PairText(entry.left_mean, entry.right_mean);
    row[7].text = claim.published ? PairText(claim.published->left, claim.published->right) : "no number";
    row[8].text = spec.scale;
    table.rows.push_back(row);
  }
  return table;
}

std::string LedgerJson(const ReportSpec& spec, const std::vector<LedgerEntry>& ledger) {
  Json json = {{"scale", spec.scale}, {"alpha", 1 - spec.confidence}, {"claims", Json::array()}};
  for (const LedgerEntry& entry : ledger) json["claims"].push_back(JsonOf(spec, entry));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace suite
