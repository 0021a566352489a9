// What users name on a command line, as paths of stores.
//
//   FindStores({"results/quickstart", "one.h5"});      // the .h5 files in and under the folder, and the file
#pragma once

#include <string>
#include <vector>

namespace suite {

// Paths count from the user's folder (base/files.h). Files as they are given; for a folder all .h5 files in and under
// it, sorted. Throws InputError for a folder without.
std::vector<std::string> FindStores(const std::vector<std::string>& given);

}  // namespace suite
