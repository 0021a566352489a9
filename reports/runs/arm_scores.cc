#include "reports/runs/arm_scores.h"

#include <algorithm>

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

std::vector<std::string> HashesOf(const std::vector<const ReportRun*>& runs) {
  std::vector<std::string> hashes;
  for (const ReportRun* run : runs) hashes.push_back(run->record.run_name);
  return hashes;
}

}  // namespace suite
