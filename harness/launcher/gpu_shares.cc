#include "harness/launcher/gpu_shares.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/check.h"

namespace suite {

std::vector<std::string> VisibleGpus(const char* cuda_visible_devices, int count) {
  std::vector<std::string> names;
  if (cuda_visible_devices) {
    std::istringstream list(cuda_visible_devices);
    for (std::string name; std::getline(list, name, ',');) names.push_back(name);
  }
  names.resize(std::min(names.size(), static_cast<size_t>(count)));
  // More GPUs than names: the list was not one that CUDA obeys, so the numbers are its own.
  if (names.size() < static_cast<size_t>(count)) names.clear();
  for (int i = static_cast<int>(names.size()); i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

GpuShares::GpuShares(std::vector<std::string> names) : names_(std::move(names)), taken_(names_.size(), false) {}

std::optional<std::vector<std::string>> GpuShares::Take(int count) {
  SUITE_CHECK_GE(count, 1);
  std::vector<size_t> free;
  for (size_t i = 0; i < names_.size(); ++i) {
    if (!taken_[i]) free.push_back(i);
  }
  const auto needed = static_cast<size_t>(count);
  if (free.size() < needed) return std::nullopt;
  size_t first = 0;
  for (size_t at = 0; at + needed <= free.size(); ++at) {
    if (free[at + needed - 1] - free[at] == needed - 1) {
      first = at;
      break;
    }
  }
  std::vector<std::string> share;
  for (size_t i = first; i < first + needed; ++i) {
    taken_[free[i]] = true;
    share.push_back(names_[free[i]]);
  }
  return share;
}

void GpuShares::GiveBack(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    SUITE_CHECK(found != names_.end());
    taken_[static_cast<size_t>(found - names_.begin())] = false;
  }
}

}  // namespace suite
