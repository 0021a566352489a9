// Data and checkpoints are named in a config by where they lie and locked by what they hold: data.path beside
// data.lock, policy.path beside policy.lock.
//
//   CheckLock("data.lock", config.data.lock, dataset.hash, config.data.path);
#pragma once

#include <string>

namespace suite {

// Throws InputError naming `key` and `path`, unless `hash` begins with `lock`. An empty lock fits everything.
void CheckLock(const std::string& key, const std::string& lock, const std::string& hash, const std::string& path);

}  // namespace suite
