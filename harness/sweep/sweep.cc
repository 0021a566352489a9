#include "harness/sweep/sweep.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

#include "harness/progress/progress.h"

namespace suite {
namespace {

std::string SizeText(double bytes) {
  if (bytes < 0) return "unknown";
  char text[32];
  if (bytes >= 1e9) {
    std::snprintf(text, sizeof(text), "%.1f GB", bytes / 1e9);
  } else {
    std::snprintf(text, sizeof(text), "%.1f MB", bytes / 1e6);
  }
  return text;
}

std::string TimeText(double seconds, bool rough = false) {
  return seconds < 0 ? "unknown" : (rough ? "~" : "") + ClockText(seconds);
}

size_t WidestName(const Sweep& sweep) {
  size_t widest = 0;
  for (const SweepRun& run : sweep.runs) widest = std::max(widest, run.name.size());
  return widest;
}

std::string Padded(std::string text, size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string HashOf(const SweepRun& run) { return run.folder.substr(run.folder.rfind('/') + 1); }

// Seconds that a run still needs; -1: unknown.
double LeftOf(const RunView& view, const RunCost& cost) {
  if (!IsOpen(view.state)) return 0;
  if (view.total == 0) return cost.wall_s;  // it only evaluates
  const auto steps_left = static_cast<double>(view.total - view.step);
  // Evaluations come on top of a run's own steps, so a finished run of the kind is the better guide.
  if (cost.wall_s >= 0 && view.total > 0) return cost.wall_s * steps_left / static_cast<double>(view.total);
  return view.step_s >= 0 ? view.step_s * steps_left : -1;
}

// Of a run that is over. One that failed tells what its steps took.
double SpentOf(const RunView& view) {
  if (view.wall_s >= 0) return view.wall_s;
  return static_cast<double>(view.step) * std::max(0.0, view.step_s);
}

// Of a list of runs, `parallel` at once, started in their order.
double Makespan(const std::vector<double>& seconds, int parallel) {
  std::vector<double> busy(static_cast<size_t>(std::max(1, parallel)), 0.0);
  for (const double one : seconds) {
    if (one < 0) return -1;
    *std::min_element(busy.begin(), busy.end()) += one;
  }
  return *std::max_element(busy.begin(), busy.end());
}

// Unknown where one of the two is.
double Sum(double a, double b) { return a < 0 || b < 0 ? -1 : a + b; }

// What the runs to do take.
struct Total {
  std::vector<double> seconds;  // of each
  bool rough = false;
  double memory = 0, disk = 0;  // bytes: of the largest run, of all
  double least_memory = 0;      // known without a finished run

  void Add(const RunConfig& config, const RunCost& cost, double left_s) {
    seconds.push_back(left_s);
    rough |= cost.rough;
    // Weights, gradients, two moments and the reference policy, in float32.
    least_memory = std::max(least_memory, 20 * WeightsOf(config));
    memory = memory < 0 || cost.peak_rss_mib < 0 ? -1 : std::max(memory, cost.peak_rss_mib * (1 << 20));
    disk = Sum(disk, cost.disk_bytes);
  }
};

std::string OneKindText(const std::vector<MissingStage>& stages, const std::string& stage, const std::string& name) {
  int count = 0;
  double seconds = 0, memory = 0, disk = 0;
  for (const MissingStage& missing : stages) {
    if (missing.stage != stage) continue;
    ++count;
    seconds = Sum(seconds, missing.wall_s);
    disk = Sum(disk, missing.disk_bytes);
    memory = memory < 0 || missing.peak_rss_mib < 0 ? -1 : std::max(memory, missing.peak_rss_mib * (1 << 20));
  }
  if (count == 0) return "";
  return std::to_string(count) + " " + name + (count == 1 ? " policy" : " policies") + " to train (time " +
         TimeText(seconds) + ", memory " + SizeText(memory) + ", disk " + SizeText(disk) + ")";
}

std::string StagesText(const std::vector<MissingStage>& stages) {
  if (stages.empty()) return "stages  all there\n";
  const std::string base = OneKindText(stages, "pretrain", "base"), sft = OneKindText(stages, "sft", "SFT");
  return "stages  " + base + (base.empty() || sft.empty() ? "" : ", ") + sft +
         (sft.empty() ? "" : "; making demonstrations not counted") + "\n";
}

std::string TimeOfAllText(const Total& total, int at_once, const std::vector<std::string>& guides,
                          const std::vector<MissingStage>& stages) {
  const double runs = Makespan(total.seconds, at_once);
  if (runs < 0) return "unknown (no run of the same kind is finished)";
  double before = 0;
  for (const MissingStage& stage : stages) before = Sum(before, stage.wall_s);
  std::string text = TimeText(before < 0 ? runs : runs + before, total.rough);
  if (before < 0) text += ", shared stages not counted";
  if (!total.rough) return text;
  std::string from;
  for (const std::string& sweep : guides) from += (from.empty() ? "" : ", ") + sweep;
  return text + " (~: a guess from finished runs with other steps or other stages, in " + from + ")";
}

std::string TotalText(const Total& total, int at_once, const std::vector<std::string>& guides,
                      const Surroundings& surroundings) {
  double memory = total.memory < 0 ? -1 : total.memory * at_once, disk = total.disk;
  for (const MissingStage& stage : surroundings.stages) {
    memory = memory < 0 ? -1 : std::max(memory, stage.peak_rss_mib * (1 << 20));
    disk = Sum(disk, stage.disk_bytes);
  }
  const auto free = static_cast<double>(surroundings.free_bytes);
  const bool tells_least = memory < 0 && total.least_memory > 0;
  return "time    " + TimeOfAllText(total, at_once, guides, surroundings.stages) + "\nmemory  " + SizeText(memory) +
         (tells_least ? " (weights, moments and reference alone: " + SizeText(total.least_memory) + " a run)" : "") +
         "\ndisk    " + SizeText(disk) + ", free " + SizeText(free) + (disk > free ? ": NOT ENOUGH" : "") + "\n";
}

std::string MetricsText(const RunView& view) {
  std::string text;
  for (const auto& [name, value] : view.last) {
    char number[48];
    std::snprintf(number, sizeof(number), " %.3f", value);
    text += (text.empty() ? "" : "  ") + name + number;
  }
  return text;
}

}  // namespace

std::vector<SweepRun> LaunchOrder(std::vector<SweepRun> runs) {
  std::map<int64_t, size_t> place_of_seed;
  for (const SweepRun& run : runs) place_of_seed.emplace(run.config.seed, place_of_seed.size());
  std::stable_sort(runs.begin(), runs.end(), [&](const SweepRun& a, const SweepRun& b) {
    if (a.priority != b.priority) return a.priority > b.priority;
    return place_of_seed.at(a.config.seed) < place_of_seed.at(b.config.seed);
  });
  return runs;
}

std::vector<RunView> LookAtAll(const Sweep& sweep) {
  std::vector<RunView> views;
  for (const SweepRun& run : sweep.runs) views.push_back(LookAtRun(run));
  return views;
}

std::vector<bool> WithinBudget(const Sweep& sweep, const std::vector<RunView>& views) {
  // Costs take time to find, and only hours ask for them.
  const std::vector<RunCost> costs =
      sweep.budget.hours ? CostsOf(sweep.runs, views) : std::vector<RunCost>(views.size());
  int64_t runs = 0;
  double seconds = 0;
  std::vector<bool> within;
  for (const RunView& view : views) {
    if (IsOpen(view.state)) continue;
    ++runs;
    seconds += SpentOf(view);
  }
  for (size_t i = 0; i < views.size(); ++i) {
    const double cost = std::max(0.0, costs[i].wall_s);
    const bool fits =
        (!sweep.budget.runs || runs < *sweep.budget.runs) &&
        (!sweep.budget.hours || (seconds < *sweep.budget.hours * 3600 && seconds + cost <= *sweep.budget.hours * 3600));
    within.push_back(!IsOpen(views[i].state) || fits);
    if (!IsOpen(views[i].state) || !fits) continue;
    ++runs;
    seconds += cost;
  }
  return within;
}

std::string PlanText(const Sweep& sweep, const std::vector<RunView>& views, const Surroundings& surroundings) {
  std::vector<RunCost> costs = CostsOf(sweep.runs, views);
  const std::vector<std::string> guides = TakeRoughCosts(sweep.runs, surroundings.finished, &costs);
  const std::vector<bool> within = WithinBudget(sweep, views);
  const size_t width = WidestName(sweep);
  std::string text;
  Total total;
  for (size_t i = 0; i < views.size(); ++i) {
    const bool to_do = IsOpen(views[i].state) && within[i];
    const double left = LeftOf(views[i], costs[i]);
    text += HashOf(sweep.runs[i]) + "  " + Padded(within[i] ? StateText(views[i].state) : "over budget", 11) + "  " +
            Padded(sweep.runs[i].name, width) + "  " + std::to_string(views[i].total) + " steps  time " +
            TimeText(to_do ? left : costs[i].wall_s, costs[i].rough) + "\n";
    if (to_do) total.Add(sweep.runs[i].config, costs[i], left);
  }
  const int at_once = std::min<int>(surroundings.parallel, std::max<int>(1, static_cast<int>(total.seconds.size())));
  text += std::to_string(total.seconds.size()) + " of " + std::to_string(views.size()) + " runs to do, " +
          std::to_string(at_once) + " at once\n";
  return text + StagesText(surroundings.stages) + TotalText(total, at_once, guides, surroundings);
}

std::string StatusText(const Sweep& sweep, const std::vector<RunView>& views) {
  const std::vector<RunCost> costs = CostsOf(sweep.runs, views);
  const std::vector<bool> within = WithinBudget(sweep, views);
  const size_t width = WidestName(sweep);
  std::map<RunState, int> count;
  std::vector<double> seconds;
  int beyond = 0;
  std::string text;
  for (size_t i = 0; i < views.size(); ++i) {
    const RunView& view = views[i];
    if (within[i]) {
      ++count[view.state];
      seconds.push_back(LeftOf(view, costs[i]));
    } else {
      ++beyond;
    }
    text += HashOf(sweep.runs[i]) + "  " + Padded(within[i] ? StateText(view.state) : "over budget", 11) + "  " +
            Padded(sweep.runs[i].name, width) + "  " + std::to_string(view.step) + "/" + std::to_string(view.total);
    if (view.state == RunState::kRunning) text += "  left " + TimeText(LeftOf(view, costs[i])) + "  " + view.holder;
    if (!view.last.empty()) text += "  " + MetricsText(view);
    if (!view.note.empty()) text += "  " + view.note;
    for (const std::string& alarm : view.alarms) text += "\n    alarm " + alarm;
    text += "\n";
  }
  text += sweep.name + ": " + std::to_string(count[RunState::kDone]) + " done, " +
          std::to_string(count[RunState::kRunning]) + " running, " + std::to_string(count[RunState::kFailed]) +
          " failed, " + std::to_string(count[RunState::kCutOff]) + " cut off, " +
          std::to_string(count[RunState::kWaiting]) + " to run" +
          (beyond ? ", " + std::to_string(beyond) + " over budget" : "") + "; time left " +
          TimeText(Makespan(seconds, std::max(1, count[RunState::kRunning]))) + "\n";
  return text;
}

std::vector<SweepRun> RunsLeft(const Sweep& sweep, const std::vector<RunView>& views) {
  const std::vector<bool> within = WithinBudget(sweep, views);
  std::vector<SweepRun> left;
  for (size_t i = 0; i < views.size(); ++i) {
    if (within[i] && IsOpen(views[i].state)) left.push_back(sweep.runs[i]);
  }
  return left;
}

bool IsOver(const Sweep& sweep, const std::vector<RunView>& views) { return RunsLeft(sweep, views).empty(); }

}  // namespace suite
