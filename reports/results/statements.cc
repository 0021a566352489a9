#include "reports/results/statements.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text/fill_in.h"
#include "base/text/format.h"
#include "reports/runs/settings.h"

namespace suite {
namespace {

using Runs = std::vector<const ReportRun*>;

const std::string& Recorded(const ReportRun& run, const std::string& key) {
  const auto found = run.config.find(key);
  if (found != run.config.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [name, value] : run.config) known.push_back(name);
  throw UnknownName("report: a sentence", "setting", key, known);
}

// "1", "1 and 2", "1, 2 and 4".
std::string Listed(const std::vector<std::string>& values) {
  if (values.size() < 2) return Join(values, "");
  return Join(std::vector<std::string>(values.begin(), values.end() - 1), ", ") + " and " + values.back();
}

std::string ValuesOf(const Runs& runs, const std::string& key) {
  std::set<std::string> values;
  for (const ReportRun* run : runs) values.insert(Recorded(*run, key));
  std::vector<std::string> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end(), SeedLess);
  return Listed(sorted);
}

// Without runs there is nothing to fill in.
std::string Filled(const std::string& text, const Runs& runs) {
  return FillIn(text, [&](const std::string& key) { return runs.empty() ? "{" + key + "}" : ValuesOf(runs, key); });
}

bool Equal(const std::string& a, const std::string& b) {
  const auto x = NumberOf(a), y = NumberOf(b);
  return x && y ? *x == *y : a == b;
}

// What breaks the first broken condition; empty when all hold.
std::string Breach(const std::vector<Condition>& conditions, const Runs& runs) {
  for (const Condition& condition : conditions) {
    Runs others;
    for (const ReportRun* run : runs) {
      const std::string& recorded = Recorded(*run, condition.key);
      const bool holds = std::any_of(condition.values.begin(), condition.values.end(),
                                     [&](const std::string& value) { return Equal(value, recorded); });
      if (!holds) others.push_back(run);
    }
    if (others.empty()) continue;
    return "it needs " + condition.key + " = " + Join(condition.values, " or ") + "; " + std::to_string(others.size()) +
           " of " + std::to_string(runs.size()) + " runs have " + ValuesOf(others, condition.key) + ".";
  }
  return "";
}

// The finished runs of a claim's arms; the baseline is the start of the other side's.
Runs RunsOf(const RunSet& set, const Claim& claim) {
  Runs runs;
  for (const std::string& side : {claim.left, claim.right}) {
    const ArmRuns* arm = FindArm(set, side);
    if (!arm) continue;
    for (const ReportRun* run : arm->done) {
      if (std::find(runs.begin(), runs.end(), run) == runs.end()) runs.push_back(run);
    }
  }
  return runs;
}

}  // namespace

CheckedStatements CheckStatements(const ReportSpec& spec, const RunSet& set) {
  CheckedStatements checked = {spec, {}};
  checked.spec.notes.clear();
  checked.spec.claims.clear();
  // What is said of training does not speak of arms that were counted.
  const Runs trained = AllTrained(set), all = trained.empty() ? AllDone(set) : trained;
  checked.spec.title = Filled(spec.title, all);
  for (const Statement& note : spec.notes) {
    const std::string breach = Breach(note.conditions, all);
    if (breach.empty()) {
      checked.spec.notes.emplace_back(Filled(note.text, all));
    } else {
      checked.left_out.push_back("A note is not said here: " + breach);
    }
  }
  for (const Claim& claim : spec.claims) {
    const Runs runs = RunsOf(set, claim);
    const std::string breach = Breach(claim.conditions, runs);
    const std::string sentence = Filled(claim.sentence, runs);
    if (breach.empty()) {
      checked.spec.claims.push_back(claim);
      checked.spec.claims.back().sentence = sentence;
    } else {
      checked.left_out.push_back("Not tested here: \"" + sentence + "\" For " + breach);
    }
  }
  return checked;
}

}  // namespace suite
