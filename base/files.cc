#include "base/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/error.h"
#include "base/paths.h"

namespace suite {
namespace {

void Sync(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY);
  if (fd < 0) throw InputError(path, std::string("cannot be opened to sync: ") + std::strerror(errno));
  const int failed = fsync(fd);
  const int reason = errno;
  close(fd);
  if (failed) throw InputError(path, std::string("cannot be synced to disk: ") + std::strerror(reason));
}

std::string FolderOf(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

}  // namespace

std::string ReadFile(const std::string& path) {
  CheckFile(path);
  std::ifstream in(path, std::ios::binary);
  if (!in) throw InputError(path, std::string("cannot be read: ") + std::strerror(errno));
  std::error_code unknown;
  const uintmax_t size = std::filesystem::file_size(path, unknown);
  // A data set's file may have half a gigabyte: it is read to where it stays. What /proc shows has no size.
  std::string bytes(unknown ? 0 : size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in.gcount()));
  bytes.append(std::istreambuf_iterator<char>(in), {});
  return bytes;
}

std::string FromUsersFolder(const std::string& path) {
  const char* stood = std::getenv("BUILD_WORKING_DIRECTORY");
  if (stood == nullptr || path.empty() || path[0] == '/') return path;
  return (std::filesystem::path(stood) / path).lexically_normal().string();
}

void PublishFile(const std::string& from, const std::string& to) {
  Sync(from);
  if (std::rename(from.c_str(), to.c_str())) {
    throw InputError(to, std::string("cannot be written: ") + std::strerror(errno));
  }
  Sync(FolderOf(to));
}

void WriteFileAtomically(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + "." + std::to_string(getpid()) + ".tmp";
  std::ofstream out(temporary, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) {
    const std::string reason = std::strerror(errno);
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw InputError(path, "cannot be written: " + reason);
  }
  PublishFile(temporary, path);
}

}  // namespace suite
