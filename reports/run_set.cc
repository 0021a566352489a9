#include "reports/run_set.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

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
  for (const ReportRun* run : runs) {
    const ScoreTable& first = FindScores(runs[0]->record, split);
    if (FindScores(run->record, split).conversation_ids == first.conversation_ids) continue;
    throw InputError(run->record.path,
                     "its conversations of split '" + split + "' differ from those in " + runs[0]->record.path,
                     "runs that were evaluated on the same conversations");
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

std::vector<ReportRun> ReadAll(const ReportSpec& spec, const std::vector<std::string>& store_paths) {
  if (store_paths.empty()) throw InputError("report", "no stores were given", "the .h5 files of the runs to compare");
  std::vector<ReportRun> runs;
  for (const std::string& path : store_paths) {
    ReportRun run;
    run.record = ReadRun(path);
    run.config = FlattenConfig(run.record.config, path + " (config)");
    const auto seed = run.config.find(spec.seed_key);
    if (seed == run.config.end()) throw InputError(path, "its config has no key '" + spec.seed_key + "'");
    run.seed = seed->second;
    runs.push_back(std::move(run));
  }
  std::sort(runs.begin(), runs.end(), [](const ReportRun& a, const ReportRun& b) {
    return std::tie(a.record.run_name, a.record.path) < std::tie(b.record.run_name, b.record.path);
  });
  for (size_t i = 1; i < runs.size(); ++i) {
    if (runs[i].record.run_name != runs[i - 1].record.run_name) continue;
    throw InputError(runs[i].record.path, "holds the same run as " + runs[i - 1].record.path, "each run once");
  }
  return runs;
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

RunSet ReadRunSet(const ReportSpec& spec, const std::vector<std::string>& store_paths) {
  RunSet set;
  set.runs = ReadAll(spec, store_paths);
  for (const Arm& arm : spec.arms) {
    set.arms.emplace_back();
    set.arms.back().arm = arm;
  }
  std::vector<const ReportRun*> done;
  for (const ReportRun& run : set.runs) {
    const auto value = run.config.find(spec.arm_key);
    const auto arm = std::find_if(set.arms.begin(), set.arms.end(), [&](const ArmRuns& candidate) {
      return value != run.config.end() && candidate.arm.value == value->second;
    });
    if (arm == set.arms.end()) {
      set.others.push_back(&run);
      continue;
    }
    AddToArm(run, spec.seed_key, &*arm);
    if (run.record.status == kStatusDone) done.push_back(&run);
  }
  CheckProvenanceAgrees(set.runs);
  CheckConversationsAgree(done, spec.split);
  Complete(spec, &set);
  return set;
}

}  // namespace suite
