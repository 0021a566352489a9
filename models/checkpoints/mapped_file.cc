#include "models/checkpoints/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace suite {

MappedFile::MappedFile(const std::string& path, const std::string& allowed) : data_(MAP_FAILED) {
  const int fd = open(path.c_str(), O_RDONLY | O_NONBLOCK);  // a pipe must not make us wait
  if (fd < 0) throw InputError(path, std::string("cannot be read: ") + std::strerror(errno));
  struct stat status = {};
  const bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  size_ = regular ? static_cast<size_t>(status.st_size) : 0;
  // Private and writable: at::from_blob wants a mutable pointer.
  if (size_ > 0) data_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, 0);
  const std::string reason = std::strerror(errno);
  close(fd);
  if (!regular) throw InputError(path, "is not a regular file", allowed);
  if (size_ == 0) throw InputError(path, "is empty", allowed);
  if (data_ == MAP_FAILED) throw InputError(path, "cannot be mapped: " + reason);
}

MappedFile::~MappedFile() { munmap(data_, size_); }

}  // namespace suite
