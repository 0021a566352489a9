#include "harness/sweep/recorded_runs.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/hash.h"
#include "base/paths.h"
#include "harness/config/run_config.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

struct PinnedPath {
  const std::string* path;
  std::string* pin;
};

std::vector<PinnedPath> PinnedPaths(RunConfig* config) {
  return {{&config->policy.path, &config->policy.lock},
          {&config->data.path, &config->data.lock},
          {&config->embedder.path, &config->embedder.lock},
          {&config->teacher.path, &config->teacher.lock}};
}

// What names a run but for its pins.
std::string SettingsOf(const RunConfig& config) {
  RunConfig unpinned = config;
  for (const PinnedPath& one : PinnedPaths(&unpinned)) one.pin->clear();
  return ConfigHash(unpinned);
}

std::string Absolute(const std::string& folder, const std::string& path) {
  return (fs::path(folder) / path).lexically_normal().string();
}

// Equal paths come first, then paths that end alike: results may have been moved to another machine.
bool Fits(const PinnedPath& wanted, const PinnedPath& recorded, const std::string& folder, bool anywhere) {
  if (wanted.path->empty() != recorded.path->empty()) return false;
  if (recorded.pin->rfind(*wanted.pin, 0) != 0) return false;
  if (anywhere) return LastPart(*wanted.path) == LastPart(*recorded.path);
  return wanted.path->empty() || Absolute(folder, *wanted.path) == *recorded.path;
}

bool TakePins(SweepRun* recorded, const std::string& folder, bool anywhere, RunConfig* config) {
  const std::vector<PinnedPath> from = PinnedPaths(&recorded->config), to = PinnedPaths(config);
  for (size_t i = 0; i < to.size(); ++i) {
    if (!Fits(to[i], from[i], folder, anywhere)) return false;
  }
  for (size_t i = 0; i < to.size(); ++i) *to[i].pin = *from[i].pin;
  return true;
}

// As a plan does for what is not there, so that both name the run alike.
void TakeProvisionalPins(const std::string& folder, RunConfig* config) {
  for (const PinnedPath& one : PinnedPaths(config)) {
    if (!one.path->empty() && one.pin->empty()) *one.pin = Sha256Hex(Absolute(folder, *one.path));
  }
}

}  // namespace

std::vector<SweepRun> RecordedRuns(const std::string& sweep_folder) {
  std::vector<std::string> folders;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(sweep_folder + "/runs", absent)) {
    if (fs::exists(entry.path() / "config.toml", absent)) folders.push_back(entry.path().string());
  }
  std::sort(folders.begin(), folders.end());
  std::vector<SweepRun> runs;
  for (const std::string& folder : folders) {
    ExperimentRequest request;
    request.path = folder + "/config.toml";
    request.needs_policy = false;
    try {
      runs.push_back({"", folder, LoadRunConfig(request)});
    } catch (const InputError&) {
      // Of another version of the suite.
    }
  }
  return runs;
}

void TakeRecordedPins(const std::string& sweep_folder, const std::string& folder, Experiment* experiment) {
  const bool has_paths = std::any_of(experiment->runs.begin(), experiment->runs.end(), [](ExperimentRun& run) {
    const std::vector<PinnedPath> all = PinnedPaths(&run.config);
    return std::any_of(all.begin(), all.end(), [](const PinnedPath& one) { return !one.path->empty(); });
  });
  if (!has_paths) return;
  std::vector<SweepRun> recorded = RecordedRuns(sweep_folder);
  const auto started = [](const SweepRun& run) {
    std::error_code gone;
    return fs::last_write_time(run.folder + "/config.toml", gone);
  };
  std::stable_sort(recorded.begin(), recorded.end(),
                   [&](const SweepRun& a, const SweepRun& b) { return started(a) > started(b); });
  std::map<std::string, std::vector<SweepRun*>> by_settings;
  for (SweepRun& run : recorded) by_settings[SettingsOf(run.config)].push_back(&run);
  for (ExperimentRun& run : experiment->runs) {
    std::vector<SweepRun*>& alike = by_settings[SettingsOf(run.config)];
    const auto take = [&](bool anywhere) {
      return std::any_of(alike.begin(), alike.end(),
                         [&](SweepRun* one) { return TakePins(one, folder, anywhere, &run.config); });
    };
    if (!take(false) && !take(true)) TakeProvisionalPins(folder, &run.config);
    run.hash = ConfigHash(run.config);
  }
}

}  // namespace suite
