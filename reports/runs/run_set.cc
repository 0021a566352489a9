#include "reports/runs/run_set.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "harness/metrics/store_layout.h"
#include "reports/runs/settings.h"
#include "reports/statistics/clustered_error.h"

namespace suite {
namespace {

bool BeginsWith(const std::string& text, const std::string& beginning) { return text.rfind(beginning, 0) == 0; }

// Values that must be equal in all runs of a report: the protocol's version and the hashes of the data.
bool MustAgree(const std::string& key) { return key == "protocol_version" || BeginsWith(key, "data."); }

// The settings by which items are written. The same items in another form may be what a report compares: then the
// conversations are the same (CheckConversationsAgree), and their text is not.
std::string ItemFormOf(const ReportRun& run) {
  std::string form;
  for (const char* key : {"data.item_form", "data.codes", "data.code_levels", "data.code_size", "data.code_seed",
                          "data.collision_rule"}) {
    form += SettingOf(run.config, key) + "\n";
  }
  return form;
}

bool DependsOnItemForm(const std::string& key, const ReportRun& run) {
  return key == "data." + SettingOf(run.config, "data.source") || key == "data.rule.item_form" ||
         BeginsWith(key, "data.items.");
}

void CheckAgrees(const std::string& key, const ReportRun& run, const ReportRun& first) {
  const std::string expected = FindText(first.record.provenance, key, "not recorded");
  const std::string value = FindText(run.record.provenance, key, "not recorded");
  if (value == expected) return;
  throw InputError(run.record.path, key + " is '" + value + "', but '" + expected + "' in " + first.record.path,
                   "runs of one protocol and of the same data in one report");
}

void CheckProvenanceAgrees(const std::vector<ReportRun>& runs) {
  std::set<std::string> keys;
  for (const ReportRun& run : runs) {
    for (const auto& [key, value] : run.record.provenance) {
      if (MustAgree(key)) keys.insert(key);
    }
  }
  for (const std::string& key : keys) {
    std::map<std::string, const ReportRun*> first_of_form;
    for (const ReportRun& run : runs) {
      const bool by_form = DependsOnItemForm(key, run);
      CheckAgrees(key, run, *first_of_form.emplace(by_form ? ItemFormOf(run) : "", &run).first->second);
    }
  }
}

void CheckConversationsAgree(const std::vector<const ReportRun*>& runs, const std::string& split) {
  const ReportRun* with_contexts = nullptr;
  for (const ReportRun* run : runs) {
    const ScoreTable& table = FindScores(run->record, split);
    const auto refuse = [&](const std::string& what, const ReportRun& other) {
      throw InputError(run->record.path,
                       "its " + what + " of split '" + split + "' differ from those in " + other.record.path,
                       "runs that were evaluated on the same conversations");
    };
    if (table.conversation_ids != FindScores(runs[0]->record, split).conversation_ids) {
      refuse("conversations", *runs[0]);
    }
    if (table.context_ids.empty()) continue;
    if (!with_contexts) with_contexts = run;
    // Of items in another form contexts read otherwise; which of them are the same must agree all the same.
    const std::vector<std::string>& contexts = FindScores(with_contexts->record, split).context_ids;
    const bool same_text = ItemFormOf(*run) == ItemFormOf(*with_contexts);
    const bool agree =
        same_text ? table.context_ids == contexts : ClusterIndices(table.context_ids) == ClusterIndices(contexts);
    if (!agree) refuse("contexts", *with_contexts);
  }
}

void CheckConfigsAgree(const ReportRun& a, const ReportRun& b, const std::string& seed_key) {
  const DifferingSettings differing = DifferencesOf({&a.config, &b.config}, seed_key);
  if (differing.empty()) return;
  const std::string& key = differing.begin()->first;
  throw InputError(
      b.record.path,
      key + " is '" + SettingOf(b.config, key) + "', but '" + SettingOf(a.config, key) + "' in " + a.record.path,
      "runs of one arm that differ in '" + seed_key + "' only");
}

std::string LastTwoParts(const std::string& path) {
  const std::filesystem::path whole(path);
  const std::string folder = whole.parent_path().filename().string();
  return (folder.empty() ? "" : folder + "/") + whole.filename().string();
}

// The reason alone: errors begin with the path.
std::string WithoutPath(const std::string& text, const std::string& path) {
  return text.rfind(path + ": ", 0) == 0 ? text.substr(path.size() + 2) : text;
}

// Moves the records into runs; one whose config cannot be read is skipped.
std::vector<ReportRun> ToRuns(const ReportSpec& spec, std::vector<RunRecord> records,
                              std::vector<SkippedStore>* skipped) {
  std::vector<ReportRun> runs;
  for (RunRecord& record : records) {
    ReportRun run;
    try {
      run.config = FlattenConfig(record.config, "its config");
      const auto seed = run.config.find(spec.seed_key);
      if (seed == run.config.end()) throw InputError("its config", "no key '" + spec.seed_key + "'");
      run.seed = seed->second;
    } catch (const InputError& error) {
      skipped->push_back({LastTwoParts(record.path), error.what()});
      continue;
    }
    run.record = std::move(record);
    runs.push_back(std::move(run));
  }
  if (runs.empty()) throw InputError(skipped->front().store, skipped->front().reason, "the store of a run");
  std::sort(runs.begin(), runs.end(), [](const ReportRun& a, const ReportRun& b) {
    return std::tie(a.record.run_name, a.record.path) < std::tie(b.record.run_name, b.record.path);
  });
  for (size_t i = 1; i < runs.size(); ++i) {
    if (runs[i].record.run_name != runs[i - 1].record.run_name) continue;
    throw InputError(runs[i].record.path, "holds the same run as " + runs[i - 1].record.path, "each run once");
  }
  return runs;
}

bool IsOfArm(const ReportRun& run, const Arm& arm, const std::string& arm_key) {
  if (!arm.runs.empty()) return std::find(arm.runs.begin(), arm.runs.end(), run.record.run_name) != arm.runs.end();
  const auto value = run.config.find(arm_key);
  return value != run.config.end() && arm.value == value->second;
}

void AddToArm(const ReportRun& run, const std::string& seed_key, ArmRuns* arm) {
  for (const ReportRun* other : AllRuns(*arm)) {
    CheckConfigsAgree(*other, run, seed_key);
    if (other->seed != run.seed) continue;
    throw InputError(run.record.path,
                     "a second run of '" + arm->arm.name + "' with seed " + run.seed + " beside " + other->record.path);
  }
  if (run.record.status == kStatusDone) {
    arm->done.push_back(&run);
  } else if (run.record.status == kStatusFailed) {
    arm->failed.push_back(&run);
  } else {
    arm->unfinished.push_back(&run);
  }
}

// Sorts by seed and notes the seeds that are absent.
void Complete(const ReportSpec& spec, RunSet* set) {
  std::set<std::string> expected(spec.seeds.begin(), spec.seeds.end());
  if (expected.empty()) {
    for (const ArmRuns& arm : set->arms) {
      for (const ReportRun* run : AllRuns(arm)) {
        if (!IsCounted(arm)) expected.insert(run->seed);
      }
    }
  }
  for (ArmRuns& arm : set->arms) {
    std::set<std::string> absent = IsCounted(arm) ? std::set<std::string>() : expected;
    for (auto* runs : {&arm.done, &arm.failed, &arm.unfinished}) {
      std::sort(runs->begin(), runs->end(),
                [](const ReportRun* a, const ReportRun* b) { return SeedLess(a->seed, b->seed); });
      for (const ReportRun* run : *runs) absent.erase(run->seed);
    }
    arm.missing_seeds.assign(absent.begin(), absent.end());
    std::sort(arm.missing_seeds.begin(), arm.missing_seeds.end(), SeedLess);
  }
}

}  // namespace

ReadStores ReadAllStores(const std::vector<std::string>& store_paths) {
  if (store_paths.empty()) throw InputError("report", "no stores were given", "the .h5 files of the runs to compare");
  ReadStores stores;
  for (const std::string& path : store_paths) {
    try {
      stores.records.push_back(ReadRun(path));
    } catch (const InputError& error) {
      stores.skipped.push_back({LastTwoParts(path), WithoutPath(error.what(), path)});
    }
  }
  if (stores.records.empty()) throw InputError(store_paths[0], stores.skipped[0].reason);
  return stores;
}

std::vector<const ReportRun*> AllRuns(const ArmRuns& arm) {
  std::vector<const ReportRun*> runs = arm.done;
  for (const auto* others : {&arm.failed, &arm.unfinished}) runs.insert(runs.end(), others->begin(), others->end());
  return runs;
}

std::vector<const ReportRun*> AllDone(const RunSet& set) {
  std::vector<const ReportRun*> done;
  for (const ArmRuns& arm : set.arms) done.insert(done.end(), arm.done.begin(), arm.done.end());
  return done;
}

bool IsCounted(const ArmRuns& arm) {
  const std::vector<const ReportRun*> runs = AllRuns(arm);
  return !runs.empty() && IsCounted(runs[0]->config);
}

std::vector<const ArmRuns*> TrainedArms(const RunSet& set) {
  std::vector<const ArmRuns*> arms;
  for (const ArmRuns& arm : set.arms) {
    if (!arm.done.empty() && !IsCounted(arm)) arms.push_back(&arm);
  }
  return arms;
}

std::vector<const ReportRun*> AllTrained(const RunSet& set) {
  std::vector<const ReportRun*> runs;
  for (const ArmRuns* arm : TrainedArms(set)) runs.insert(runs.end(), arm->done.begin(), arm->done.end());
  return runs;
}

const ArmRuns* FindArm(const RunSet& set, const std::string& value) {
  const auto found = std::find_if(set.arms.begin(), set.arms.end(),
                                  [&value](const ArmRuns& candidate) { return candidate.arm.value == value; });
  return found == set.arms.end() ? nullptr : &*found;
}

DifferingSettings SweptSettings(const ReportSpec& spec, const RunSet& set) {
  std::vector<const Settings*> settings;
  for (const ArmRuns* arm : TrainedArms(set)) settings.push_back(&arm->done[0]->config);
  return DifferencesOf(settings, spec.seed_key);
}

std::vector<const ArmRuns*> ArmsAlong(const RunSet& set, const std::string& key) {
  std::vector<const ArmRuns*> arms = TrainedArms(set);
  std::stable_sort(arms.begin(), arms.end(), [&key](const ArmRuns* a, const ArmRuns* b) {
    return *NumberOf(SettingOf(a->done[0]->config, key)) < *NumberOf(SettingOf(b->done[0]->config, key));
  });
  return arms;
}

RunSet MakeRunSet(const ReportSpec& spec, ReadStores stores, Mixing mixing) {
  RunSet set;
  set.skipped = std::move(stores.skipped);
  set.runs = ToRuns(spec, std::move(stores.records), &set.skipped);
  std::sort(set.skipped.begin(), set.skipped.end(), [](const SkippedStore& a, const SkippedStore& b) {
    return std::tie(a.store, a.reason) < std::tie(b.store, b.reason);
  });
  for (const Arm& arm : spec.arms) {
    set.arms.emplace_back();
    set.arms.back().arm = arm;
  }
  for (const ReportRun& run : set.runs) {
    const auto arm = std::find_if(set.arms.begin(), set.arms.end(),
                                  [&](const ArmRuns& candidate) { return IsOfArm(run, candidate.arm, spec.arm_key); });
    if (arm == set.arms.end()) {
      set.others.push_back(&run);
      continue;
    }
    AddToArm(run, spec.seed_key, &*arm);
  }
  if (mixing == Mixing::kRefused) {
    std::vector<const ReportRun*> done = AllDone(set);
    std::sort(done.begin(), done.end());  // as they lie in set.runs
    CheckProvenanceAgrees(set.runs);
    CheckConversationsAgree(done, spec.split);
  }
  Complete(spec, &set);
  return set;
}

}  // namespace suite
