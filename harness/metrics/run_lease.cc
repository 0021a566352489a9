#include "harness/metrics/run_lease.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/error.h"

namespace suite {
namespace {

// Wide enough for any time, and always of this width, so that it can be overwritten in place.
constexpr int kHeartbeatDigits = 12;

int64_t NowUnixSeconds() { return static_cast<int64_t>(std::time(nullptr)); }

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string LinkText(const std::string& path) {
  char text[256];
  const ssize_t length = readlink(path.c_str(), text, sizeof(text));
  return length > 0 ? std::string(text, static_cast<size_t>(length)) : "";
}

// When a process started, in ticks since boot; nothing for one that is gone or a zombie.
std::optional<int64_t> StartOf(int64_t pid) {
  const std::string stat = FirstLine("/proc/" + std::to_string(pid) + "/stat");
  const size_t name_end = stat.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string field;
  fields >> field;  // the state, third of all
  if (field == "Z" || field == "X") return std::nullopt;
  for (int number = 4; number <= 22; ++number) fields >> field;
  return std::strtoll(field.c_str(), nullptr, 10);
}

LeaseHolder Self() {
  LeaseHolder self;
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  self.host = host;
  self.machine = FirstLine("/proc/sys/kernel/random/boot_id") + " " + LinkText("/proc/self/ns/pid");
  self.pid = getpid();
  self.pid_started = StartOf(self.pid).value_or(0);
  self.taken_unix_s = self.heartbeat_unix_s = NowUnixSeconds();
  return self;
}

std::string HeartbeatText(int64_t seconds) {
  char digits[32];
  std::snprintf(digits, sizeof(digits), "%0*lld", kHeartbeatDigits, static_cast<long long>(seconds));
  return digits;
}

// The heartbeat comes last.
std::string TextOf(const LeaseHolder& holder) {
  return "host " + holder.host + "\nmachine " + holder.machine + "\npid " + std::to_string(holder.pid) +
         "\npid_started " + std::to_string(holder.pid_started) + "\ntaken_unix_s " +
         std::to_string(holder.taken_unix_s) + "\nheartbeat_unix_s " + HeartbeatText(holder.heartbeat_unix_s) + "\n";
}

std::optional<LeaseHolder> Parse(const std::string& text) {
  LeaseHolder holder;
  std::istringstream lines(text);
  int found = 0;
  for (std::string line; std::getline(lines, line);) {
    const size_t space = line.find(' ');
    if (space == std::string::npos) return std::nullopt;
    const std::string key = line.substr(0, space), value = line.substr(space + 1);
    const int64_t number = std::strtoll(value.c_str(), nullptr, 10);
    ++found;
    if (key == "host") holder.host = value;
    if (key == "machine") holder.machine = value;
    if (key == "pid") holder.pid = number;
    if (key == "pid_started") holder.pid_started = number;
    if (key == "taken_unix_s") holder.taken_unix_s = number;
    if (key == "heartbeat_unix_s") holder.heartbeat_unix_s = number;
  }
  if (found != 6 || holder.heartbeat_unix_s == 0) return std::nullopt;
  return holder;
}

bool IsSame(const LeaseHolder& a, const LeaseHolder& b) {
  return a.machine == b.machine && a.pid == b.pid && a.pid_started == b.pid_started && a.taken_unix_s == b.taken_unix_s;
}

bool IsStale(const LeaseHolder& holder, const LeaseOptions& options) {
  if (holder.machine == Self().machine) {
    const std::optional<int64_t> started = StartOf(holder.pid);
    if (!started || *started != holder.pid_started) return true;
  }
  return static_cast<double>(NowUnixSeconds() - holder.heartbeat_unix_s) > options.stale_after_s;
}

// A descriptor that is closed with the scope.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0644)), reason_(errno) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  int reason() const { return reason_; }

 private:
  int fd_;
  int reason_;
};

// Held while a lease is looked at and changed; short.
class Guard {
 public:
  explicit Guard(const std::string& lease_path) : file_(lease_path + ".guard", O_RDWR | O_CREAT) {
    if (!file_.ok()) {
      throw InputError(lease_path + ".guard", std::string("cannot be opened: ") + std::strerror(file_.reason()));
    }
    while (flock(file_.get(), LOCK_EX) != 0) {
      if (errno == EINTR) continue;
      throw InputError(lease_path + ".guard", std::string("cannot be locked: ") + std::strerror(errno),
                       "a file system with locks");
    }
  }

 private:
  Descriptor file_;
};

std::optional<LeaseHolder> ReadLease(const std::string& path) {
  const Descriptor file(path, O_RDONLY);
  if (!file.ok()) {
    if (file.reason() == ENOENT) return std::nullopt;
    throw InputError(path, std::string("cannot be read: ") + std::strerror(file.reason()));
  }
  char text[2048];
  const ssize_t length = pread(file.get(), text, sizeof(text), 0);
  if (length < 0) throw InputError(path, std::string("cannot be read: ") + std::strerror(errno));
  return Parse(std::string(text, static_cast<size_t>(length)));
}

void WriteLease(const std::string& path, const LeaseHolder& holder) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
  const std::string text = TextOf(holder);
  if (file.ok() && pwrite(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size())) return;
  const int reason = file.ok() ? errno : file.reason();
  throw InputError(path, std::string("cannot be written: ") + std::strerror(reason), "a run's folder with some room");
}

LeaseView ViewOf(const std::optional<LeaseHolder>& holder, const LeaseOptions& options) {
  if (!holder) return {};
  return {IsStale(*holder, options) ? LeaseState::kStale : LeaseState::kLive, *holder};
}

}  // namespace

LeaseView LookAtLease(const std::string& path, const LeaseOptions& options) { return ViewOf(ReadLease(path), options); }

std::string DescribeHolder(const LeaseHolder& holder) {
  return "host " + holder.host + ", process " + std::to_string(holder.pid) + ", heartbeat " +
         std::to_string(NowUnixSeconds() - holder.heartbeat_unix_s) + " s ago";
}

std::unique_ptr<RunLease> RunLease::Take(const std::string& path, const LeaseOptions& options, std::string* holder) {
  const Guard guard(path);
  const LeaseView view = ViewOf(ReadLease(path), options);
  if (view.state == LeaseState::kLive) {
    *holder = DescribeHolder(view.holder);
    return nullptr;
  }
  const LeaseHolder self = Self();
  WriteLease(path, self);
  return std::unique_ptr<RunLease>(
      new RunLease(path, options, self, view.state == LeaseState::kStale ? DescribeHolder(view.holder) : ""));
}

RunLease::RunLease(std::string path, const LeaseOptions& options, LeaseHolder self, std::string replaced)
    : path_(std::move(path)),
      options_(options),
      self_(std::move(self)),
      replaced_(std::move(replaced)),
      thread_([this] { KeepBeating(); }) {}

RunLease::~RunLease() {
  {
    const std::lock_guard<std::mutex> hold(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
  try {
    const Guard guard(path_);
    const auto holder = ReadLease(path_);
    if (holder && IsSame(*holder, self_)) unlink(path_.c_str());
  } catch (const InputError&) {
    // A folder that has become read-only: the lease goes stale with this process.
  }
}

void RunLease::KeepBeating() {
  // Signals are the main thread's business.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  std::unique_lock<std::mutex> hold(mutex_);
  while (!wake_.wait_for(hold, std::chrono::duration<double>(options_.heartbeat_s), [this] { return ending_; })) {
    try {
      Beat();
    } catch (const InputError&) {
      // Tried again at the next beat.
    }
  }
}

void RunLease::Beat() {
  const Guard guard(path_);
  const auto holder = ReadLease(path_);
  if (!holder || !IsSame(*holder, self_)) {
    lost_ = true;
    return;
  }
  const Descriptor file(path_, O_WRONLY);
  if (!file.ok()) return;
  const std::string digits = HeartbeatText(NowUnixSeconds());
  const auto offset = static_cast<off_t>(TextOf(self_).size() - digits.size() - 1);
  if (pwrite(file.get(), digits.data(), digits.size(), offset) < 0) return;
}

}  // namespace suite
