#include "harness/config/content_pin.h"

#include "base/error.h"

namespace suite {

void CheckContentPin(const std::string& key, const std::string& pin, const std::string& hash, const std::string& path) {
  if (hash.compare(0, pin.size(), pin) == 0) return;
  throw InputError(key, path + " has the hash " + hash.substr(0, 16) + "..., not " + pin.substr(0, 16),
                   "the files that the run was planned with, or another (or an empty) " + key);
}

}  // namespace suite
