// Watches a run for the signs of failure that the Rank-GRPO paper names, and two of any RL: pure functions over the
// step series.
//
//   std::vector<MonitorSample> history;
//   history.push_back(SampleOf(step, record));                       // after each step
//   for (const Alarm& alarm : LookForAlarms(history, settings)) ...  // about the newest sample
//
// monitor           what it looks at, w = settings.window steps
// catalog_drift     in_catalog_ratio: mean of the last w steps below the mean of the first w by catalog_drop
// tail_degradation  DCG of the sampled lists: of all N ranks, mean of the last w above that of the first w by tail_rise
//                   (relative), while that of the first quarter of the ranks has not risen at all
// collapse          entropy: mean of the last w under entropy_floor (nats a token); duplicate_share: mean of the last w
//                   above that of the first w by duplicate_rise; reward or loss: the newest value away from the mean of
//                   the w before it by more than spike_sigmas of their (population) standard deviations;
//                   validation_loss: the newest one above the mean of the evaluations before it (3 to w of them) by
//                   more than that. Steps without an evaluation have none
// exploding_ratio   largest importance ratio of a token over ratio_limit
// not_finite        loss, grad_norm, entropy or reward is NaN or infinite; always stops
//
// Comparisons with the first w steps begin at step 2 w, so the windows never overlap. Paper: section on off-policy
// training and its appendix on collapse; the thresholds are ours.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/config/run_config.h"

namespace suite {

// One step as the monitors see it; a series that the run does not have is NaN and is not judged.
struct MonitorSample {
  int64_t step = 0;
  double loss = 0;
  double grad_norm = 0;
  double entropy = 0;           // nats a token
  double in_catalog_ratio = 0;  // share of given ranks
  double duplicate_share = 0;   // likewise
  double reward = 0;
  double head_dcg = 0;  // mean over sampled lists of DCG at a quarter of the ranks
  double list_dcg = 0;  // likewise at all ranks
  double ratio_max = 0;
  double validation_loss = 0;  // nats a token (harness/rl/validation_loss.h); NaN at steps without an evaluation
};

enum class MonitorPolicy { kOff, kWarn, kStop };

struct Alarm {
  std::string monitor;  // "collapse"
  int64_t step = 0;
  MonitorPolicy policy = MonitorPolicy::kWarn;
  std::string reason;  // "entropy 0.012 under 0.05"
};

// The series of a step, by their names in the metrics store (rl_trainer.h, algorithms/diagnostics.h).
MonitorSample SampleOf(int64_t step, const std::map<std::string, std::vector<double>>& record);

// At most one alarm a monitor, about the last sample. `history` holds every step from the first on.
std::vector<Alarm> LookForAlarms(const std::vector<MonitorSample>& history, const MonitorConfig& settings);

// "off", "warn", "stop".
MonitorPolicy PolicyOf(const std::string& name);

}  // namespace suite
