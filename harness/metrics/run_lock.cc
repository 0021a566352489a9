#include "harness/metrics/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace suite {

RunLock::RunLock(const std::string& path) {
  const std::string lock_path = path + ".lock";
  descriptor_ = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw InputError(lock_path, std::string("cannot be opened: ") + std::strerror(errno));
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int reason = errno;
  close(descriptor_);
  if (reason == EWOULDBLOCK) throw InputError(path, "another process is writing this run", "one writer for each run");
  throw InputError(lock_path, std::string("cannot be locked: ") + std::strerror(reason));
}

RunLock::~RunLock() { close(descriptor_); }

}  // namespace suite
