#include "reports/runs/arm_scores.h"

#include <algorithm>
#include <set>

#include "base/error.h"

namespace suite {
namespace {

std::vector<double> RowOf(const ReportRun& run, const ScoreTable& table, size_t row, const std::string& metric) {
  const size_t m = FindMetric(run.record, table, metric);
  std::vector<double> scores;
  for (size_t c = 0; c < table.conversation_ids.size(); ++c) scores.push_back(table.At(row, m, c));
  return scores;
}

const ScoreTable& EvaluatedTable(const ReportRun& run, const std::string& split) {
  const ScoreTable& table = FindScores(run.record, split);
  if (table.conversation_ids.empty()) throw InputError(run.record.path, "split '" + split + "' has no conversations");
  if (table.steps.empty()) throw InputError(run.record.path, "split '" + split + "' was never evaluated");
  return table;
}

const ScoreTable& TableWithStart(const ReportRun& run, const std::string& split) {
  const ScoreTable& table = EvaluatedTable(run, split);
  if (table.steps[0] == 0) return table;
  throw InputError(run.record.path,
                   "split '" + split + "' was first evaluated at step " + std::to_string(table.steps[0]),
                   "an evaluation at step 0, which is the baseline");
}

const ArmRuns* ArmOrBaseline(const ReportSpec& spec, const RunSet& set, const std::string& name) {
  const ArmRuns* arm = FindArm(set, name);
  if (arm || (!spec.baseline.empty() && name == spec.baseline)) return arm;
  std::vector<std::string> known;
  for (const ArmRuns& candidate : set.arms) known.push_back(candidate.arm.value);
  if (!spec.baseline.empty()) known.push_back(spec.baseline);
  throw UnknownName("report", "arm of a comparison", name, known);
}

}  // namespace

ScoreMatrix FinalScores(const std::vector<const ReportRun*>& runs, const std::string& split,
                        const std::string& metric) {
  ScoreMatrix scores_SC;
  for (const ReportRun* run : runs) {
    const ScoreTable& table = EvaluatedTable(*run, split);
    scores_SC.push_back(RowOf(*run, table, table.steps.size() - 1, metric));
  }
  return scores_SC;
}

ScoreMatrix StartScores(const std::vector<const ReportRun*>& runs, const std::string& split,
                        const std::string& metric) {
  ScoreMatrix scores_SC;
  for (const ReportRun* run : runs) scores_SC.push_back(RowOf(*run, TableWithStart(*run, split), 0, metric));
  return scores_SC;
}

const StepSeries* SeriesOf(const RunRecord& run, const std::string& name) {
  const auto found =
      std::find_if(run.series.begin(), run.series.end(), [&](const StepSeries& series) { return series.name == name; });
  return found == run.series.end() ? nullptr : &*found;
}

double MeanScore(const ScoreTable& table, size_t row, size_t metric) {
  double sum = 0;
  for (size_t c = 0; c < table.conversation_ids.size(); ++c) sum += table.At(row, metric, c);
  return sum / static_cast<double>(table.conversation_ids.size());
}

bool HasStart(const ReportRun& run, const std::string& split) {
  const ScoreTable& table = FindScores(run.record, split);
  return table.steps.size() > 1 && table.steps[0] == 0;
}

std::vector<const ReportRun*> AllWithStart(const RunSet& set, const std::string& split) {
  std::vector<const ReportRun*> runs;
  for (const ReportRun* run : AllDone(set)) {
    if (HasStart(*run, split)) runs.push_back(run);
  }
  return runs;
}

int64_t FinalStep(const ReportRun& run, const std::string& split) { return EvaluatedTable(run, split).steps.back(); }

bool ShareOneStart(const std::vector<const ReportRun*>& runs, const std::string& split) {
  for (const ReportRun* run : runs) {
    const ScoreTable& first = TableWithStart(*runs[0], split);
    const ScoreTable& table = TableWithStart(*run, split);
    if (table.metric_names != first.metric_names || table.conversation_ids != first.conversation_ids) return false;
    const long count = static_cast<long>(first.metric_names.size() * first.conversation_ids.size());
    if (!std::equal(table.values.begin(), table.values.begin() + count, first.values.begin())) return false;
  }
  return true;
}

PairedRuns PairRuns(const ReportSpec& spec, const RunSet& set, const Comparison& comparison) {
  const ArmRuns* left = ArmOrBaseline(spec, set, comparison.left);
  const ArmRuns* right = ArmOrBaseline(spec, set, comparison.right);
  PairedRuns pairs;
  if (!left && !right) throw InputError("report", "'" + comparison.left + "' is compared with itself");
  if (!left || !right) {
    for (const ReportRun* run : (left ? left : right)->done) {
      if (HasStart(*run, spec.split)) pairs.left.runs.push_back(run);
    }
    pairs.right.runs = pairs.left.runs;
    (left ? pairs.right : pairs.left).is_start = true;
    return pairs;
  }
  for (const ReportRun* a : left->done) {
    for (const ReportRun* b : right->done) {
      if (a->seed != b->seed) continue;
      pairs.left.runs.push_back(a);
      pairs.right.runs.push_back(b);
    }
  }
  return pairs;
}

ScoreMatrix ScoresOf(const RunSide& side, const std::string& split, const std::string& metric) {
  return side.is_start ? StartScores(side.runs, split, metric) : FinalScores(side.runs, split, metric);
}

std::vector<std::string> HashesOf(const std::vector<const ReportRun*>& runs) {
  std::vector<std::string> hashes;
  for (const ReportRun* run : runs) hashes.push_back(run->record.run_name);
  return hashes;
}

std::vector<std::string> HashesOf(const PairedRuns& runs) {
  std::set<std::string> hashes;
  for (const auto* side : {&runs.left, &runs.right}) {
    for (const ReportRun* run : side->runs) hashes.insert(run->record.run_name);
  }
  return {hashes.begin(), hashes.end()};
}

}  // namespace suite
