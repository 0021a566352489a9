#include "harness/distributed/process_rank.h"

#include <cstdlib>

#include "base/error.h"

namespace suite {
namespace {

constexpr char kLoopback[] = "127.0.0.1";

// Ports of jobs that name none: above the registered services, below the kernel's own choices.
constexpr uint32_t kFirstPort = 20000;
constexpr uint32_t kPorts = 12000;

int64_t ParseInteger(const std::string& name, const std::string& text, int64_t least, int64_t most) {
  char* end = nullptr;
  errno = 0;
  const long long value = std::strtoll(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || errno != 0 || value < least || value > most) {
    throw InputError(name, "'" + text + "'",
                     "an integer from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

// Reads integers by name; a missing one is an error that says which variable announced it.
class Reader {
 public:
  explicit Reader(const Environment& environment) : environment_(environment) {}

  bool Has(const std::string& name) const { return environment_(name).has_value(); }
  std::string Text(const std::string& name) const { return environment_(name).value_or(""); }

  int64_t Integer(const std::string& name, const std::string& because, int64_t least, int64_t most) const {
    if (!Has(name)) throw InputError(name, "not set, although " + because + " is");
    return ParseInteger(name, Text(name), least, most);
  }

  int64_t IntegerOr(const std::string& name, int64_t otherwise, int64_t least, int64_t most) const {
    return Has(name) ? ParseInteger(name, Text(name), least, most) : otherwise;
  }

 private:
  const Environment& environment_;
};

constexpr int64_t kMostProcesses = 1 << 20;
constexpr int64_t kMostDescriptors = 1 << 30;

// The names under which a launcher tells rank and size.
struct RankVariables {
  std::string launcher, rank, world_size, local_rank, local_world_size;
};

void ReadRanks(const Reader& reader, const RankVariables& names, ProcessRank* process) {
  process->launcher = names.launcher;
  process->world_size = static_cast<int>(reader.Integer(names.world_size, names.rank, 1, kMostProcesses));
  process->rank = static_cast<int>(reader.Integer(names.rank, names.world_size, 0, process->world_size - 1));
  process->local_world_size =
      static_cast<int>(reader.IntegerOr(names.local_world_size, process->world_size, 1, process->world_size));
  const int64_t local = process->local_world_size == process->world_size ? process->rank : 0;
  process->local_rank = static_cast<int>(reader.IntegerOr(names.local_rank, local, 0, process->local_world_size - 1));
}

// FNV-1a: two jobs on one machine should not meet at one port.
uint16_t PortOf(const std::string& job) {
  uint32_t hash = 2166136261u;
  for (const char c : job) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return static_cast<uint16_t>(kFirstPort + hash % kPorts);
}

// MASTER_ADDR and MASTER_PORT, else what the launcher's own variables allow. `job` is empty when they name no job.
void ReadMeetingPlace(const Reader& reader, const std::string& first_host, const std::string& job,
                      ProcessRank* process) {
  const bool one_machine = process->local_world_size == process->world_size;
  process->address = reader.Text("MASTER_ADDR");
  if (process->address.empty()) process->address = one_machine ? kLoopback : first_host;
  if (process->address.empty()) {
    throw InputError("MASTER_ADDR", "not set, and " + process->launcher + " does not say where rank 0 is",
                     "the host of rank 0, the same for all processes");
  }
  if (!reader.Has("MASTER_PORT") && !job.empty()) {
    process->port = PortOf(job);
  } else {
    process->port = static_cast<uint16_t>(reader.Integer("MASTER_PORT", process->launcher + "'s rank", 1, 65535));
  }
}

void ReadTorchrun(const Reader& reader, ProcessRank* process) {
  const std::string launcher = reader.Has("SUITE_LAUNCHER") ? reader.Text("SUITE_LAUNCHER") : "torchrun";
  ReadRanks(reader, {launcher, "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"}, process);
  if (process->world_size == 1) return;
  if (!reader.Has("MASTER_ADDR")) throw InputError("MASTER_ADDR", "not set, although RANK is");
  ReadMeetingPlace(reader, "", "", process);
  if (process->rank == 0)
    process->store_fd = static_cast<int>(reader.IntegerOr("SUITE_STORE_FD", -1, 0, kMostDescriptors));
  process->agent_store = reader.Text("TORCHELASTIC_USE_AGENT_STORE") == "True";
  process->generation = reader.Text("TORCHELASTIC_RESTART_COUNT");
}

void ReadMpirun(const Reader& reader, ProcessRank* process) {
  ReadRanks(reader,
            {"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
             "OMPI_COMM_WORLD_LOCAL_SIZE"},
            process);
  if (process->world_size > 1) ReadMeetingPlace(reader, "", reader.Text("PMIX_NAMESPACE"), process);
}

void ReadSrun(const Reader& reader, ProcessRank* process) {
  const std::string size = reader.Has("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS";
  ReadRanks(reader, {"srun", "SLURM_PROCID", size, "SLURM_LOCALID", ""}, process);
  const int64_t nodes =
      reader.IntegerOr("SLURM_STEP_NUM_NODES", reader.IntegerOr("SLURM_NNODES", 1, 1, 1 << 20), 1, kMostProcesses);
  if (nodes > 1) {
    process->local_rank = static_cast<int>(reader.IntegerOr("SLURM_LOCALID", 0, 0, process->world_size - 1));
    process->local_world_size = static_cast<int>((process->world_size + nodes - 1) / nodes);
  }
  process->generation = reader.Text("SLURM_RESTART_COUNT");
  if (process->world_size == 1) return;
  const std::string list = reader.Text(reader.Has("SLURM_STEP_NODELIST") ? "SLURM_STEP_NODELIST" : "SLURM_NODELIST");
  ReadMeetingPlace(reader, FirstHost(list), reader.Text("SLURM_JOB_ID") + "." + reader.Text("SLURM_STEP_ID"), process);
}

std::chrono::milliseconds ReadDeadline(const Reader& reader) {
  constexpr int64_t kDay = 24 * 60 * 60;
  return std::chrono::seconds(reader.IntegerOr("SUITE_GROUP_DEADLINE_S", 600, 1, kDay));
}

}  // namespace

Environment SystemEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

ProcessRank ReadProcessRank(const Environment& environment) {
  const Reader reader(environment);
  ProcessRank process;
  if (reader.Has("RANK") || reader.Has("WORLD_SIZE")) {
    ReadTorchrun(reader, &process);
  } else if (reader.Has("OMPI_COMM_WORLD_RANK")) {
    ReadMpirun(reader, &process);
  } else if (reader.Has("SLURM_PROCID") && reader.Has("SLURM_STEP_ID")) {
    ReadSrun(reader, &process);
  }
  process.deadline = ReadDeadline(reader);
  return process;
}

ProcessRank WithOwnGpu(ProcessRank process, const std::function<int()>& count_gpus) {
  if (process.launcher == "srun" && process.local_rank > 0 && count_gpus() == 1) process.local_rank = 0;
  return process;
}

std::string FirstHost(const std::string& node_list) {
  const size_t end = node_list.find_first_of(",[");
  const std::string head = node_list.substr(0, end);
  if (end == std::string::npos || node_list[end] == ',') return head;
  return head + node_list.substr(end + 1, node_list.find_first_of("-,]", end + 1) - end - 1);
}

}  // namespace suite
