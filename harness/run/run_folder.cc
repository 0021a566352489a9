#include "harness/run/run_folder.h"

#include <filesystem>
#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "base/paths.h"
#include "harness/metrics/run_record.h"
#include "harness/policy/run_together.h"

namespace suite {
namespace {

// Sets a damaged store aside, so that nothing is lost that might be mended, and goes back to the last checkpoint's.
void ReplaceDamaged(const std::string& path, const std::string& reason) {
  const std::string aside = FirstFreePath(path + ".damaged-");
  std::cerr << "store set aside as " << aside << ": " << reason << std::endl;
  std::filesystem::rename(path, aside);
  const std::string copy = StoreAtCheckpoint(std::filesystem::path(path).parent_path().string());
  if (!std::filesystem::exists(copy)) return;
  try {
    ReadRun(copy);
  } catch (const InputError& error) {
    std::cerr << "its copy is no better, the run begins again: " << error.what() << std::endl;
    return;
  }
  WriteFileAtomically(path, ReadFile(copy));
  std::cerr << "the run goes on with its copy of the last checkpoint" << std::endl;
}

void PrepareStore(const std::string& path) {
  if (!std::filesystem::exists(path)) return;
  std::string reason;
  try {
    const RunRecord run = ReadRun(path);
    if (run.status != "failed") return;
    reason = FindText(run.summary, "reason");
  } catch (const LockedStore&) {
    throw;  // it may be whole
  } catch (const InputError& error) {
    ReplaceDamaged(path, error.what());
    return;
  }
  throw InputError(path, "the run failed before: " + reason, "--retry-failed to run it again");
}

FolderState TakeLease(const RunFolders& folders, const RunConfig& config, std::unique_ptr<RunLease>* lease) {
  if (IsDone(folders, config)) return FolderState::kDone;
  const std::string folder = RunFolder(folders, config);
  MakeFolder(folder);
  std::string holder;
  *lease = RunLease::Take(folder + "/lease", {}, &holder);
  if (!*lease) {
    std::cerr << "another process is at this run: " << holder << std::endl;
    return FolderState::kBusy;
  }
  if (IsDone(folders, config)) return FolderState::kDone;  // by the one that had the lease a moment ago
  if (!(*lease)->replaced().empty()) std::cerr << "lease taken over from " << (*lease)->replaced() << std::endl;
  PrepareStore(StorePath(folders, config));
  return FolderState::kOurs;
}

}  // namespace

std::string RunFolder(const RunFolders& folders, const RunConfig& config) {
  return folders.runs + "/" + ConfigHash(config);
}

std::string StorePath(const RunFolders& folders, const RunConfig& config) {
  return RunFolder(folders, config) + "/store.h5";
}

std::string FirstFreePath(const std::string& prefix) {
  for (int n = 1;; ++n) {
    const std::string path = prefix + std::to_string(n);
    if (!std::filesystem::exists(path)) return path;
  }
}

std::string StoreAtCheckpoint(const std::string& run_folder) { return run_folder + "/checkpoints/store.copy"; }

bool IsDone(const RunFolders& folders, const RunConfig& config) {
  const std::string path = StorePath(folders, config);
  if (!std::filesystem::exists(path)) return false;
  try {
    return ReadRun(path).status == "done";
  } catch (const InputError&) {
    return false;  // damaged
  }
}

FolderState EnterRunFolder(const RunFolders& folders, const RunConfig& config, ProcessGroup& group,
                           std::unique_ptr<RunLease>* lease) {
  const auto name_of = [](FolderState state) { return std::to_string(static_cast<int>(state)); };
  const std::string decision = group.rank() == 0 ? name_of(TakeLease(folders, config, lease)) : "";
  return static_cast<FolderState>(std::stoi(DecisionOfRankZero(group, decision, "lease of the run")));
}

}  // namespace suite
