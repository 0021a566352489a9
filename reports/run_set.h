// The runs behind a report: read, checked against each other and sorted into arms.
//
//   RunSet set = ReadRunSet(spec, {"a.h5", "b.h5"});
//   for (const ArmRuns& arm : set.arms) { ... arm.done ... }
//
// Runs that must not share a table are refused by an InputError that names both: other data, another protocol version,
// other conversations, two runs of one arm and seed, or runs of one arm whose configs differ in more than the seed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/metrics/run_record.h"
#include "reports/report_spec.h"

namespace suite {

// A run with its config flattened: {"objective.preset": "grpo", "seed": "3407"}.
struct ReportRun {
  RunRecord record;
  std::map<std::string, std::string> config;
  std::string seed;
};

struct ArmRuns {
  Arm arm;
  std::vector<const ReportRun*> done;  // by seed
  std::vector<const ReportRun*> failed;
  std::vector<const ReportRun*> unfinished;
  std::vector<std::string> missing_seeds;  // of the seeds that other arms have, or that the spec expects
};

struct RunSet {
  std::vector<ReportRun> runs;           // sorted by run name
  std::vector<ArmRuns> arms;             // in the spec's order
  std::vector<const ReportRun*> others;  // of no arm

  RunSet() = default;
  RunSet(RunSet&&) = default;
  RunSet& operator=(RunSet&&) = default;
  RunSet(const RunSet&) = delete;
};

RunSet ReadRunSet(const ReportSpec& spec, const std::vector<std::string>& store_paths);

// A config (TOML, or JSON when it begins with a brace) as dotted keys and plain values. Throws InputError at `where`.
std::map<std::string, std::string> FlattenConfig(const std::string& config, const std::string& where);

// Numbers by value, anything else by letters: the order of seeds.
bool SeedLess(const std::string& a, const std::string& b);

}  // namespace suite
