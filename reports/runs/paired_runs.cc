#include "reports/runs/paired_runs.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/start_groups.h"

namespace suite {
namespace {

const ArmRuns* ArmOrBaseline(const ReportSpec& spec, const RunSet& set, const std::string& name) {
  const ArmRuns* arm = FindArm(set, name);
  if (arm || (!spec.baseline.empty() && name == spec.baseline)) return arm;
  std::vector<std::string> known;
  for (const ArmRuns& candidate : set.arms) known.push_back(candidate.arm.value);
  if (!spec.baseline.empty()) known.push_back(spec.baseline);
  throw UnknownName("report", "arm of a comparison", name, known);
}

// The start that stands beside an arm, once for each run of the arm.
std::vector<const ReportRun*> StartsBeside(const ReportSpec& spec, const RunSet& set, const ArmRuns& arm) {
  std::vector<const ReportRun*> runs;
  if (!IsCounted(arm)) {
    for (const ReportRun* run : arm.done) {
      if (HasStart(*run, spec.split)) runs.push_back(run);
    }
    return runs;
  }
  const std::vector<StartGroup> groups = StartGroups(spec, set);
  if (groups.empty()) return runs;
  std::set<std::string> known;
  for (const ReportRun* run : groups[0].runs) {
    if (known.insert(StartOf(*run, spec.split)).second) runs.push_back(run);
  }
  return runs;
}

// Of a counted arm one run, whatever its seed.
std::vector<const ReportRun*> RunsToPair(const ArmRuns& arm) {
  if (!IsCounted(arm) || arm.done.empty()) return arm.done;
  return {arm.done[0]};
}

PairedRuns PairWithStart(const ReportSpec& spec, const RunSet& set, const ArmRuns& arm, bool start_is_left) {
  RunSide start = {StartsBeside(spec, set, arm), /*is_start=*/true}, other = {start.runs};
  if (IsCounted(arm)) {
    if (arm.done.empty()) return {};
    other.runs.assign(start.runs.size(), arm.done[0]);
  }
  if (start_is_left) return {std::move(start), std::move(other)};
  return {std::move(other), std::move(start)};
}

}  // namespace

PairedRuns PairRuns(const ReportSpec& spec, const RunSet& set, const Comparison& comparison) {
  const ArmRuns* left = ArmOrBaseline(spec, set, comparison.left);
  const ArmRuns* right = ArmOrBaseline(spec, set, comparison.right);
  if (!left && !right) throw InputError("report", "'" + comparison.left + "' is compared with itself");
  if (!left || !right) return PairWithStart(spec, set, left ? *left : *right, /*start_is_left=*/!left);
  const bool by_seed = !IsCounted(*left) && !IsCounted(*right);
  PairedRuns pairs;
  for (const ReportRun* a : RunsToPair(*left)) {
    for (const ReportRun* b : RunsToPair(*right)) {
      if (by_seed && a->seed != b->seed) continue;
      pairs.left.runs.push_back(a);
      pairs.right.runs.push_back(b);
    }
  }
  return pairs;
}

ScoreMatrix ScoresOf(const RunSide& side, const std::string& split, const std::string& metric) {
  return side.is_start ? StartScores(side.runs, split, metric) : FinalScores(side.runs, split, metric);
}

std::string NameOfSide(const ReportSpec& spec, const RunSet& set, const std::string& value, const std::string& other) {
  const bool is_start = !spec.baseline.empty() && value == spec.baseline && !FindArm(set, value);
  const std::vector<StartGroup> groups = is_start ? StartGroups(spec, set) : std::vector<StartGroup>();
  const ArmRuns* arm = FindArm(set, other);
  for (const StartGroup& group : groups) {
    const bool is_its_start = arm && std::any_of(arm->done.begin(), arm->done.end(), [&](const ReportRun* run) {
                                return std::find(group.runs.begin(), group.runs.end(), run) != group.runs.end();
                              });
    if (is_its_start) return group.name;
  }
  return groups.empty() ? NameOfArm(spec, value) : groups[0].name;
}

std::vector<std::string> HashesOf(const PairedRuns& runs) {
  std::set<std::string> hashes;
  for (const auto* side : {&runs.left, &runs.right}) {
    for (const ReportRun* run : side->runs) hashes.insert(run->record.run_name);
  }
  return {hashes.begin(), hashes.end()};
}

}  // namespace suite
