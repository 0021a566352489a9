#include "harness/content_locks.h"

#include <filesystem>
#include <map>
#include <string>

#include "harness/config/run_config.h"
#include "harness/dataset.h"
#include "harness/demonstrations/sources_of_run.h"
#include "harness/lock.h"
#include "harness/start_policy.h"

namespace suite {
namespace {

constexpr char kOrigin[] = "read from the files";

std::string Absolute(const std::string& folder, const std::string& path) {
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

// Configs with equal text load the same data.
std::string DataText(const RunConfig& config) {
  std::string text;
  for (const ConfigEntry& entry : ConfigEntries(config)) {
    if (entry.key.rfind("data.", 0) == 0) text += entry.key + " = " + entry.value + "\n";
  }
  return text;
}

}  // namespace

void FillLocks(const std::string& folder, Experiment* experiment) {
  std::map<std::string, std::string> policies, encoders, data;  // by what they are read by
  for (ExperimentRun& run : experiment->runs) {
    RunConfig& config = run.config;
    if (!config.policy.path.empty()) {
      config.policy.path = Absolute(folder, config.policy.path);
      const auto [found, is_new] = policies.try_emplace(config.policy.path);
      if (is_new) found->second = PolicyContentHash(config.policy.path);
      CheckLock("policy.lock", config.policy.lock, found->second, config.policy.path);
      config.policy.lock = found->second;
      config.origins["policy.lock"] = kOrigin;
    }
    if (!config.embedder.path.empty()) {
      config.embedder.path = Absolute(folder, config.embedder.path);
      const auto [found, is_new] = encoders.try_emplace(config.embedder.path);
      if (is_new) found->second = EmbedderContentHash(config.embedder);
      CheckLock("embedder.lock", config.embedder.lock, found->second, config.embedder.path);
      config.embedder.lock = found->second;
      config.origins["embedder.lock"] = kOrigin;
    }
    if (!config.teacher.path.empty()) {
      config.teacher.path = Absolute(folder, config.teacher.path);
      const std::string hash = TeacherContentHash(config.teacher);
      CheckLock("teacher.lock", config.teacher.lock, hash, config.teacher.path);
      config.teacher.lock = hash;
      config.origins["teacher.lock"] = kOrigin;
    }
    if (!config.teacher.record.empty()) config.teacher.record = Absolute(folder, config.teacher.record);
    if (!config.data.path.empty()) {
      config.data.path = Absolute(folder, config.data.path);
      const auto [found, is_new] = data.try_emplace(DataText(config));
      if (is_new) found->second = LoadDataset(config.data).hash;
      config.data.lock = found->second;
      config.origins["data.lock"] = kOrigin;
    }
    run.hash = ConfigHash(config);
  }
}

}  // namespace suite
