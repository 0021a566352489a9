// Who works on a run: a file with host, process and a heartbeat, so that two launchers on one sweep share the runs
// between them and do none twice, also across machines with a common file system.
//
//   std::string holder;
//   auto lease = RunLease::Take("results/quickstart/runs/3f0c5a/lease", {}, &holder);
//   if (!lease) return Busy(holder);                       // "host node7, process 4711"
//   while (...) { if (lease->lost()) Stop(); Step(); }     // the lease is given back when the object dies
//
// A lease is stale, and taken over, when its process is gone (same machine: at once, also after a restart of the
// machine) or when its heartbeat is older than `stale_after_s` (another machine). A process that was stopped for so
// long finds its lease `lost`. Clocks of machines must agree to well within `stale_after_s`.
//
// Changes to the file are made under a short flock on FILE.guard, which Linux also keeps over NFS. The heartbeat is
// overwritten in place, so a full disk cannot stop it. The store's own lock (one writer each) stays as the
// second line of defence. No LibTorch and no HDF5 here: a status display reads leases too.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace suite {

struct LeaseOptions {
  double heartbeat_s = 15;
  double stale_after_s = 300;
};

struct LeaseHolder {
  std::string host;
  std::string machine;  // boot id and process namespace: where `pid` means something
  int64_t pid = 0;
  int64_t pid_started = 0;  // in clock ticks since boot: tells a process from a later one with its number
  int64_t taken_unix_s = 0;
  int64_t heartbeat_unix_s = 0;
};

enum class LeaseState { kFree, kLive, kStale };

struct LeaseView {
  LeaseState state = LeaseState::kFree;
  LeaseHolder holder;  // unless free
};

// Looks without touching. A file that is half written counts as free. Throws InputError when it cannot be read.
LeaseView LookAtLease(const std::string& path, const LeaseOptions& options = {});

// "host node7, process 4711, heartbeat 12 s ago"
std::string DescribeHolder(const LeaseHolder& holder);

class RunLease {
 public:
  // Nothing when a live process has it; `*holder` then says which. Throws InputError when the file cannot be written.
  static std::unique_ptr<RunLease> Take(const std::string& path, const LeaseOptions& options, std::string* holder);
  ~RunLease();
  RunLease(const RunLease&) = delete;
  RunLease& operator=(const RunLease&) = delete;

  // Somebody took it over: this process must not write any more.
  bool lost() const { return lost_; }
  // Whose stale lease this one replaced; empty when the run was free.
  const std::string& replaced() const { return replaced_; }

 private:
  RunLease(std::string path, const LeaseOptions& options, LeaseHolder self, std::string replaced);
  void Beat();
  void KeepBeating();

  std::string path_;
  LeaseOptions options_;
  LeaseHolder self_;
  std::string replaced_;
  std::atomic<bool> lost_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace suite
