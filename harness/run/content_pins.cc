#include "harness/run/content_pins.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/text/utf8.h"
#include "harness/config/content_pin.h"
#include "harness/config/run_config.h"
#include "harness/data/dataset.h"
#include "harness/demonstrations/sources_of_run.h"
#include "harness/policy/start_policy.h"

namespace suite {
namespace {

constexpr char kOrigin[] = "read from the files";

std::string Absolute(const std::string& folder, const std::string& path) {
  const std::string absolute = (std::filesystem::path(folder) / path).lexically_normal().string();
  if (IsUtf8(absolute)) return absolute;
  throw InputError(ReplaceBrokenUtf8(absolute), "this path is not UTF-8, and a run's config.toml cannot name it",
                   "a path in UTF-8: rename its folders, or link to it");
}

// Configs with equal text load the same data. Codes from k-means depend on the vectors too.
std::string DataText(const RunConfig& config) {
  std::string text;
  for (const ConfigEntry& entry : ConfigEntries(config)) {
    const bool counts =
        entry.key.rfind("data.", 0) == 0 || (config.data.codes == "kmeans" && entry.key.rfind("embedder.", 0) == 0);
    if (counts) text += entry.key + " = " + entry.value + "\n";
  }
  return text;
}

// Fills the content pins of one run after another; remembers what it has read.
class PinFiller {
 public:
  PinFiller(std::string folder, bool at_hand) : folder_(std::move(folder)), at_hand_(at_hand) {}

  void Fill(RunConfig& config) {
    Fill(config, "policy", config.policy.path, config.policy.lock,
         [&] { return PolicyContentHash(config.policy.path); });
    Fill(config, "embedder", config.embedder.path, config.embedder.lock,
         [&] { return EmbedderContentHash(config.embedder); });
    Fill(config, "teacher", config.teacher.path, config.teacher.lock,
         [&] { return TeacherContentHash(config.teacher); });
    if (!config.teacher.record.empty()) config.teacher.record = Absolute(folder_, config.teacher.record);
    if (!config.data.item_texts.empty()) config.data.item_texts = Absolute(folder_, config.data.item_texts);
    if (IsMissing("data", config.data.path, config.data.lock)) return;
    if (config.data.path.empty()) return;
    const auto [found, is_new] = data_.try_emplace(DataText(config));
    if (is_new) found->second = LoadDataset(config).hash;  // which checks its pin itself
    config.data.lock = found->second;
    config.origins["data.lock"] = kOrigin;
  }

  std::vector<std::string> not_there() const { return {not_there_.begin(), not_there_.end()}; }

 private:
  // Makes `path` absolute. What is not there gets the hash of its path for a pin, so that runs have names of their
  // own.
  bool IsMissing(const std::string& section, std::string& path, std::string& pin) {
    if (path.empty()) return false;
    path = Absolute(folder_, path);
    if (!at_hand_ || std::filesystem::exists(path)) return false;
    not_there_.insert(section + ".path " + path);
    if (pin.empty()) pin = Sha256Hex(path);
    return true;
  }

  template <typename HashOf>
  void Fill(RunConfig& config, const std::string& section, std::string& path, std::string& pin, HashOf hash_of) {
    if (path.empty() || IsMissing(section, path, pin)) return;
    // A teacher's hash depends on more than its path.
    const auto [found, is_new] = hashes_.try_emplace(section + " " + path);
    if (is_new || section == "teacher") found->second = hash_of();
    CheckContentPin(section + ".lock", pin, found->second, path);
    pin = found->second;
    config.origins[section + ".lock"] = kOrigin;
  }

  std::string folder_;
  bool at_hand_;
  std::map<std::string, std::string> hashes_, data_;  // by what they are read by
  std::set<std::string> not_there_;
};

// A launcher reads whole data sets for their hashes, and then only waits for its runs, for days where they are large:
// base/allocator.h would have it keep that memory.
void GiveBackFreedMemory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

std::vector<std::string> FillAll(const std::string& folder, bool at_hand, Experiment* experiment) {
  PinFiller filler(folder, at_hand);
  for (ExperimentRun& run : experiment->runs) {
    filler.Fill(run.config);
    run.hash = ConfigHash(run.config);
  }
  GiveBackFreedMemory();
  return filler.not_there();
}

}  // namespace

void FillContentPins(const std::string& folder, Experiment* experiment) { FillAll(folder, false, experiment); }

std::vector<std::string> FillContentPinsAtHand(const std::string& folder, Experiment* experiment) {
  return FillAll(folder, true, experiment);
}

}  // namespace suite
