#include "harness/sweep/run_cost.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "harness/sweep/recorded_runs.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

bool StartsWith(const std::string& text, const std::string& beginning) { return text.rfind(beginning, 0) == 0; }

// What the config says, without the settings that `is_free` lets differ and those that name no run.
std::string KindOf(const RunConfig& config, const std::function<bool(const std::string&)>& is_free) {
  std::string kind;
  for (const ConfigEntry& entry : ConfigEntries(config)) {
    if (entry.in_hash && !is_free(entry.key)) kind += entry.key + " = " + entry.value + "\n";
  }
  return kind;
}

bool DecidesObjectiveOrStreams(const std::string& key) { return key == "seed" || StartsWith(key, "objective."); }

// Whether the policy was fine-tuned at all stays: without, answers are of another length.
bool IsFreeForRoughCosts(const std::string& key) {
  if (key == "sft.demonstrations") return false;
  for (const char* stage : {"pretrain.", "sft.", "teacher.", "embedder.", "demonstrations."}) {
    if (StartsWith(key, stage)) return true;
  }
  return DecidesObjectiveOrStreams(key) || key == "rl.steps" || key == "eval.every" || key == "data.world_seed" ||
         key == "run.stage_threads";
}

// Amazon Beauty on one core.
constexpr RunCost kCountedCost = {/*wall_s=*/10, /*peak_rss_mib=*/570, /*disk_bytes=*/10e6};

struct Samples {
  std::vector<double> wall_s, peak_rss_mib, disk_bytes;

  RunCost Cost() const { return {Median(wall_s), Median(peak_rss_mib), Median(disk_bytes)}; }
};

// A checkpoint holds weights and two moments in float32; one more is there while it is written.
double CheckpointBytes(const RunConfig& config) {
  return 12 * WeightsOf(config) * static_cast<double>(config.checkpoint.keep + 1);
}

// Answers of a run's evaluations: of the validation split at the start and every so many steps, of the test split at
// both ends.
double Evaluated(const RunConfig& config, double validation, double test) {
  return (static_cast<double>(config.rl.steps) / static_cast<double>(config.eval.every) + 1) * validation + 2 * test;
}

double RoughSeconds(const RunConfig& run, const FinishedRun& guide) {
  const RunConfig& other = guide.run.config;
  const RunView& took = guide.view;
  if (run.rl.steps > 0 && took.step_s < 0) return -1;
  const double step_s = std::max(0.0, took.step_s);
  const double beyond = std::max(0.0, took.wall_s - static_cast<double>(other.rl.steps) * step_s);
  // Without a record of them, all that is beyond steps counts as evaluations, and the splits as equals.
  const bool recorded = took.evaluation_s >= 0 && took.validation + took.test > 0;
  const auto validation = static_cast<double>(recorded ? took.validation : 1);
  const auto test = static_cast<double>(recorded ? took.test : 1);
  const double evaluation_s = recorded ? std::min(took.evaluation_s, beyond) : beyond;
  return static_cast<double>(run.rl.steps) * step_s + (beyond - evaluation_s) +
         evaluation_s * Evaluated(run, validation, test) / Evaluated(other, validation, test);
}

std::vector<std::string> SortedEntries(const std::string& folder) {
  std::vector<std::string> entries;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder, absent)) entries.push_back(entry.path().string());
  std::sort(entries.begin(), entries.end());
  return entries;
}

}  // namespace

double Median(std::vector<double> values) {
  if (values.empty()) return -1;
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

double WeightsOf(const RunConfig& config) {
  const PolicyConfig& p = config.policy;
  if (!p.path.empty() || IsCounted(config)) return 0;
  const double hidden = static_cast<double>(p.hidden_size), kv = hidden * p.kv_heads / p.heads;
  const double layer = 2 * hidden * hidden + 2 * hidden * kv + 3 * hidden * p.intermediate_size + 2 * hidden;
  return p.vocab_size * hidden * (p.tie_embeddings ? 1 : 2) + p.layers * layer + hidden;
}

std::string RoughKindOf(const RunConfig& config) { return KindOf(config, IsFreeForRoughCosts); }

std::vector<RunCost> CostsOf(const std::vector<SweepRun>& runs, const std::vector<RunView>& views) {
  std::vector<std::string> kinds;
  std::map<std::string, Samples> samples;
  for (size_t i = 0; i < views.size(); ++i) {
    kinds.push_back(KindOf(runs[i].config, DecidesObjectiveOrStreams));
    if (views[i].state != RunState::kDone) continue;
    Samples& of_kind = samples[kinds.back()];
    of_kind.wall_s.push_back(views[i].wall_s);
    of_kind.peak_rss_mib.push_back(views[i].peak_rss_mib);
    of_kind.disk_bytes.push_back(static_cast<double>(views[i].disk_bytes));
  }
  std::vector<RunCost> costs;
  for (size_t i = 0; i < views.size(); ++i) {
    RunCost cost = samples[kinds[i]].Cost();
    if (IsCounted(runs[i].config) && cost.wall_s < 0) cost = kCountedCost;
    if (views[i].state == RunState::kDone) cost = {views[i].wall_s, views[i].peak_rss_mib, cost.disk_bytes};
    if (cost.disk_bytes >= 0) cost.disk_bytes += CheckpointBytes(runs[i].config);
    costs.push_back(cost);
  }
  return costs;
}

std::vector<FinishedRun> FinishedRunsIn(const std::string& out) {
  std::vector<FinishedRun> finished;
  for (const std::string& sweep : SortedEntries(out)) {
    for (const SweepRun& run : RecordedRuns(sweep)) {
      const RunView view = LookAtRun(run);
      if (view.state == RunState::kDone) finished.push_back({fs::path(sweep).filename().string(), run, view});
    }
  }
  return finished;
}

std::vector<std::string> TakeRoughCosts(const std::vector<SweepRun>& runs, const std::vector<FinishedRun>& finished,
                                        std::vector<RunCost>* costs) {
  std::vector<std::string> kinds;
  for (const FinishedRun& guide : finished) kinds.push_back(RoughKindOf(guide.run.config));
  std::set<std::string> sweeps;
  for (size_t i = 0; i < runs.size(); ++i) {
    if ((*costs)[i].wall_s >= 0) continue;
    const std::string kind = RoughKindOf(runs[i].config);
    Samples samples;
    for (size_t f = 0; f < finished.size(); ++f) {
      const double seconds = kinds[f] == kind ? RoughSeconds(runs[i].config, finished[f]) : -1;
      if (seconds < 0) continue;
      samples.wall_s.push_back(seconds);
      samples.peak_rss_mib.push_back(finished[f].view.peak_rss_mib);
      samples.disk_bytes.push_back(static_cast<double>(finished[f].view.disk_bytes));
      sweeps.insert(finished[f].sweep);
    }
    if (samples.wall_s.empty()) continue;
    (*costs)[i] = samples.Cost();
    (*costs)[i].disk_bytes += CheckpointBytes(runs[i].config);
    (*costs)[i].rough = true;
  }
  return {sweeps.begin(), sweeps.end()};
}

}  // namespace suite
