#include "base/paths.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/error.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

std::string KindOf(fs::file_type type) {
  switch (type) {
    case fs::file_type::regular:
      return "a file";
    case fs::file_type::directory:
      return "a folder";
    case fs::file_type::fifo:
      return "a pipe";
    case fs::file_type::socket:
      return "a socket";
    case fs::file_type::block:
    case fs::file_type::character:
      return "a device";
    default:
      return "something else";
  }
}

// What is in the way of a folder; empty when nothing is.
std::string Obstacle(const std::string& path) {
  fs::path part;
  for (const fs::path& name : fs::path(path)) {
    part /= name;
    std::error_code unseen;
    const fs::file_status status = fs::status(part, unseen);
    if (status.type() == fs::file_type::directory) continue;
    const std::string shown = "'" + part.string() + "' is ";
    if (fs::is_symlink(fs::symlink_status(part, unseen))) {
      if (!fs::exists(status)) return shown + "a link that leads nowhere";
      return shown + "a link to " + KindOf(status.type());
    }
    if (status.type() == fs::file_type::none) return "'" + part.string() + "' cannot be looked at: " + unseen.message();
    return fs::exists(status) ? shown + KindOf(status.type()) : "";
  }
  return "";
}

// What a clone without Git LFS has in the place of large files: a few lines of text.
bool IsLfsPointer(const std::string& path, uintmax_t bytes) {
  constexpr std::string_view kBegins = "version https://git-lfs";
  constexpr uintmax_t kLongest = 1024;
  if (bytes < kBegins.size() || bytes > kLongest) return false;
  std::string begins(kBegins.size(), '\0');
  std::ifstream(path, std::ios::binary).read(begins.data(), static_cast<std::streamsize>(begins.size()));
  return begins == kBegins;
}

}  // namespace

void CheckFile(const std::string& path, int64_t most_bytes) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (!fs::exists(status)) {
    throw InputError(path, "cannot be read: " + (failure ? failure.message() : std::strerror(ENOENT)));
  }
  if (fs::is_directory(status)) throw InputError(path, "cannot be read: it is a folder", "a file");
  if (!fs::is_regular_file(status)) throw InputError(path, "is " + KindOf(status.type()), "a file");
  const uintmax_t bytes = fs::file_size(path, failure);
  if (failure) throw InputError(path, "cannot be read: " + failure.message());
  if (bytes > static_cast<uintmax_t>(most_bytes)) {
    throw InputError(path, "has " + std::to_string(bytes) + " bytes", "at most " + std::to_string(most_bytes));
  }
  if (IsLfsPointer(path, bytes)) {
    throw InputError(path, "is a Git LFS pointer", "the file that it points to (git lfs pull)");
  }
}

void CheckFolderPath(const std::string& path) {
  const std::string obstacle = Obstacle(path);
  if (!obstacle.empty()) throw InputError(path, "cannot be made: " + obstacle, "a folder that can be written");
}

void MakeFolder(const std::string& path) {
  CheckFolderPath(path);
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) throw InputError(path, "cannot be made: " + failure.message(), "a folder that can be written");
  if (access(path.c_str(), W_OK | X_OK) != 0) {
    throw InputError(path, std::string("cannot be written: ") + std::strerror(errno), "a folder that can be written");
  }
}

std::string LastPart(const std::string& path) {
  const fs::path normal = fs::path(path).lexically_normal();
  return (normal.has_filename() ? normal : normal.parent_path()).filename().string();
}

}  // namespace suite
