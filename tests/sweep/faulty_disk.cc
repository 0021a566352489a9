// A disk that fails on command, for LD_PRELOAD: writes below $FAULTY_DISK_FOLDER fail while the file
// $FAULTY_DISK_SWITCH says so. "full": nothing can be written (ENOSPC). "read_only": nothing can be written, made,
// renamed or opened for writing (EROFS). Anything else, or no file: all is well. What fails is a disk, not a
// permission, so it also holds for root.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// The error that writing gives now; 0: none.
int Fault() {
  const char* path = std::getenv("FAULTY_DISK_SWITCH");
  if (!path) return 0;
  static const auto real_open = Next<int(const char*, int, ...)>("open");
  const int fd = real_open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char word[16] = {};
  const ssize_t length = read(fd, word, sizeof(word) - 1);
  close(fd);
  if (length <= 0) return 0;
  if (std::strncmp(word, "full", 4) == 0) return ENOSPC;
  return std::strncmp(word, "read_only", 9) == 0 ? EROFS : 0;
}

bool IsBelow(const char* path) {
  const char* folder = std::getenv("FAULTY_DISK_FOLDER");
  return folder && path && std::strncmp(path, folder, std::strlen(folder)) == 0;
}

bool IsBelow(int fd) {
  char link[64], path[4096];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof(path) - 1);
  if (length <= 0) return false;
  path[length] = '\0';
  return IsBelow(path);
}

// Sets errno and returns true when a write must fail.
bool FailsToWrite(int fd) {
  const int before = errno;
  const int fault = Fault();
  if (fault && IsBelow(fd)) {
    errno = fault;
    return true;
  }
  errno = before;
  return false;
}

bool FailsToChange(const char* path) {
  const int before = errno;
  if (IsBelow(path) && Fault() == EROFS) {
    errno = EROFS;
    return true;
  }
  errno = before;
  return false;
}

bool OpensToWrite(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0; }

mode_t ModeOf(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t count) {
  static const auto real = Next<ssize_t(int, const void*, size_t)>("write");
  return FailsToWrite(fd) ? -1 : real(fd, bytes, count);
}

ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto real = Next<ssize_t(int, const iovec*, int)>("writev");
  return FailsToWrite(fd) ? -1 : real(fd, parts, count);
}

ssize_t pwrite(int fd, const void* bytes, size_t count, off_t offset) {
  static const auto real = Next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return FailsToWrite(fd) ? -1 : real(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void* bytes, size_t count, off64_t offset) {
  static const auto real = Next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return FailsToWrite(fd) ? -1 : real(fd, bytes, count, offset);
}

int open(const char* path, int flags, ...) {
  static const auto real = Next<int(const char*, int, ...)>("open");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return OpensToWrite(flags) && FailsToChange(path) ? -1 : real(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  static const auto real = Next<int(const char*, int, ...)>("open64");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return OpensToWrite(flags) && FailsToChange(path) ? -1 : real(path, flags, mode);
}

int rename(const char* from, const char* to) {
  static const auto real = Next<int(const char*, const char*)>("rename");
  return FailsToChange(to) ? -1 : real(from, to);
}

int mkdir(const char* path, mode_t mode) {
  static const auto real = Next<int(const char*, mode_t)>("mkdir");
  return FailsToChange(path) ? -1 : real(path, mode);
}

int unlink(const char* path) {
  static const auto real = Next<int(const char*)>("unlink");
  return FailsToChange(path) ? -1 : real(path);
}

}  // extern "C"
