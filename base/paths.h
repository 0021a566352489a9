// What stands at a path, said before anything waits for it or fails half-way.
//
//   CheckFile(flag, /*most_bytes=*/1 << 24);   // a file: no folder, no pipe or device that never ends, not too large
//   CheckFolderPath("results/a");              // nothing but folders stands at it or above it; it need not be there
//   MakeFolder("results/a");                   // it is there now, and can be written to
//   LastPart("data/beauty/") == "beauty"
//
// The first three throw InputError that names the path, what is there, and for folders the part of the path that is in
// the way.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace suite {

void CheckFile(const std::string& path, int64_t most_bytes = std::numeric_limits<int64_t>::max());

void CheckFolderPath(const std::string& path);

// With the folders above it.
void MakeFolder(const std::string& path);

// The name of what a path leads to, also where it ends in a slash.
std::string LastPart(const std::string& path);

}  // namespace suite
