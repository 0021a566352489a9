#include "reports/runs/run_set.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "harness/metrics/store_layout.h"

namespace suite {
namespace {

void FlattenJson(const nlohmann::json& value, const std::string& key, std::map<std::string, std::string>* flat) {
  if (!value.is_object()) {
    (*flat)[key] = value.is_string() ? value.get<std::string>() : value.dump();
    return;
  }
  for (const auto& [name, member] : value.items()) FlattenJson(member, key.empty() ? name : key + "." + name, flat);
}

void FlattenToml(const toml::table& table, const std::string& prefix, std::map<std::string, std::string>* flat) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const toml::table* inner = node.as_table()) {
      FlattenToml(*inner, key + ".", flat);
    } else if (const auto text = node.value_exact<std::string>()) {
      (*flat)[key] = *text;
    } else if (const auto number = node.value_exact<double>()) {
      // The shortest digits that give the number back: 0.2, not 0.20000000000000001.
      char digits[32];
      (*flat)[key] = std::string(digits, std::to_chars(digits, digits + sizeof(digits), *number).ptr);
    } else {
      std::ostringstream out;
      node.visit([&out](const auto& value) { out << value; });
      (*flat)[key] = out.str();
    }
  }
}

// Values that must be equal in all runs of a report: the protocol's version and the hashes of the data.
bool MustAgree(const std::string& key) { return key == "protocol_version" || key.rfind("data.", 0) == 0; }

void CheckProvenanceAgrees(const std::vector<ReportRun>& runs) {
  std::set<std::string> keys;
  for (const ReportRun& run : runs) {
    for (const auto& [key, value] : run.record.provenance) {
      if (MustAgree(key)) keys.insert(key);
    }
  }
  for (const std::string& key : keys) {
    for (const ReportRun& run : runs) {
      const std::string first = FindText(runs[0].record.provenance, key, "not recorded");
      const std::string value = FindText(run.record.provenance, key, "not recorded");
      if (value == first) continue;
      throw InputError(run.record.path, key + " is '" + value + "', but '" + first + "' in " + runs[0].record.path,
                       "runs of one protocol and of the same data in one report");
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
    if (table.context_ids != FindScores(with_contexts->record, split).context_ids) refuse("contexts", *with_contexts);
  }
}

void CheckConfigsAgree(const ReportRun& a, const ReportRun& b, const std::string& seed_key) {
  std::set<std::string> keys;
  for (const auto* config : {&a.config, &b.config}) {
    for (const auto& [key, value] : *config) keys.insert(key);
  }
  for (const std::string& key : keys) {
    if (key == seed_key) continue;
    const auto value_of = [&key](const ReportRun& run) {
      const auto found = run.config.find(key);
      return found == run.config.end() ? std::string("not set") : found->second;
    };
    if (value_of(a) == value_of(b)) continue;
    throw InputError(b.record.path, key + " is '" + value_of(b) + "', but '" + value_of(a) + "' in " + a.record.path,
                     "runs of one arm that differ in '" + seed_key + "' only");
  }
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
  for (const auto* others : {&arm->done, &arm->failed, &arm->unfinished}) {
    for (const ReportRun* other : *others) {
      CheckConfigsAgree(*other, run, seed_key);
      if (other->seed != run.seed) continue;
      throw InputError(run.record.path, "a second run of '" + arm->arm.name + "' with seed " + run.seed + " beside " +
                                            other->record.path);
    }
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
      for (const auto* runs : {&arm.done, &arm.failed, &arm.unfinished}) {
        for (const ReportRun* run : *runs) expected.insert(run->seed);
      }
    }
  }
  for (ArmRuns& arm : set->arms) {
    std::set<std::string> absent = expected;
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

std::map<std::string, std::string> FlattenConfig(const std::string& config, const std::string& where) {
  std::map<std::string, std::string> flat;
  const size_t first = config.find_first_not_of(" \t\r\n");
  try {
    if (first != std::string::npos && config[first] == '{') {
      FlattenJson(nlohmann::json::parse(config), "", &flat);
    } else {
      FlattenToml(toml::parse(config), "", &flat);
    }
  } catch (const nlohmann::json::exception& error) {
    throw InputError(where, std::string("not JSON: ") + error.what());
  } catch (const toml::parse_error& error) {
    throw InputError(where + ":" + std::to_string(error.source().begin.line),
                     "not TOML: " + std::string(error.description()));
  }
  return flat;
}

bool SeedLess(const std::string& a, const std::string& b) {
  char* end_a = nullptr;
  char* end_b = nullptr;
  const double number_a = std::strtod(a.c_str(), &end_a);
  const double number_b = std::strtod(b.c_str(), &end_b);
  if (*end_a == '\0' && *end_b == '\0' && number_a != number_b) return number_a < number_b;
  return a < b;
}

ReadStores ReadAllStores(const std::vector<std::string>& store_paths) {
  if (store_paths.empty()) throw InputError("report", "no stores were given", "the .h5 files of the runs to compare");
  ReadStores stores;
  std::vector<std::pair<std::string, std::string>> reasons;
  for (const std::string& path : store_paths) {
    try {
      stores.records.push_back(ReadRun(path));
    } catch (const InputError& error) {
      reasons.emplace_back(path, error.what());
      stores.skipped.push_back({LastTwoParts(path), WithoutPath(error.what(), path)});
    }
  }
  if (stores.records.empty()) throw InputError(reasons[0].first, stores.skipped[0].reason);
  return stores;
}

RunSet ReadRunSet(const ReportSpec& spec, const std::vector<std::string>& store_paths) {
  return MakeRunSet(spec, ReadAllStores(store_paths));
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
  std::vector<const ReportRun*> done;
  for (const ReportRun& run : set.runs) {
    const auto arm = std::find_if(set.arms.begin(), set.arms.end(),
                                  [&](const ArmRuns& candidate) { return IsOfArm(run, candidate.arm, spec.arm_key); });
    if (arm == set.arms.end()) {
      set.others.push_back(&run);
      continue;
    }
    AddToArm(run, spec.seed_key, &*arm);
    if (run.record.status == kStatusDone) done.push_back(&run);
  }
  if (mixing == Mixing::kRefused) {
    CheckProvenanceAgrees(set.runs);
    CheckConversationsAgree(done, spec.split);
  }
  Complete(spec, &set);
  return set;
}

}  // namespace suite
