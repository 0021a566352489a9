#include "reports/results/claims_ledger.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text/format.h"
#include "reports/results/bootstrap.h"
#include "reports/results/claim_evidence.h"
#include "reports/statistics/statistics.h"
#include "reports/tables/table.h"
#include "reports/tables/text_table.h"

namespace suite {
namespace {

// "0.1079 against 0.0945 (+14.2 %)"
std::string PairText(double left, double right) {
  const std::string text = FormatPublished(left) + " against " + FormatPublished(right);
  return right == 0 ? text : text + " (" + Fixed("%+.1f", 100 * (left / right - 1)) + "\u00a0%)";
}

std::string RelationText(const LedgerEntry& entry) {
  const Claim& claim = entry.claim;
  if (claim.relation == Relation::kRises) return entry.left_name + " rises throughout, " + claim.metric;
  if (claim.relation == Relation::kRisesThenFalls) return entry.left_name + " rises, then falls, " + claim.metric;
  std::string text = entry.left_name + " " + ToText(claim.relation) + " " + entry.right_name;
  if (claim.margin > 0) {
    text += claim.relation == Relation::kEqual ? " within " : " by ";
    text += Fixed("%g", claim.margin);
  }
  return text + ", " + claim.metric + (claim.right_metric.empty() ? "" : " against " + claim.right_metric);
}

std::optional<Interval> ShownInterval(const ReportSpec& spec, const LedgerEntry& entry) {
  if (entry.evidence.bootstrap) return entry.evidence.bootstrap->interval;
  if (entry.evidence.spread) return std::nullopt;  // the differences of the seeds say nothing about their spread
  return StudentInterval(entry.evidence.seed_differences, spec.confidence);
}

// What the shown interval is made of.
std::string Resampled(const LedgerEntry& entry) {
  if (entry.evidence.spread) return "none: Pitman and Morgan's test over seeds";
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
          {"right_metric", claim.right_metric.empty() ? claim.metric : claim.right_metric},
          {"target", OrNull(claim.target)},
          {"relation", ToText(claim.relation)},
          {"margin", claim.margin},
          {"test", entry.evidence.spread ? "pitman_morgan" : ToText(claim.test)},
          {"source", claim.source},
          {"published_left", claim.published ? Json(claim.published->left) : Json()},
          {"published_right", claim.published ? Json(claim.published->right) : Json()},
          {"verdict", ToWord(entry.decision.verdict)},
          {"left_mean", has ? Json(entry.evidence.left_mean) : Json()},
          {"right_mean", has ? Json(entry.evidence.right_mean) : Json()},
          {"effect", has ? Json(entry.evidence.left_mean - entry.evidence.right_mean) : Json()},
          {"low", interval ? Json(interval->low) : Json()},
          {"high", interval ? Json(interval->high) : Json()},
          {"resampled", Resampled(entry)},
          {"seed_differences", entry.evidence.seed_differences},
          {"late_differences", entry.evidence.late_differences},
          {"p", OrNull(entry.decision.p)},
          {"p_holm", OrNull(entry.decision.adjusted_p)},
          {"cohen_dz", OrNull(entry.decision.cohen_dz)},
          {"seeds", entry.evidence.seed_differences.size()},
          {"seeds_needed", OrNull(entry.decision.seeds_needed)},
          {"runs", entry.evidence.run_hashes}};
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
    entry.left_name = NameOfArm(spec, claim.left);
    entry.right_name = claim.target ? Fixed("%g", *claim.target) : NameOfArm(spec, claim.right);
    entry.evidence = GatherEvidence(spec, set, claim, bootstrap);
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
  if (seeds == 2 && entry.evidence.spread) return "undecided: two seeds tell nothing about a spread";
  if (entry.decision.verdict != ClaimVerdict::kUndecided) return ToWord(entry.decision.verdict);
  if (!entry.decision.seeds_needed) return "undecided: the effect seen is no plan to decide it";
  if (*entry.decision.seeds_needed <= static_cast<int>(seeds)) return "undecided: the conversations do not suffice";
  // An effect that small is as good as none, and the number as good as no plan.
  if (*entry.decision.seeds_needed > 1000) return "undecided: more than 1,000 seeds would be needed";
  return "undecided: about " + std::to_string(*entry.decision.seeds_needed) + " seeds would decide";
}

std::string ClaimText(const Claim& claim) {
  const std::string number = claim.number > 0 ? std::to_string(claim.number) + ". " : "";
  return number + claim.sentence;
}

TextTable LedgerTable(const ReportSpec& spec, const std::vector<LedgerEntry>& ledger) {
  TextTable table{
      {"Claim", "As a comparison", "Verdict", "Effect", "p (Holm)", "Seeds", "Ours", "Published", "Evidence"},
      /*numeric=*/false};
  for (const LedgerEntry& entry : ledger) {
    const Claim& claim = entry.claim;
    const bool has = !entry.evidence.seed_differences.empty();
    const std::optional<Interval> interval = ShownInterval(spec, entry);
    std::vector<TextCell> row(table.header.size());
    row[0] = {ClaimText(claim), false, claim.source};
    row[1] = {RelationText(entry), false, entry.evidence.spread ? "pitman_morgan" : ToText(claim.test)};
    row[2] = {VerdictText(entry), entry.decision.verdict != ClaimVerdict::kUndecided};
    if (has) {
      row[3].text = FormatDifference(entry.evidence.left_mean - entry.evidence.right_mean);
      row[3].data = {{"value", ExactNumber(entry.evidence.left_mean - entry.evidence.right_mean)},
                     {"runs", Join(entry.evidence.run_hashes, " ")}};
    }
    if (interval) row[3].detail = FormatSignedInterval(*interval);
    if (entry.decision.adjusted_p) row[4] = PValueCell(*entry.decision.adjusted_p);
    row[5].text = std::to_string(entry.evidence.seed_differences.size());
    if (has) row[6].text = PairText(entry.evidence.left_mean, entry.evidence.right_mean);
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
