// One writer for each run: an exclusive flock on FILE.lock, held as long as the object lives.
//
//   RunLock lock("results/store/3f2a91c0.h5");       // InputError when another process writes this run
//
// The kernel drops the lock when the process ends, however it ends. The lock file stays behind: removing it would let
// two writers lock two different files of the same name.
#pragma once

#include <string>

namespace suite {

class RunLock {
 public:
  explicit RunLock(const std::string& path);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace suite
