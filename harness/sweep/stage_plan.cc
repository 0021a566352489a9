#include "harness/sweep/stage_plan.h"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/files.h"
#include "harness/sweep/run_cost.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

constexpr char kBase[] = "pretrain", kSft[] = "sft";

int64_t StepsOf(const RunConfig& config, const std::string& stage) {
  if (stage == kBase) return config.pretrain.steps;
  return config.sft.stop_at_step > 0 ? config.sft.stop_at_step : config.sft.steps;
}

bool CountsForKind(const std::string& key, const std::string& stage) {
  static const std::set<std::string> free = {"data.world_seed",  "run.threads",        "pretrain.steps", "sft.steps",
                                             "sft.stop_at_step", "sft.demonstrations", "sft.own_seed"};
  const std::string section = key.substr(0, key.find('.'));
  return (section == "data" || section == "policy" || section == "run" || section == stage) && !free.count(key);
}

std::string KindOf(const RunConfig& config, const std::string& stage) {
  std::string kind = stage + "\n";
  for (const ConfigEntry& entry : ConfigEntries(config)) {
    if (entry.in_hash && CountsForKind(entry.key, stage)) kind += entry.key + " = " + entry.value + "\n";
  }
  return kind;
}

struct Samples {
  std::vector<double> step_s, peak_rss_mib, disk_bytes;
};

// What the stage in `folder` cost (supervised_stage.h), as far as it says.
void AddStage(const std::string& folder, Samples* samples) {
  double bytes = 0;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    const auto size = entry.file_size(failure);
    if (!failure) bytes += static_cast<double>(size);
  }
  samples->disk_bytes.push_back(bytes);
  const std::string path = folder + ".training.json";
  if (!fs::exists(path)) return;
  const auto record = nlohmann::json::parse(ReadFile(path), nullptr, /*allow_exceptions=*/false);
  if (!record.is_object()) return;
  const double steps = record.value("steps", 0.0), seconds = record.value("wall_s", -1.0);
  if (steps > 0 && seconds >= 0) samples->step_s.push_back(seconds / steps);
  const double memory = record.value("peak_rss_mib", -1.0);
  if (memory >= 0) samples->peak_rss_mib.push_back(memory);
}

// By kind.
std::map<std::string, Samples> CostsInCache(const std::vector<SweepRun>& runs, const StageLookup& lookup,
                                            const std::vector<RunConfig>& known) {
  std::vector<const RunConfig*> configs;
  for (const SweepRun& run : runs) configs.push_back(&run.config);
  for (const RunConfig& config : known) configs.push_back(&config);
  std::map<std::string, Samples> samples;
  std::set<std::string> seen;
  for (const RunConfig* config : configs) {
    for (const std::string stage : {kBase, kSft}) {
      const std::string folder = lookup.folder(*config, stage);
      if (lookup.has(*config, stage) && seen.insert(folder).second) AddStage(folder, &samples[KindOf(*config, stage)]);
    }
  }
  return samples;
}

}  // namespace

std::string LastSharedStage(const RunConfig& config) {
  if (IsCounted(config)) return "";
  if (config.sft.demonstrations != "none") return kSft;
  return config.policy.path.empty() ? kBase : "";
}

std::vector<MissingStage> MissingStages(const std::vector<SweepRun>& runs, const StageLookup& lookup,
                                        const std::vector<RunConfig>& known) {
  const std::map<std::string, Samples> samples = CostsInCache(runs, lookup, known);
  std::vector<MissingStage> base, sft;
  std::set<std::string> seen;
  const auto add = [&](const RunConfig& config, const std::string& stage, std::vector<MissingStage>* stages) {
    const std::string folder = lookup.folder(config, stage);
    if (!seen.insert(folder).second) return;
    MissingStage missing = {stage, folder};
    if (const auto found = samples.find(KindOf(config, stage)); found != samples.end()) {
      const double step_s = Median(found->second.step_s);
      if (step_s >= 0) missing.wall_s = step_s * static_cast<double>(StepsOf(config, stage));
      missing.peak_rss_mib = Median(found->second.peak_rss_mib);
      missing.disk_bytes = Median(found->second.disk_bytes);
    } else if (WeightsOf(config) > 0) {
      missing.disk_bytes = 4 * WeightsOf(config);
    }
    stages->push_back(missing);
  };
  for (const SweepRun& run : runs) {
    const std::string last = LastSharedStage(run.config);
    if (last.empty() || lookup.has(run.config, last)) continue;
    if (run.config.policy.path.empty() && !lookup.has(run.config, kBase)) add(run.config, kBase, &base);
    if (last == kSft) add(run.config, kSft, &sft);
  }
  base.insert(base.end(), sft.begin(), sft.end());
  return base;
}

}  // namespace suite
