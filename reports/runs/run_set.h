// The runs behind a report: read, checked against each other and sorted into arms.
//
//   ReadStores stores = ReadAllStores({"a.h5", "b.h5"});      // .skipped names those that cannot be used
//   RunSet set = MakeRunSet(spec, std::move(stores));
//   for (const ArmRuns& arm : set.arms) { ... arm.done ... }
//
// A store that is damaged, cut off, foreign or half written is named with the reason and left out, so that one broken
// file does not cost a report.
//
// Runs that must not share a table are refused by an InputError that names both: other data, another protocol version,
// other conversations, two runs of one arm and seed, or runs of one arm whose configs differ in more than the seed.
#pragma once

#include <string>
#include <vector>

#include "harness/metrics/run_record.h"
#include "reports/runs/settings.h"
#include "reports/spec/report_spec.h"

namespace suite {

// A file that could not be used.
struct SkippedStore {
  std::string store;   // the last two parts of its path: no path of the machine gets into a report
  std::string reason;  // in a sentence, without the path
};

struct ReadStores {
  std::vector<RunRecord> records;  // in the order given
  std::vector<SkippedStore> skipped;
};

// Throws InputError when no path is given or not one store can be used (then with the reason for the first).
ReadStores ReadAllStores(const std::vector<std::string>& store_paths);

struct ReportRun {
  RunRecord record;
  Settings config;
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
  std::vector<SkippedStore> skipped;

  RunSet() = default;
  RunSet(RunSet&&) = default;
  RunSet& operator=(RunSet&&) = default;
  RunSet(const RunSet&) = delete;
};

// kAllowed is for showing what differs (run_comparison.h), never for a table of means.
enum class Mixing { kRefused, kAllowed };

RunSet MakeRunSet(const ReportSpec& spec, ReadStores stores, Mixing mixing = Mixing::kRefused);

// The arm that comparisons call `value`; null where there is none.
const ArmRuns* FindArm(const RunSet& set, const std::string& value);

// All runs of an arm: done, failed, unfinished.
std::vector<const ReportRun*> AllRuns(const ArmRuns& arm);

// All runs of all arms that have ended well.
std::vector<const ReportRun*> AllDone(const RunSet& set);

// Whether the arm has runs and they were counted (settings.h). Such an arm has one run, which stands beside every seed
// of another, and no seed of it can be missing.
bool IsCounted(const ArmRuns& arm);

// The arms with a finished run that are not counted; and these runs.
std::vector<const ArmRuns*> TrainedArms(const RunSet& set);
std::vector<const ReportRun*> AllTrained(const RunSet& set);

// What a sweep varied: the settings that are not the same in all trained arms.
DifferingSettings SweptSettings(const ReportSpec& spec, const RunSet& set);

// The trained arms, in the order of the number that they have under `key`.
std::vector<const ArmRuns*> ArmsAlong(const RunSet& set, const std::string& key);

}  // namespace suite
