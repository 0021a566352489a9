#include "harness/sweep/sweep.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

#include "harness/progress/progress.h"

namespace suite {
namespace {

// Of runs that cost the same: everything in the config but what only decides the objective or a random stream, or how
// often is saved.
std::string KindOf(const RunConfig& config) {
  std::string kind;
  for (const ConfigEntry& entry : ConfigEntries(config)) {
    if (entry.key == "seed" || entry.key.rfind("objective.", 0) == 0 || !entry.in_hash) continue;
    kind += entry.key + " = " + entry.value + "\n";
  }
  return kind;
}

double Median(std::vector<double> values) {
  if (values.empty()) return -1;
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

// Of a shape that the config gives; 0 for a checkpoint, whose size the config does not tell.
double WeightsOf(const RunConfig& config) {
  const PolicyConfig& p = config.policy;
  if (!p.path.empty()) return 0;
  const double hidden = static_cast<double>(p.hidden_size), kv = hidden * p.kv_heads / p.heads;
  const double layer = 2 * hidden * hidden + 2 * hidden * kv + 3 * hidden * p.intermediate_size + 2 * hidden;
  return p.vocab_size * hidden * (p.tie_embeddings ? 1 : 2) + p.layers * layer + hidden;
}

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

std::string TimeText(double seconds) { return seconds < 0 ? "unknown" : ClockText(seconds); }

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
  if (view.state == RunState::kDone || view.state == RunState::kFailed) return 0;
  const auto steps_left = static_cast<double>(view.total - view.step);
  // Evaluations come on top of a run's own steps, so a finished run of the kind is the better guide.
  if (cost.wall_s >= 0 && view.total > 0) return cost.wall_s * steps_left / static_cast<double>(view.total);
  return view.step_s >= 0 ? view.step_s * steps_left : -1;
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
    return place_of_seed.at(a.config.seed) < place_of_seed.at(b.config.seed);
  });
  return runs;
}

std::vector<RunView> LookAtAll(const Sweep& sweep) {
  std::vector<RunView> views;
  for (const SweepRun& run : sweep.runs) views.push_back(LookAtRun(run));
  return views;
}

std::vector<RunCost> CostsOf(const Sweep& sweep, const std::vector<RunView>& views) {
  struct Samples {
    std::vector<double> wall_s, peak_rss_mib, disk_bytes;
  };
  std::vector<std::string> kinds;
  std::map<std::string, Samples> samples;
  for (size_t i = 0; i < views.size(); ++i) {
    kinds.push_back(KindOf(sweep.runs[i].config));
    if (views[i].state != RunState::kDone) continue;
    Samples& of_kind = samples[kinds.back()];
    of_kind.wall_s.push_back(views[i].wall_s);
    of_kind.peak_rss_mib.push_back(views[i].peak_rss_mib);
    of_kind.disk_bytes.push_back(static_cast<double>(views[i].disk_bytes));
  }
  std::vector<RunCost> costs;
  for (size_t i = 0; i < views.size(); ++i) {
    const Samples& of_kind = samples[kinds[i]];
    const RunConfig& config = sweep.runs[i].config;
    RunCost cost = {Median(of_kind.wall_s), Median(of_kind.peak_rss_mib), Median(of_kind.disk_bytes)};
    if (views[i].state == RunState::kDone) cost = {views[i].wall_s, views[i].peak_rss_mib, cost.disk_bytes};
    // A checkpoint holds weights and two moments in float32; one more is there while it is written.
    if (cost.disk_bytes >= 0)
      cost.disk_bytes += 12 * WeightsOf(config) * static_cast<double>(config.checkpoint.keep + 1);
    costs.push_back(cost);
  }
  return costs;
}

std::vector<bool> WithinBudget(const Sweep& sweep, const std::vector<RunView>& views) {
  const std::vector<RunCost> costs = CostsOf(sweep, views);
  int64_t runs = 0;
  double seconds = 0;
  std::vector<bool> within;
  for (const RunView& view : views) {
    const bool is_over = view.state == RunState::kDone || view.state == RunState::kFailed;
    if (!is_over) continue;
    ++runs;
    seconds += std::max(0.0, view.wall_s);
  }
  for (size_t i = 0; i < views.size(); ++i) {
    const bool is_over = views[i].state == RunState::kDone || views[i].state == RunState::kFailed;
    const double cost = std::max(0.0, costs[i].wall_s);
    const bool fits =
        (!sweep.budget.runs || runs < *sweep.budget.runs) &&
        (!sweep.budget.hours || (seconds < *sweep.budget.hours * 3600 && seconds + cost <= *sweep.budget.hours * 3600));
    within.push_back(is_over || fits);
    if (is_over || !fits) continue;
    ++runs;
    seconds += cost;
  }
  return within;
}

std::string PlanText(const Sweep& sweep, const std::vector<RunView>& views, const Machine& machine) {
  const std::vector<RunCost> costs = CostsOf(sweep, views);
  const std::vector<bool> within = WithinBudget(sweep, views);
  const size_t width = WidestName(sweep);
  std::string text;
  std::vector<double> seconds;
  double memory = 0, disk = 0, least_memory = 0;
  for (size_t i = 0; i < views.size(); ++i) {
    const bool to_do = views[i].state != RunState::kDone && views[i].state != RunState::kFailed && within[i];
    const double left = LeftOf(views[i], costs[i]);
    text += HashOf(sweep.runs[i]) + "  " + Padded(within[i] ? StateText(views[i].state) : "over budget", 11) + "  " +
            Padded(sweep.runs[i].name, width) + "  " + std::to_string(views[i].total) + " steps  time " +
            TimeText(to_do ? left : costs[i].wall_s) + "\n";
    if (!to_do) continue;
    seconds.push_back(left);
    // Weights, gradients, two moments and the reference policy, in float32.
    least_memory = std::max(least_memory, 20 * WeightsOf(sweep.runs[i].config));
    memory = memory < 0 || costs[i].peak_rss_mib < 0 ? -1 : std::max(memory, costs[i].peak_rss_mib * (1 << 20));
    disk = disk < 0 || costs[i].disk_bytes < 0 ? -1 : disk + costs[i].disk_bytes;
  }
  const int at_once = std::min<int>(machine.parallel, std::max<int>(1, static_cast<int>(seconds.size())));
  text += std::to_string(seconds.size()) + " of " + std::to_string(views.size()) + " runs to do, " +
          std::to_string(at_once) + " at once\n";
  text += "time    " + TimeText(Makespan(seconds, at_once)) +
          (Makespan(seconds, at_once) < 0 ? " (no run of the same kind is finished)" : ", shared stages not counted") +
          "\n";
  text +=
      "memory  " + SizeText(memory < 0 ? -1 : memory * at_once) +
      (memory < 0 && least_memory > 0 ? " (weights, moments and reference alone: " + SizeText(least_memory) + " a run)"
                                      : "") +
      "\n";
  text += "disk    " + SizeText(disk) + ", free " + SizeText(static_cast<double>(machine.free_bytes)) +
          (disk > static_cast<double>(machine.free_bytes) ? ": NOT ENOUGH" : "") + "\n";
  return text;
}

std::string StatusText(const Sweep& sweep, const std::vector<RunView>& views) {
  const std::vector<RunCost> costs = CostsOf(sweep, views);
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

bool IsOver(const Sweep& sweep, const std::vector<RunView>& views) {
  const std::vector<bool> within = WithinBudget(sweep, views);
  for (size_t i = 0; i < views.size(); ++i) {
    if (within[i] && views[i].state != RunState::kDone && views[i].state != RunState::kFailed) return false;
  }
  return true;
}

}  // namespace suite
