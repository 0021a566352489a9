#include "harness/monitors/run_monitor.h"

#include <cstdio>
#include <iostream>
#include <utility>

#include "base/error.h"

namespace suite {
namespace {

StepRecord RowOf(const RunRecord& run, size_t row) {
  StepRecord record;
  for (const StepSeries& series : run.series) {
    const auto width = static_cast<size_t>(series.width);
    const auto begin = series.values.begin() + static_cast<long>(row * width);
    record[series.name].assign(begin, begin + static_cast<long>(width));
  }
  return record;
}

}  // namespace

std::vector<Alarm> RunMonitor::Add(const MonitorSample& sample) {
  history_.push_back(sample);
  std::vector<Alarm> alarms = LookForAlarms(history_, settings_);
  for (const Alarm& alarm : alarms) {
    Seen& seen = seen_[alarm.monitor];
    if (seen.count++ == 0) seen.first = alarm;
  }
  return alarms;
}

void RunMonitor::Recall(const RunRecord& run, int64_t last_step) {
  for (size_t row = 0; row < run.steps.size() && run.steps[row] <= last_step; ++row) {
    Add(SampleOf(run.steps[row], RowOf(run, row)));
  }
}

std::string RunMonitor::Watch(int64_t step, const StepRecord& record, const BatchAtFault& batch) {
  std::string stop;
  for (const Alarm& alarm : Add(SampleOf(step, record))) {
    if (alarm.policy == MonitorPolicy::kStop && stop.empty()) stop = alarm.monitor + ": " + alarm.reason;
    if (seen_.at(alarm.monitor).count > 1) continue;
    char number[16];
    std::snprintf(number, sizeof(number), "%08lld", static_cast<long long>(step));
    const std::string path = folder_ + "/" + alarm.monitor + "-" + number + ".safetensors";
    std::cerr << "alarm at step " << step << ": " << alarm.monitor << ": " << alarm.reason << "; batch: " << path
              << std::endl;
    try {
      WriteBatchAtFault(path, batch);
    } catch (const InputError& error) {
      std::cerr << "batch not kept: " << error.what() << std::endl;
    }
  }
  return stop;
}

NamedTexts RunMonitor::Summary() const {
  NamedTexts texts;
  for (const auto& [monitor, seen] : seen_) {
    texts.emplace_back("alarm." + monitor, std::to_string(seen.count) + " steps, first at " +
                                               std::to_string(seen.first.step) + ": " + seen.first.reason);
  }
  return texts;
}

}  // namespace suite
