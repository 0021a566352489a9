#include "harness/config/lock.h"

#include "base/error.h"

namespace suite {

void CheckLock(const std::string& key, const std::string& lock, const std::string& hash, const std::string& path) {
  if (hash.compare(0, lock.size(), lock) == 0) return;
  throw InputError(key, path + " has the hash " + hash.substr(0, 16) + "..., not " + lock.substr(0, 16),
                   "the files that the run was planned with, or another (or an empty) " + key);
}

}  // namespace suite
