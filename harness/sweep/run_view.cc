#include "harness/sweep/run_view.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "base/error.h"
#include "harness/metrics/run_lease.h"
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

double NumberOf(const NamedTexts& texts, const std::string& key) {
  const std::string text = FindText(texts, key);
  return text.empty() ? -1 : std::strtod(text.c_str(), nullptr);
}

void TakeStore(const RunStatus& store, RunView* view) {
  view->step = store.step;
  view->last = store.newest;
  for (const auto& [split, count] : store.conversations) (split == "test" ? view->test : view->validation) = count;
  const double step_sum = std::accumulate(store.step_s.begin(), store.step_s.end(), 0.0);
  if (!store.step_s.empty()) view->step_s = step_sum / static_cast<double>(store.step_s.size());
  for (const auto& [key, text] : store.summary) {
    const std::string prefix = "alarm.";
    if (key.rfind(prefix, 0) == 0) view->alarms.push_back(key.substr(prefix.size()) + ": " + text);
  }
  if (store.status == "done") {
    view->state = RunState::kDone;
    // A resumed run's wall_s is that of its last process; its steps cannot have taken less than they did.
    view->wall_s = std::max(NumberOf(store.summary, "wall_s"), step_sum);
    view->peak_rss_mib = NumberOf(store.summary, "peak_rss_mib");
    view->evaluation_s = NumberOf(store.summary, "evaluation_s");
  } else if (store.status == "failed") {
    view->state = RunState::kFailed;
    view->note = FindText(store.summary, "reason");
  } else {
    view->state = RunState::kCutOff;
  }
}

}  // namespace

bool IsOpen(RunState state) { return state != RunState::kDone && state != RunState::kFailed; }

RunView LookAtRun(const SweepRun& run) {
  RunView view;
  view.total = run.config.rl.steps;
  const std::string store = run.folder + "/store.h5";
  try {
    if (fs::exists(store)) TakeStore(ReadRunStatus(store), &view);
  } catch (const InputError& error) {
    view.state = RunState::kCutOff;
    view.note = error.what();
  }
  if (!IsOpen(view.state)) {
    view.disk_bytes = SizeOf(run.folder);
    return view;
  }
  const LeaseView lease = LookAtLease(run.folder + "/lease");
  if (lease.state != LeaseState::kFree) view.holder = DescribeHolder(lease.holder);
  if (lease.state == LeaseState::kLive) view.state = RunState::kRunning;
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
