#include "reports/results/claims_ledger.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text/format.h"
#include "reports/results/claim_evidence.h"
#include "reports/runs/paired_runs.h"
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
  if (claim.relation == Relation::kRises) return entry.left_name + " rises, " + claim.metric;
  if (claim.relation == Relation::kRisesThenFalls) return entry.left_name + " rises, then falls, " + claim.metric;
  std::string text = entry.left_name + " " + ToText(claim.relation) + " " + entry.right_name;
  if (claim.margin > 0) {
    text += claim.relation == Relation::kEqual ? " within " : " by ";
    text += Fixed("%g", claim.margin);
  }
  return text + ", " + claim.metric + (claim.right_metric.empty() ? "" : " against " + claim.right_metric);
}

// How the claim was tested.
std::string TestText(const LedgerEntry& entry) {
  if (entry.evidence.spread) return "Pitman and Morgan's test over seeds";
  if (IsShape(entry.claim.relation)) return "contrasts of the course, over seeds";
  return entry.evidence.error && entry.evidence.error->contexts > 1 ? "seeds and contexts" : "seeds";
}

// The effect that readers see: of a spread the difference of the standard deviations.
std::optional<double> EffectOf(const LedgerEntry& entry) {
  if (entry.decision.effect) return entry.decision.effect;
  if (entry.evidence.seed_differences.empty()) return std::nullopt;
  return entry.evidence.left_mean - entry.evidence.right_mean;
}

struct Means {
  double left = 0;
  double right = 0;
};

std::optional<Means> MeansOf(const LedgerEntry& entry) {
  if (entry.decision.shape) return Means{entry.decision.shape->left_mean, entry.decision.shape->right_mean};
  if (entry.evidence.seed_differences.empty()) return std::nullopt;
  return Means{entry.evidence.left_mean, entry.evidence.right_mean};
}

// Plans beyond are as good as none.
constexpr int kMostToldSeeds = 1000;

std::string SeedsText(const SeedPlan& plan) {
  const bool has_end = plan.most && *plan.most <= kMostToldSeeds;
  const std::string fewest = std::to_string(*plan.fewest);
  if (has_end && *plan.most == *plan.fewest) return "about " + fewest + " seeds";
  return has_end ? fewest + " to " + std::to_string(*plan.most) + " seeds" : fewest + " seeds or more";
}

std::string PlanText(const LedgerEntry& entry) {
  const SeedPlan& plan = *entry.decision.plan;
  const std::string other_way = entry.claim.margin == 0 ? ", and the effect seen points the other way"
                                                        : ", and the effect seen misses the margin";
  std::string text = plan.is_against ? other_way : "";
  if (plan.fewest && *plan.fewest <= kMostToldSeeds) {
    return text + ": " + SeedsText(plan) + entry.evidence.from + " would decide" +
           (plan.is_against ? " against the claim" : "");
  }
  if (plan.needs_conversations) return text + ": no number of seeds would decide without more conversations";
  return text + (plan.fewest ? ": more than 1,000 seeds would be needed" : ": the effect seen is no plan to decide it");
}

// The neighbours of a decided claim's metric that do not bear its verdict out.
std::string TurnsText(const LedgerEntry& entry) {
  std::vector<std::string> titles;
  for (const Neighbour& neighbour : entry.neighbours) {
    if (neighbour.verdict != entry.decision.verdict) titles.push_back(neighbour.title);
  }
  return titles.empty() ? "" : "; not on " + Join(titles, ", ");
}

std::string NeighboursText(const LedgerEntry& entry) {
  std::vector<std::string> texts;
  for (const Neighbour& neighbour : entry.neighbours) {
    texts.push_back(neighbour.title + " " + FormatDifference(neighbour.effect) + " " +
                    FormatSignedInterval(*neighbour.interval));
  }
  return Join(texts, "; ");
}

using Json = nlohmann::ordered_json;

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json CoursesJson(const std::vector<Course>& courses) {
  Json json = Json::array();
  for (const Course& course : courses) {
    json.push_back(
        {{"beginning", course.beginning}, {"early", course.early}, {"late", course.late}, {"end", course.end}});
  }
  return json;
}

Json NeighboursJson(const std::vector<Neighbour>& neighbours) {
  Json json = Json::array();
  for (const Neighbour& neighbour : neighbours) {
    json.push_back({{"metric", neighbour.metric},
                    {"effect", neighbour.effect},
                    {"low", neighbour.interval->low},
                    {"high", neighbour.interval->high},
                    {"verdict", ToWord(neighbour.verdict)}});
  }
  return json;
}

Json JsonOf(const LedgerEntry& entry) {
  const Claim& claim = entry.claim;
  const ClaimDecision& decision = entry.decision;
  const auto& error = entry.evidence.error;
  const auto means = MeansOf(entry);
  const std::string& from = entry.evidence.from;
  return {{"number", claim.number},
          {"sentence", claim.sentence},
          {"left", claim.left},
          {"right", claim.right},
          {"metric", claim.metric},
          {"right_metric", claim.right_metric.empty() ? claim.metric : claim.right_metric},
          {"target", OrNull(claim.target)},
          {"relation", ToText(claim.relation)},
          {"margin", claim.margin},
          {"test", TestText(entry)},
          {"source", claim.source},
          {"published_left", claim.published ? Json(claim.published->left) : Json()},
          {"published_right", claim.published ? Json(claim.published->right) : Json()},
          {"verdict", ToWord(decision.verdict)},
          {"from", from.empty() ? "" : from.substr(1)},
          {"left_mean", means ? Json(means->left) : Json()},
          {"right_mean", means ? Json(means->right) : Json()},
          {"effect", OrNull(EffectOf(entry))},
          {"low", decision.interval ? Json(decision.interval->low) : Json()},
          {"high", decision.interval ? Json(decision.interval->high) : Json()},
          {"level", decision.step ? Json(decision.step->level) : Json()},
          {"seed_error", error ? Json(std::sqrt(error->seed_variance)) : Json()},
          {"context_error", error ? Json(std::sqrt(error->context_variance)) : Json()},
          {"contexts", error ? Json(error->contexts) : Json()},
          {"seed_differences", entry.evidence.seed_differences},
          {"contrast", decision.shape ? Json(decision.shape->contrast) : Json()},
          {"contrasts", decision.shape ? Json(decision.shape->values_S) : Json()},
          {"courses", CoursesJson(entry.evidence.courses)},
          {"neighbours", NeighboursJson(entry.neighbours)},
          {"p", decision.step ? Json(decision.step->p) : Json()},
          {"p_holm", decision.step ? Json(decision.step->adjusted_p) : Json()},
          {"cohen_dz", OrNull(decision.cohen_dz)},
          {"seeds", entry.evidence.seeds},
          {"fewest_seeds_needed", decision.plan ? OrNull(decision.plan->fewest) : Json()},
          {"most_seeds_needed", decision.plan ? OrNull(decision.plan->most) : Json()},
          {"runs", entry.evidence.run_hashes}};
}

}  // namespace

std::vector<LedgerEntry> GatherClaims(const ReportSpec& spec, const RunSet& set) {
  std::vector<LedgerEntry> ledger;
  for (const Claim& claim : spec.claims) {
    LedgerEntry entry;
    entry.claim = claim;
    entry.left_name = NameOfSide(spec, set, claim.left, claim.right);
    entry.right_name = claim.target ? Fixed("%g", *claim.target) : NameOfSide(spec, set, claim.right, claim.left);
    entry.evidence = GatherEvidence(spec, set, claim);
    entry.neighbours = NeighboursOf(spec, set, claim);
    ledger.push_back(std::move(entry));
  }
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
  const size_t seeds = entry.evidence.seeds;
  if (seeds == 0 && !entry.evidence.run_hashes.empty()) return "undecided: too few steps to have a course";
  if (seeds == 0) return "undecided: no pair of runs";
  if (seeds == 1) return "undecided: one seed tells nothing about others";
  if (seeds == 2 && entry.evidence.spread) return "undecided: two seeds tell nothing about a spread";
  if (entry.decision.verdict != ClaimVerdict::kUndecided) {
    return ToWord(entry.decision.verdict) + entry.evidence.from + TurnsText(entry);
  }
  return "undecided" + PlanText(entry);
}

std::string ClaimText(const Claim& claim) {
  const std::string number = claim.number > 0 ? std::to_string(claim.number) + ". " : "";
  return number + claim.sentence;
}

TextTable LedgerTable(const ReportSpec& spec, const std::vector<LedgerEntry>& ledger) {
  TextTable table{{"Claim", "As a comparison", "Verdict", "Effect", "p (Holm)", "Seeds", "Ours", "Published",
                   "Evidence", "Neighbouring metrics"},
                  /*numeric=*/false};
  for (const LedgerEntry& entry : ledger) {
    const Claim& claim = entry.claim;
    const ClaimDecision& decision = entry.decision;
    const std::optional<double> effect = EffectOf(entry);
    const std::optional<Means> means = MeansOf(entry);
    std::vector<TextCell> row(table.header.size());
    row[0] = {ClaimText(claim), false, claim.source};
    row[1] = {RelationText(entry), false, decision.shape ? decision.shape->contrast : TestText(entry)};
    row[2] = {VerdictText(entry), decision.verdict != ClaimVerdict::kUndecided};
    if (effect) {
      row[3].text = FormatDifference(*effect);
      row[3].data = {{"value", ExactNumber(*effect)}, {"runs", Join(entry.evidence.run_hashes, " ")}};
    }
    if (decision.interval) row[3].detail = FormatSignedInterval(*decision.interval);
    if (decision.step) row[4] = PValueCell(decision.step->adjusted_p);
    row[5].text = std::to_string(entry.evidence.seeds);
    if (means) row[6].text = PairText(means->left, means->right);
    row[7].text = claim.published ? PairText(claim.published->left, claim.published->right) : "no number";
    row[8].text = spec.scale;
    row[9].text = NeighboursText(entry);
    table.rows.push_back(row);
  }
  return table;
}

std::string LedgerJson(const ReportSpec& spec, const std::vector<LedgerEntry>& ledger) {
  Json json = {{"scale", spec.scale}, {"alpha", 1 - spec.confidence}, {"claims", Json::array()}};
  for (const LedgerEntry& entry : ledger) json["claims"].push_back(JsonOf(entry));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace suite
