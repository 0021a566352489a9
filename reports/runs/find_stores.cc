#include "reports/runs/find_stores.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"

namespace suite {

std::vector<std::string> FindStores(const std::vector<std::string>& given) {
  std::vector<std::string> stores;
  for (const std::string& argument : given) {
    const std::string path = FromUsersFolder(argument);
    if (!std::filesystem::is_directory(path)) {
      stores.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file() && entry.path().extension() == ".h5") found.push_back(entry.path().string());
    }
    if (found.empty()) throw InputError(path, "no .h5 files in or under it", "the folder of an experiment");
    std::sort(found.begin(), found.end());
    stores.insert(stores.end(), found.begin(), found.end());
  }
  return stores;
}

}  // namespace suite
