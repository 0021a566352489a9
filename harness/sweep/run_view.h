// A run seen from outside, at any moment and from any machine that sees its folder: its store, its lease, its size.
//
//   SweepRun run = {"gspo seed 3407", "results/quickstart/runs/3f0c5a", config};
//   RunView view = LookAtRun(run);
//   if (view.state == RunState::kRunning) std::cout << view.step << " of " << view.total << ", " << view.holder;
//
// Nothing is written and nobody is asked, so it also works while the run goes on, and over NFS.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/config/run_config.h"

namespace suite {

struct SweepRun {
  std::string name;    // "gspo seed 3407"
  std::string folder;  // of the run: config.toml, store.h5, lease, ...
  RunConfig config;
  int64_t priority = 0;  // of [[sweep.priority]]
};

enum class RunState {
  kWaiting,  // nothing was recorded and nobody is at it
  kRunning,  // a live process has its lease
  kCutOff,   // begun, and nobody is at it: it goes on when it is started again
  kDone,
  kFailed,  // its store says why
};

struct RunView {
  RunState state = RunState::kWaiting;
  int64_t step = 0;
  int64_t total = 0;
  double wall_s = -1;                                // of the whole run, once done; -1: not known
  double step_s = -1;                                // mean of a step so far; -1: not known
  double evaluation_s = -1;                          // of the whole run, once done; -1: not known
  int64_t validation = 0, test = 0;                  // conversations of the splits, once they were evaluated
  double peak_rss_mib = -1;                          // once done
  int64_t disk_bytes = 0;                            // of its folder now
  std::vector<std::pair<std::string, double>> last;  // "reward", "validation ndcg@5", ...: the newest values
  std::string holder;                                // who has the lease
  std::string note;                                  // why it failed, or what is wrong with its store
  std::vector<std::string> alarms;                   // "collapse: 3 steps, first at 12: ..."
};

RunView LookAtRun(const SweepRun& run);

// Neither done nor failed.
bool IsOpen(RunState state);

// "done", "running", "cut off", "failed", "to run"
std::string StateText(RunState state);

}  // namespace suite
