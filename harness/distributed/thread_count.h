// The threads of this process while the object lives.
//
//   const ThreadCount serial(1);
//
// A sum over many numbers depends on how many threads share it, so whatever all processes compute for themselves, and
// the only shard at work, is computed by one thread: a process of a larger group has fewer threads than one alone.
#pragma once

#include <ATen/Parallel.h>

#include <cstdint>

namespace suite {

class ThreadCount {
 public:
  explicit ThreadCount(int64_t threads) : before_(at::get_num_threads()) { Set(static_cast<int>(threads)); }
  ~ThreadCount() { Set(before_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  static void Set(int threads) {
    if (threads != at::get_num_threads()) at::set_num_threads(threads);
  }

  int before_;
};

}  // namespace suite
