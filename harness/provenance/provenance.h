// Where a run's numbers come from: code, build, libraries, machine, seeds, command and time. No provenance, no run.
//
//   ProvenanceInputs inputs;
//   inputs.libtorch_version = TORCH_VERSION;
//   inputs.hdf5_version = "1.10.8";
//   inputs.argv = {argv, argv + argc};
//   inputs.seeds = {{"seed", 3407}, {"data.world_seed", 0}};
//   inputs.data_hashes = {{"catalog", Sha256Hex(...)}};
//   for (const auto& [key, value] : CollectProvenance(inputs)) store.WriteAttribute(key, value);
//
// What cannot be found out is "unknown" and the reason, never left out. The commit and the dirty flag are those of the
// checkout that `bazel run` was called in (BUILD_WORKSPACE_DIRECTORY), read when the run starts; a program that was
// started in another way does not know them. The host's name is not recorded.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace suite {

// Keys and values in a fixed order.
using Provenance = std::vector<std::pair<std::string, std::string>>;

// What this library cannot see by itself. An empty text is recorded as "unknown".
struct ProvenanceInputs {
  std::string libtorch_version;
  std::string hdf5_version;
  std::string accelerator = "none";  // name and driver of the GPU
  std::vector<std::string> argv;
  std::vector<std::pair<std::string, int64_t>> seeds;
  std::vector<std::pair<std::string, std::string>> data_hashes;
};

// Keys: commit, dirty, build_mode, compiler, cxx_standard, libtorch, hdf5, cpu, cores, memory, accelerator, os,
// kernel, one seed.NAME a seed, one data.NAME a data hash, command, launched_by (only in a child of the same program,
// such as a launcher's worker: the command that was typed), started_utc.
Provenance CollectProvenance(const ProvenanceInputs& inputs);

struct GitState {
  std::string commit;  // 40 hex digits, or "unknown (reason)"
  std::string dirty;   // "no", "yes (3 files)", or "unknown (reason)"
};

// State of the checkout in `folder`. Untracked files count as changes, since they may be built; ignored ones do not.
GitState ReadGitState(const std::string& folder);

// "opt" or "debug", with "+asan", "+tsan", "+ubsan" for each sanitizer built in.
std::string BuildMode();

// The command line of the parent process where that runs the same program as this one; else empty.
std::string LauncherCommand();

// Words as they could be typed into a shell: those with other than plain characters are in single quotes.
std::string CommandLine(const std::vector<std::string>& argv);

}  // namespace suite
