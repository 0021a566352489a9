#include "harness/checkpoint.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "models/safetensors.h"

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
  if (state.weights_flat.numel() != size) {
    throw InputError(checkpoint.path, "holds " + std::to_string(state.weights_flat.numel()) + " weights",
                     std::to_string(size));
  }
  return state;
}

}  // namespace

CheckpointFolder::CheckpointFolder(std::string folder, int64_t keep) : folder_(std::move(folder)), keep_(keep) {}

void CheckpointFolder::Save(const TrainState& state) {
  std::error_code failure;
  fs::create_directories(folder_, failure);
  if (failure) throw InputError(folder_, "cannot be made: " + failure.message());
  const std::string unnamed = folder_ + "/unnamed.safetensors";
  WriteSafetensors(unnamed, {{"weights", state.weights_flat},
                             {"first_moment", state.optimizer.first_moment.front()},
                             {"second_moment", state.optimizer.second_moment.front()},
                             {"optimizer_step", at::tensor(state.optimizer.step)}});
  char step[32];
  std::snprintf(step, sizeof(step), "step-%08lld-", static_cast<long long>(state.step));
  const std::string path = folder_ + "/" + step + Sha256HexOfFile(unnamed).substr(0, kHashDigits) + ".safetensors";
  fs::rename(unnamed, path, failure);
  if (failure) throw InputError(path, "cannot be written: " + failure.message());
  const auto all = List(folder_);
  for (size_t i = static_cast<size_t>(keep_); i < all.size(); ++i) fs::remove(all[i].path, failure);
}

std::optional<TrainState> CheckpointFolder::LoadNewest(int64_t size) const {
  for (const FoundCheckpoint& checkpoint : List(folder_)) {
    try {
      return Read(checkpoint, size);
    } catch (const InputError& error) {
      std::cerr << "checkpoint passed over: " << error.what() << std::endl;
    }
  }
  return std::nullopt;
}

void CheckpointFolder::Clear() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

}  // namespace suite
