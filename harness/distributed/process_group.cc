#include "harness/distributed/process_group.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "base/check.h"
#include "base/error.h"
#include "harness/distributed/nccl_backend.h"

namespace suite {
namespace {

using std::chrono::milliseconds;

class OneProcess : public ProcessGroup {
 public:
  OneProcess() : ProcessGroup(ProcessRank()) {}
  void AllReduce(at::Tensor&, const std::string&) override {}
  void Exchange(const at::Tensor& parts, at::Tensor& received, const std::string&) override { received.copy_(parts); }
  void AllGather(const at::Tensor& part, at::Tensor& all, const std::string&) override { all.select(0, 0).copy_(part); }
  void Broadcast(at::Tensor&, int, const std::string&) override {}
  void Barrier(const std::string&) override {}
};

// The first line; c10d appends a stack trace of its own.
std::string FirstLine(const char* what) {
  const std::string text = what;
  return text.substr(0, text.find('\n'));
}

// Runs `body` and turns what it throws into the one error that says where, when, why and what next.
void OrGroupError(const ProcessRank& process, const std::string& phase, int64_t step,
                  const std::function<void()>& body) {
  const auto begin = std::chrono::steady_clock::now();
  try {
    body();
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    char text[256];
    std::snprintf(text, sizeof(text), "rank %d of %d, %s%s: failed after %.1f s (deadline %.0f s): ", process.rank,
                  process.world_size, phase.c_str(), step < 0 ? "" : (", step " + std::to_string(step)).c_str(),
                  seconds, static_cast<double>(process.deadline.count()) / 1000);
    throw GroupError(text + FirstLine(error.what()) +
                     "; another process has ended, hangs or cannot be reached: its own log says why. Start all "
                     "processes again: the run goes on from its last checkpoint. Where a step merely takes longer, "
                     "raise SUITE_GROUP_DEADLINE_S");
  }
}

// The address by which this machine reaches `host`, so that the others can reach it: that of a UDP socket which is
// connected, which sends nothing.
std::string OwnAddressTowards(const std::string& host) {
  addrinfo hints = {}, *found = nullptr;
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  if (getaddrinfo(host.c_str(), "9", &hints, &found) != 0) return "";
  std::string address;
  for (const addrinfo* at = found; at != nullptr && address.empty(); at = at->ai_next) {
    const int probe = socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_storage own = {};
    socklen_t size = sizeof(own);
    char text[NI_MAXHOST] = {};
    if (probe >= 0 && connect(probe, at->ai_addr, at->ai_addrlen) == 0 &&
        getsockname(probe, reinterpret_cast<sockaddr*>(&own), &size) == 0 &&
        getnameinfo(reinterpret_cast<sockaddr*>(&own), size, text, sizeof(text), nullptr, 0, NI_NUMERICHOST) == 0) {
      address = text;
    }
    if (probe >= 0) close(probe);
  }
  freeaddrinfo(found);
  return address;
}

// GLOO_SOCKET_IFNAME wins, as in PyTorch.
std::shared_ptr<gloo::transport::Device> MakeGlooDevice(const ProcessRank& process) {
  using Gloo = c10d::ProcessGroupGloo;
  if (const char* interface = std::getenv("GLOO_SOCKET_IFNAME")) return Gloo::createDeviceForInterface(interface);
  if (process.local_world_size == process.world_size) return Gloo::createDeviceForHostname("127.0.0.1");
  const std::string own = OwnAddressTowards(process.address);
  return own.empty() ? Gloo::createDefaultDevice() : Gloo::createDeviceForHostname(own);
}

c10::intrusive_ptr<c10d::Store> MeetAtStore(const ProcessRank& process) {
  c10d::TCPStoreOptions options;
  options.port = process.port;
  options.isServer = process.rank == 0 && !process.agent_store;
  options.numWorkers = static_cast<size_t>(process.world_size);
  options.timeout = process.deadline;
  if (process.store_fd >= 0) options.masterListenFd = process.store_fd;
  auto store = c10::make_intrusive<c10d::TCPStore>(process.address, options);
  return c10::make_intrusive<c10d::PrefixStore>("suite/" + process.generation, store);
}

// What rank 0 tells the others while they wait for it.
constexpr int64_t kAtWork = 0, kDoneWork = 1, kThrew = 2;

// One broadcast of it, which has the deadline of any collective.
int64_t HearOfRankZero(ProcessGroup& group, int64_t said, const std::string& phase) {
  at::Tensor word = at::full({1}, said, at::kLong);
  group.Broadcast(word, 0, phase);
  if (group.rank() != 0 && word.item<int64_t>() == kThrew) {
    throw GroupError("rank " + std::to_string(group.rank()) + " of " + std::to_string(group.world_size()) + ", " +
                     phase + ": rank 0 has failed; its own log says why");
  }
  return word.item<int64_t>();
}

// Rank 0's thread that says so again and again.
class LifeSigns {
 public:
  LifeSigns(ProcessGroup* group, std::string phase)
      : group_(group), phase_(std::move(phase)), thread_([this] { Say(); }) {}
  ~LifeSigns() { End(kThrew); }
  LifeSigns(const LifeSigns&) = delete;
  LifeSigns& operator=(const LifeSigns&) = delete;

  // With the last word.
  void End(int64_t word) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (last_ == kAtWork) last_ = word;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void RethrowIfLost() const {
    if (lost_) std::rethrow_exception(lost_);
  }

 private:
  void Say() {
    // Far from the deadline of those that wait.
    const milliseconds pause = std::min<milliseconds>(milliseconds(1000), group_->process().deadline / 5);
    try {
      int64_t word = kAtWork;
      while (word == kAtWork) {
        {
          std::unique_lock<std::mutex> lock(mutex_);
          wake_.wait_for(lock, pause, [this] { return last_ != kAtWork; });
          word = last_;
        }
        HearOfRankZero(*group_, word, phase_);
      }
    } catch (...) {
      lost_ = std::current_exception();
    }
  }

  ProcessGroup* group_;
  std::string phase_;
  std::mutex mutex_;
  std::condition_variable wake_;
  int64_t last_ = kAtWork;
  std::exception_ptr lost_;
  std::thread thread_;  // the last member: it uses the others
};

class C10dGroup : public ProcessGroup {
 public:
  C10dGroup(const ProcessRank& process, at::DeviceType device) : ProcessGroup(process) {
    const std::string where = "rendezvous at " + process.address + ":" + std::to_string(process.port);
    OrGroupError(process, where, -1, [&] {
      const auto store = MeetAtStore(process);
      auto options = c10d::ProcessGroupGloo::Options::create(process.deadline);
      options->devices.push_back(MakeGlooDevice(process));
      options->threads = 1;  // collectives are waited for one by one
      gloo_ = c10::make_intrusive<c10d::ProcessGroupGloo>(store, process.rank, process.world_size, options);
      if (device == at::kCUDA) nccl_ = MakeNcclBackend(store, process.rank, process.world_size, process.deadline);
    });
    Barrier("first meeting");
  }

  void AllReduce(at::Tensor& tensor, const std::string& phase) override {
    std::vector<at::Tensor> tensors = {tensor};
    Run(phase, [&] { return BackendOf(tensor).allreduce(tensors); });
  }

  void Exchange(const at::Tensor& parts, at::Tensor& received, const std::string& phase) override {
    SUITE_CHECK_EQ(parts.size(0), world_size());
    SUITE_CHECK_EQ(received.numel(), parts.numel());
    at::Tensor sent = parts;
    std::vector<int64_t> even;  // empty: equal parts
    Run(phase, [&] { return BackendOf(parts).alltoall_base(received, sent, even, even); });
  }

  void AllGather(const at::Tensor& part, at::Tensor& all, const std::string& phase) override {
    SUITE_CHECK_EQ(all.numel(), part.numel() * world_size());
    at::Tensor sent = part.view({-1});
    at::Tensor flat = all.view({-1});
    Run(phase, [&] { return BackendOf(part)._allgather_base(flat, sent); });
  }

  void Broadcast(at::Tensor& tensor, int root, const std::string& phase) override {
    std::vector<at::Tensor> tensors = {tensor};
    c10d::BroadcastOptions options;
    options.rootRank = root;
    Run(phase, [&] { return BackendOf(tensor).broadcast(tensors, options); });
  }

  void Barrier(const std::string& phase) override {
    Run(phase, [&] { return gloo_->barrier(); });
  }

 private:
  c10d::Backend& BackendOf(const at::Tensor& tensor) {
    SUITE_CHECK(tensor.is_contiguous());
    SUITE_CHECK(tensor.is_cpu() || nccl_);
    return tensor.is_cpu() ? *gloo_ : *nccl_;
  }

  // The backend's own deadline comes first, with the better words; the wait's is for what makes progress too slowly.
  void Run(const std::string& phase, const std::function<c10::intrusive_ptr<c10d::Work>()>& start) {
    OrGroupError(process_, phase, step_, [&] { start()->wait(process_.deadline + milliseconds(1000)); });
  }

  c10::intrusive_ptr<c10d::Backend> gloo_;
  c10::intrusive_ptr<c10d::Backend> nccl_;
};

}  // namespace

std::unique_ptr<ProcessGroup> JoinProcesses(const ProcessRank& process, at::DeviceType device) {
  if (process.world_size == 1) return std::make_unique<OneProcess>();
  return std::make_unique<C10dGroup>(process, device);
}

ProcessGroup& SingleProcess() {
  static OneProcess process;
  return process;
}

at::Tensor SumInPairs(at::Tensor rows) {
  const int64_t count = rows.size(0);
  for (int64_t distance = 1; distance < count; distance *= 2) {
    for (int64_t i = 0; i + distance < count; i += 2 * distance) rows.select(0, i).add_(rows.select(0, i + distance));
  }
  return rows.select(0, 0);
}

at::Tensor ReduceScatter(ProcessGroup& group, const at::Tensor& parts, const std::string& phase) {
  if (group.world_size() == 1) return parts.select(0, 0);
  at::Tensor received = at::empty_like(parts);
  group.Exchange(parts, received, phase);
  return SumInPairs(std::move(received));
}

std::vector<std::string> AllGatherBytes(ProcessGroup& group, const std::string& bytes, const std::string& phase) {
  if (group.world_size() == 1) return {bytes};
  const int64_t world = group.world_size();
  at::Tensor sizes = at::empty({world}, at::kLong);
  group.AllGather(at::full({1}, static_cast<int64_t>(bytes.size()), at::kLong), sizes, phase);
  const int64_t longest = std::max<int64_t>(1, sizes.max().item<int64_t>());
  at::Tensor part = at::zeros({longest}, at::kByte), all = at::empty({world, longest}, at::kByte);
  std::memcpy(part.mutable_data_ptr(), bytes.data(), bytes.size());
  group.AllGather(part, all, phase);
  std::vector<std::string> gathered;
  for (int64_t rank = 0; rank < world; ++rank) {
    gathered.emplace_back(static_cast<const char*>(all.const_data_ptr()) + rank * longest,
                          static_cast<size_t>(sizes[rank].item<int64_t>()));
  }
  return gathered;
}

void OnRankZero(ProcessGroup& group, const std::string& phase, const std::function<void()>& body) {
  if (group.world_size() == 1) return body();
  if (group.rank() != 0) {
    while (HearOfRankZero(group, kAtWork, phase) == kAtWork) {
    }
    return;
  }
  LifeSigns signs(&group, phase);
  try {
    body();
  } catch (...) {
    signs.End(kThrew);
    throw;
  }
  signs.End(kDoneWork);
  signs.RethrowIfLost();
}

void CheckAgreement(ProcessGroup& group, const std::string& what, const std::string& value) {
  const std::vector<std::string> values = AllGatherBytes(group, value, "agreement on " + what);
  for (size_t rank = 1; rank < values.size(); ++rank) {
    if (values[rank] == values[0]) continue;
    throw InputError(what,
                     "rank 0 has '" + values[0] + "', rank " + std::to_string(rank) + " has '" + values[rank] + "'",
                     "the same for all processes");
  }
}

}  // namespace suite
