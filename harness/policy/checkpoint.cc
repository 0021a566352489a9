#include "harness/policy/checkpoint.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/paths.h"
#include "base/text/format.h"
#include "models/checkpoints/safetensors.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

constexpr size_t kHashDigits = 16;

// "step-00000120-0123456789abcdef.safetensors"
struct CheckpointName {
  int64_t step = -1;
  std::string hash;
};

std::optional<CheckpointName> ParseName(const std::string& file_name) {
  long long step = 0;
  char hash[kHashDigits + 1] = {};
  int used = 0;
  if (std::sscanf(file_name.c_str(), "step-%lld-%16[0-9a-f].safetensors%n", &step, hash, &used) != 2 ||
      used != static_cast<int>(file_name.size())) {
    return std::nullopt;
  }
  return CheckpointName{step, hash};
}

struct FoundCheckpoint {
  CheckpointName name;
  std::string path;
};

// Newest first.
std::vector<FoundCheckpoint> List(const std::string& folder) {
  std::vector<FoundCheckpoint> found;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder, absent)) {
    if (const auto name = ParseName(entry.path().filename().string())) found.push_back({*name, entry.path().string()});
  }
  std::sort(found.begin(), found.end(),
            [](const FoundCheckpoint& a, const FoundCheckpoint& b) { return a.name.step > b.name.step; });
  return found;
}

using NamedValues = std::vector<std::pair<std::string, std::string>>;

// "config 3f0c5a\ndata ...\n" as bytes.
at::Tensor TextTensor(const NamedValues& values) {
  std::string text;
  for (const auto& [name, value] : values) text += name + " " + value + "\n";
  at::Tensor bytes = at::empty({static_cast<int64_t>(text.size())}, at::kByte);
  std::memcpy(bytes.mutable_data_ptr(), text.data(), text.size());
  return bytes;
}

NamedValues NamedValuesOf(const at::Tensor& bytes) {
  std::istringstream lines(std::string(static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()));
  NamedValues values;
  for (std::string line; std::getline(lines, line);) {
    const size_t space = line.find(' ');
    if (space != std::string::npos) values.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  return values;
}

// "data: saved with abc, now def" for each name that both know and that differs.
std::vector<std::string> Differences(const NamedValues& saved, const NamedValues& now) {
  std::vector<std::string> differences;
  for (const auto& [name, value] : now) {
    for (const auto& [saved_name, saved_value] : saved) {
      if (saved_name != name || saved_value == value) continue;
      differences.push_back(name + ": saved with " + saved_value + ", now " + value);
    }
  }
  return differences;
}

// Temporary files of processes that were killed while they wrote.
void RemoveLeftovers(const std::string& folder) {
  std::error_code ignored;
  std::vector<fs::path> leftovers;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().filename().string().rfind("unnamed.safetensors", 0) == 0) leftovers.push_back(entry.path());
  }
  for (const fs::path& path : leftovers) fs::remove(path, ignored);
}

TrainState Read(const FoundCheckpoint& checkpoint, int64_t size) {
  if (Sha256HexOfFile(checkpoint.path).substr(0, kHashDigits) != checkpoint.name.hash) {
    throw InputError(checkpoint.path, "its bytes do not have the SHA-256 that its name says: it was damaged");
  }
  const SafetensorsFile file(checkpoint.path);
  TrainState state;
  state.step = checkpoint.name.step;
  state.weights_flat = file.Load("weights").clone();
  state.optimizer.first_moment = {file.Load("first_moment").clone()};
  state.optimizer.second_moment = {file.Load("second_moment").clone()};
  state.optimizer.step = file.Load("optimizer_step").item<int64_t>();
  if (file.Has("belongs_to")) state.belongs_to = NamedValuesOf(file.Load("belongs_to"));
  if (state.weights_flat.numel() != size) {
    throw InputError(checkpoint.path, "holds " + std::to_string(state.weights_flat.numel()) + " weights",
                     std::to_string(size));
  }
  return state;
}

}  // namespace

CheckpointFolder::CheckpointFolder(std::string folder, int64_t keep) : folder_(std::move(folder)), keep_(keep) {}

void CheckpointFolder::Save(const TrainState& state) {
  MakeFolder(folder_);
  RemoveLeftovers(folder_);
  const std::string unnamed = folder_ + "/unnamed.safetensors";
  WriteSafetensors(unnamed, {{"weights", state.weights_flat},
                             {"first_moment", state.optimizer.first_moment.front()},
                             {"second_moment", state.optimizer.second_moment.front()},
                             {"optimizer_step", at::tensor(state.optimizer.step)},
                             {"belongs_to", TextTensor(state.belongs_to)}});
  char step[32];
  std::snprintf(step, sizeof(step), "step-%08lld-", static_cast<long long>(state.step));
  const std::string path = folder_ + "/" + step + Sha256HexOfFile(unnamed).substr(0, kHashDigits) + ".safetensors";
  PublishFile(unnamed, path);
  const auto all = List(folder_);
  std::error_code failure;
  for (size_t i = static_cast<size_t>(keep_); i < all.size(); ++i) fs::remove(all[i].path, failure);
}

std::optional<TrainState> CheckpointFolder::LoadNewest(int64_t size) const {
  CheckpointDemands demands;
  demands.weights = size;
  auto loaded = LoadNewest(demands);
  if (!loaded) return std::nullopt;
  return std::move(loaded->state);
}

std::optional<LoadedCheckpoint> CheckpointFolder::LoadNewest(const CheckpointDemands& demands) const {
  for (const FoundCheckpoint& checkpoint : List(folder_)) {
    if (checkpoint.name.step > demands.newest_step) {
      std::cerr << "checkpoint passed over: " << checkpoint.path << " is newer than what was recorded" << std::endl;
      continue;
    }
    LoadedCheckpoint loaded;
    try {
      loaded.state = Read(checkpoint, demands.weights);
    } catch (const InputError& error) {
      std::cerr << "checkpoint passed over: " << error.what() << std::endl;
      continue;
    }
    loaded.forced = Differences(loaded.state.belongs_to, demands.belongs_to);
    if (loaded.forced.empty()) return loaded;
    if (!demands.force) {
      throw InputError(checkpoint.path, "does not fit: " + Join(loaded.forced, "; "),
                       "what it was saved with, --force-resume (which is recorded), or another --out");
    }
    std::cerr << "resume forced: " << checkpoint.path << ": " << Join(loaded.forced, "; ") << std::endl;
    return loaded;
  }
  return std::nullopt;
}

void CheckpointFolder::Clear() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

}  // namespace suite
