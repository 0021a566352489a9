#include "harness/sweep/run_view.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "base/error.h"
#include "harness/metrics/run_claim.h"
#include "harness/metrics/run_record.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

int64_t SizeOf(const std::string& folder) {
  int64_t bytes = 0;
  std::error_code failure;
  for (fs::recursive_directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure)) {
    std::error_code gone;  // a file may be renamed or deleted at this moment
    const auto size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
    if (!gone) bytes += static_cast<int64_t>(size);
  }
  return bytes;
}

const StepSeries* FindIn(const RunRecord& record, const std::string& name) {
  for (const StepSeries& series : record.series) {
    if (series.name == name) return &series;
  }
  return nullptr;
}

double NumberOf(const NamedTexts& texts, const std::string& key) {
  const std::string text = FindText(texts, key);
  return text.empty() ? -1 : std::strtod(text.c_str(), nullptr);
}

double MeanOfLastRow(const ScoreTable& table, size_t metric) {
  const size_t row = table.steps.size() - 1;
  double sum = 0;
  for (size_t c = 0; c < table.conversation_ids.size(); ++c) sum += table.At(row, metric, c);
  return sum / static_cast<double>(table.conversation_ids.size());
}

void TakeMetrics(const RunRecord& record, RunView* view) {
  for (const char* name : {"reward", "in_catalog_ratio"}) {
    const StepSeries* series = FindIn(record, name);
    if (series && !series->values.empty()) view->last.emplace_back(name, series->values.back());
  }
  for (const ScoreTable& table : record.scores) {
    if (table.steps.empty() || table.conversation_ids.empty()) continue;
    for (size_t m = 0; m < table.metric_names.size(); ++m) {
      if (table.metric_names[m].rfind("ndcg@", 0) != 0) continue;
      view->last.emplace_back(table.split + " " + table.metric_names[m], MeanOfLastRow(table, m));
      break;
    }
  }
}

void TakeStore(const RunRecord& record, RunView* view) {
  view->step = record.steps.empty() ? 0 : record.steps.back();
  double step_sum = 0;
  if (const StepSeries* steps = FindIn(record, "step_s"); steps && !steps->values.empty()) {
    step_sum = std::accumulate(steps->values.begin(), steps->values.end(), 0.0);
    view->step_s = step_sum / static_cast<double>(steps->values.size());
  }
  TakeMetrics(record, view);
  for (const auto& [key, text] : record.summary) {
    const std::string prefix = "alarm.";
    if (key.rfind(prefix, 0) == 0) view->alarms.push_back(key.substr(prefix.size()) + ": " + text);
  }
  if (record.status == "done") {
    view->state = RunState::kDone;
    // A resumed run's wall_s is that of its last process; its steps cannot have taken less than they did.
    view->wall_s = std::max(NumberOf(record.summary, "wall_s"), step_sum);
    view->peak_rss_mib = NumberOf(record.summary, "peak_rss_mib");
  } else if (record.status == "failed") {
    view->state = RunState::kFailed;
    view->note = FindText(record.summary, "reason");
  } else {
    view->state = RunState::kCutOff;
  }
}

}  // namespace

RunView LookAtRun(const SweepRun& run) {
  RunView view;
  view.total = run.config.rl.steps;
  const std::string store = run.folder + "/store.h5";
  try {
    if (fs::exists(store)) TakeStore(ReadRun(store), &view);
  } catch (const InputError& error) {
    view.state = RunState::kCutOff;
    view.note = error.what();
  }
  if (view.state == RunState::kDone || view.state == RunState::kFailed) {
    view.disk_bytes = SizeOf(run.folder);
    return view;
  }
  const ClaimView claim = LookAtClaim(run.folder + "/claim");
  if (claim.state != ClaimState::kFree) view.holder = DescribeHolder(claim.holder);
  if (claim.state == ClaimState::kLive) view.state = RunState::kRunning;
  view.disk_bytes = SizeOf(run.folder);
  return view;
}

std::string StateText(RunState state) {
  switch (state) {
    case RunState::kWaiting:
      return "to run";
    case RunState::kRunning:
      return "running";
    case RunState::kCutOff:
      return "cut off";
    case RunState::kDone:
      return "done";
    case RunState::kFailed:
      return "failed";
  }
  return "";
}

}  // namespace suite
