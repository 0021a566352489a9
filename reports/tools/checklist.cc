#include "reports/tools/checklist.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>

#include "base/text/format.h"
#include "reports/runs/settings.h"
#include "reports/tables/text_table.h"

namespace suite {
namespace {

// A key with more values than this, such as the command of each run, shows their number.
constexpr size_t kMostValues = 3;

// Everything the items look at, gathered once.
struct Records {
  const ReadStores& stores;
  std::vector<Settings> configs;  // of each record
};

bool IsKnown(const std::string& text) { return !text.empty() && text.rfind("unknown", 0) != 0; }

// The values of a provenance key over all runs; "not recorded" among them where a run lacks it.
std::set<std::string> Values(const Records& records, const std::string& key) {
  std::set<std::string> values;
  for (const RunRecord& run : records.stores.records) {
    for (const std::string& text : AllTexts(run.provenance, key, "not recorded")) values.insert(text);
  }
  return values;
}

bool AllKnown(const std::set<std::string>& values) {
  return std::all_of(values.begin(), values.end(), IsKnown) && values.count("not recorded") == 0;
}

// Yes when every key is known in every run, partly when some are.
ChecklistItem RecordedItem(const Records& records, const std::string& question, const std::vector<std::string>& keys) {
  ChecklistItem item{question, ChecklistAnswer::kYes, ""};
  size_t known = 0;
  for (const std::string& key : keys) {
    const std::set<std::string> values = Values(records, key);
    known += AllKnown(values);
    item.evidence += (item.evidence.empty() ? "" : ". ") + key + ": ";
    item.evidence += values.size() > kMostValues ? std::to_string(values.size()) + " values" : Join(values, "; ");
  }
  if (known < keys.size()) item.answer = known == 0 ? ChecklistAnswer::kNo : ChecklistAnswer::kPartly;
  return item;
}

ChecklistItem CodeItem(const Records& records) {
  const std::set<std::string> commits = Values(records, "commit");
  const std::set<std::string> dirty = Values(records, "dirty");
  const bool is_clean = dirty == std::set<std::string>{"no"} && commits.size() == 1;
  return {"Is the exact code known, without uncommitted changes?",
          !AllKnown(commits) ? ChecklistAnswer::kNo
          : is_clean         ? ChecklistAnswer::kYes
                             : ChecklistAnswer::kPartly,
          "commit: " + Join(commits, "; ") + ". Uncommitted changes: " + Join(dirty, "; ")};
}

ChecklistItem ResumeItem(const Records& records) {
  size_t forced = 0;
  std::set<std::string> what;
  for (const RunRecord& run : records.stores.records) {
    const std::vector<std::string> texts = AllTexts(run.provenance, "resume_forced");
    forced += !texts.empty();
    what.insert(texts.begin(), texts.end());
  }
  return {"Was every run resumed only where its checkpoint fits?",
          forced == 0 ? ChecklistAnswer::kYes : ChecklistAnswer::kPartly,
          forced == 0 ? "no resume was forced" : Counted(forced, "run") + " resumed by force: " + Join(what, "; ")};
}

ChecklistItem DataItem(const Records& records) {
  std::set<std::string> keys;
  for (const RunRecord& run : records.stores.records) {
    for (const auto& [key, value] : run.provenance) {
      if (key.rfind("data.", 0) == 0) keys.insert(key);
    }
  }
  ChecklistItem item{"Is the data identified by hash, and the same in all runs?", ChecklistAnswer::kYes, ""};
  if (keys.empty()) {
    item.answer = ChecklistAnswer::kNo;
    item.evidence = "no hash of data was recorded";
  }
  for (const std::string& key : keys) {
    const std::set<std::string> values = Values(records, key);
    if (values.size() > 1 || !AllKnown(values)) item.answer = ChecklistAnswer::kPartly;
    item.evidence += (item.evidence.empty() ? "" : ". ") + key + ": " + Join(values, "; ");
  }
  return item;
}

ChecklistItem SplitsItem(const Records& records) {
  std::set<std::string> splits;
  for (const RunRecord& run : records.stores.records) {
    for (const ScoreTable& table : run.scores) {
      splits.insert(table.split + " " + Counted(table.conversation_ids.size(), "conversation"));
    }
  }
  std::set<std::string> train;
  for (const auto& config : records.configs) train.insert(SettingOf(config, "data.train"));
  return {"Are the splits and their sizes stated?", splits.empty() ? ChecklistAnswer::kNo : ChecklistAnswer::kYes,
          "train: " + Join(train, "; ") + ". Scored: " + (splits.empty() ? "nothing" : Join(splits, "; "))};
}

ChecklistItem SettingsItem(const Records& records) {
  size_t fewest = SIZE_MAX;
  for (const auto& config : records.configs) fewest = std::min(fewest, config.size());
  return {
      "Are all settings stated, defaults included?", fewest > 0 ? ChecklistAnswer::kYes : ChecklistAnswer::kNo,
      "each store holds the whole config, " + std::to_string(fewest) + " settings or more; its hash is the run's name"};
}

std::map<std::string, std::set<std::string>> SeedsByArm(const Records& records) {
  std::map<std::string, std::set<std::string>> seeds;
  for (size_t i = 0; i < records.configs.size(); ++i) {
    if (records.stores.records[i].status != "done") continue;
    seeds[SettingOf(records.configs[i], "objective.preset")].insert(SettingOf(records.configs[i], "seed"));
  }
  return seeds;
}

ChecklistItem SeedsItem(const Records& records) {
  ChecklistItem item{"Was each method run with several seeds, and are they stated?", ChecklistAnswer::kYes, ""};
  for (const auto& [arm, seeds] : SeedsByArm(records)) {
    if (seeds.size() < 2) item.answer = ChecklistAnswer::kNo;
    item.evidence += (item.evidence.empty() ? "" : ". ") + arm + ": " + Join(seeds, "; ");
  }
  if (item.evidence.empty()) return {item.question, ChecklistAnswer::kNo, "no run has ended"};
  return item;
}

ChecklistItem AccountedItem(const Records& records) {
  std::map<std::string, size_t> states;
  for (const RunRecord& run : records.stores.records) ++states[run.status == "running" ? "unfinished" : run.status];
  ChecklistItem item{"Is every run accounted for, failed ones too?", ChecklistAnswer::kYes, ""};
  for (const auto& [state, count] : states) {
    item.evidence += (item.evidence.empty() ? "" : ", ") + std::to_string(count) + " " + state;
  }
  if (!records.stores.skipped.empty()) {
    item.answer = ChecklistAnswer::kPartly;
    item.evidence += ", " + Counted(records.stores.skipped.size(), "store") + " not readable";
  }
  return item;
}

ChecklistItem MetricsItem(const Records& records) {
  std::set<std::string> metrics;
  for (const RunRecord& run : records.stores.records) {
    for (const ScoreTable& table : run.scores) metrics.insert(table.metric_names.begin(), table.metric_names.end());
  }
  return {"Are the metrics named, and the scores behind each mean kept?",
          metrics.empty() ? ChecklistAnswer::kNo : ChecklistAnswer::kYes,
          metrics.empty() ? "no scores" : "conversation by conversation: " + Join(metrics, "; ")};
}

ChecklistItem ComputeItem(const Records& records) {
  double wall_s = 0;
  double peak_mib = 0;
  size_t measured = 0;
  for (const RunRecord& run : records.stores.records) {
    const std::string wall = FindText(run.summary, "wall_s");
    if (wall.empty()) continue;
    ++measured;
    wall_s += std::strtod(wall.c_str(), nullptr);
    peak_mib = std::max(peak_mib, std::strtod(FindText(run.summary, "peak_rss_mib", "0").c_str(), nullptr));
  }
  ChecklistItem item{"Is the compute of all runs stated?", ChecklistAnswer::kYes, ""};
  item.evidence =
      Fixed("%.2g", wall_s / 3600) + " hours of wall time in all, at most " + Fixed("%.0f", peak_mib) + " MiB in a run";
  const size_t all = records.stores.records.size();
  item.evidence += " (" + std::to_string(measured) + " of " + Counted(all, "run") + " measured)";
  if (measured < all) item.answer = measured == 0 ? ChecklistAnswer::kNo : ChecklistAnswer::kPartly;
  return item;
}

ChecklistItem UncertaintyItem(const Records& records) {
  const auto seeds = SeedsByArm(records);
  const bool several =
      !seeds.empty() && std::all_of(seeds.begin(), seeds.end(), [](const auto& arm) { return arm.second.size() >= 2; });
  return {"Do results come with intervals whose kind is named?",
          several ? ChecklistAnswer::kYes : ChecklistAnswer::kPartly,
          several ? "the report's intervals resample seeds and conversations; differences are paired"
                  : "one seed in an arm: intervals over conversations only"};
}

}  // namespace

const char* ToWord(ChecklistAnswer answer) {
  static constexpr std::array<const char*, 4> kWords = {"yes", "partly", "no", "by hand"};  // in the enum's order
  return kWords[static_cast<size_t>(answer)];
}

std::vector<ChecklistItem> FillChecklist(const ReadStores& stores) {
  Records records{stores, {}};
  for (const RunRecord& run : stores.records) {
    records.configs.push_back(FlattenConfig(run.config, run.path + " (config)"));
  }
  return {
      CodeItem(records),
      RecordedItem(records, "Are build and libraries known?", {"build_mode", "compiler", "libtorch", "hdf5"}),
      RecordedItem(records, "Is the machine known?", {"cpu", "cores", "memory", "accelerator", "os"}),
      RecordedItem(records, "Are the rules of evaluation versioned?", {"protocol_version"}),
      RecordedItem(records, "Is the command of each run recorded?", {"command"}),
      ResumeItem(records),
      DataItem(records),
      SplitsItem(records),
      SettingsItem(records),
      SeedsItem(records),
      AccountedItem(records),
      MetricsItem(records),
      UncertaintyItem(records),
      ComputeItem(records),
      {"How were settings chosen, with how many trials and on which split?", ChecklistAnswer::kByHand,
       "say which settings were tuned, over which values, and that the test split took no part"},
      {"May the data and the models be used and passed on?", ChecklistAnswer::kByHand,
       "name the licences of data and checkpoints"},
      {"What are the limits of the claims?", ChecklistAnswer::kByHand,
       "say at which scale the evidence was made, and what was not run"},
  };
}

Document ChecklistPage(const std::vector<ChecklistItem>& items) {
  const auto count = [&items](ChecklistAnswer answer) {
    return std::to_string(
        std::count_if(items.begin(), items.end(), [&](const ChecklistItem& item) { return item.answer == answer; }));
  };
  Document page("Reproducibility checklist", count(ChecklistAnswer::kYes) + " yes, " + count(ChecklistAnswer::kPartly) +
                                                 " partly, " + count(ChecklistAnswer::kNo) + " no, " +
                                                 count(ChecklistAnswer::kByHand) + " to answer by hand");
  TextTable table{{"Question", "Answer", "What the records say"}, /*numeric=*/false};
  for (const ChecklistItem& item : items) {
    table.rows.push_back(
        {{item.question}, {ToWord(item.answer), item.answer != ChecklistAnswer::kYes}, {item.evidence}});
  }
  page.AddTable(table);
  return page;
}

}  // namespace suite
