#include "tests/fuzz/hostile_input.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"

namespace suite::fuzz {

MemoryFile::MemoryFile(const uint8_t* data, size_t size) : fd_(memfd_create("hostile_input", MFD_CLOEXEC)) {
  SUITE_CHECK_GE(fd_, 0);
  for (size_t written = 0; written < size;) {
    const ssize_t count = write(fd_, data + written, size - written);
    SUITE_CHECK_GT(count, 0);
    written += static_cast<size_t>(count);
  }
  path_ = "/proc/self/fd/" + std::to_string(fd_);
}

MemoryFile::~MemoryFile() { close(fd_); }

}  // namespace suite::fuzz
