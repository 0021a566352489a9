// Which GPUs each of the jobs side by side has: no GPU is in two hands.
//
//   GpuShares shares(VisibleGpus(getenv("CUDA_VISIBLE_DEVICES"), CountGpus()));      // {"0", "1", "2", "3"}
//   if (auto own = shares.Take(2)) CUDA_VISIBLE_DEVICES = own->at(0) + "," + own->at(1);
//   ...
//   shares.GiveBack(*own);
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace suite {

// The names of this process' `count` GPUs, as its children must be told them: the first ones of CUDA_VISIBLE_DEVICES
// (null: not set), else "0", "1", ...
std::vector<std::string> VisibleGpus(const char* cuda_visible_devices, int count);

class GpuShares {
 public:
  explicit GpuShares(std::vector<std::string> names);

  // `count` neighbours where there are such, else the first free ones; nothing while there are too few.
  std::optional<std::vector<std::string>> Take(int count);
  void GiveBack(const std::vector<std::string>& names);

  int size() const { return static_cast<int>(names_.size()); }

 private:
  std::vector<std::string> names_;
  std::vector<bool> taken_;
};

}  // namespace suite
