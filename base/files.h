// Whole files, read and written so that a kill at any moment leaves either the old file or the new one.
//
//   WriteFileAtomically("results/run/DONE", "ok\n");      // x.tmp, fsync, rename, fsync of the folder
//   std::string text = ReadFile("quickstart.toml");       // InputError when it cannot be read
//   ReadFile(FromUsersFolder(flag));                      // a path from the command line
#pragma once

#include <string>
#include <string_view>

namespace suite {

// The bytes of `path`. Throws InputError naming the path and the system's reason.
std::string ReadFile(const std::string& path);

// Writes `bytes` to `path` by way of a temporary file beside it. Throws InputError; `path` is then untouched.
void WriteFileAtomically(const std::string& path, std::string_view bytes);

// A path that a user wrote, who may stand elsewhere than the program: `bazel run` starts it in its runfiles and puts
// the user's folder into BUILD_WORKING_DIRECTORY. Relative paths are joined to that and made normal ("a/../b" is "b");
// without that variable, and for an absolute path or none (""), it is `path` as it stands.
std::string FromUsersFolder(const std::string& path);

// Moves the finished file `from` (fsynced here) over `to`, in the same folder. Throws InputError.
void PublishFile(const std::string& from, const std::string& to);

}  // namespace suite
