// Content pins: a config names data and checkpoints by where they lie and pins them to what they hold, by a SHA-256.
// The keys are data.path beside data.lock, policy.path beside policy.lock, and so on.
//
//   CheckContentPin("data.lock", config.data.lock, dataset.hash, config.data.path);
#pragma once

#include <string>

namespace suite {

// Throws InputError naming `key` and `path`, unless `hash` begins with `pin`. An empty pin fits everything.
void CheckContentPin(const std::string& key, const std::string& pin, const std::string& hash, const std::string& path);

}  // namespace suite
