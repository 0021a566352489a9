#include "reports/tools/run_comparison.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/text/format.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/settings.h"
#include "reports/statistics/crossed_error.h"
#include "reports/statistics/statistics.h"
#include "reports/tables/table.h"

namespace suite {
namespace {

constexpr size_t kMostSeriesShown = 12;

constexpr char kSeedKey[] = "seed";

// The settings but the seed whose values differ within one of the sides: what makes its arms.
std::vector<std::string> ArmKeys(const RunGroup& a, const RunGroup& b) {
  std::set<std::string> keys;
  for (const RunGroup* group : {&a, &b}) {
    std::vector<const Settings*> settings;
    for (const ReportRun& run : group->set.runs) settings.push_back(&run.config);
    for (const auto& [key, values] : DifferencesOf(settings, kSeedKey)) keys.insert(key);
  }
  return {keys.begin(), keys.end()};
}

// "grpo", "objective.epsilon=0.2, grpo": an arm in words.
std::string ArmOf(const ReportRun& run, const std::vector<std::string>& keys) {
  std::string arm;
  for (const std::string& key : keys) {
    if (key != "objective.preset") arm += key + "=" + SettingOf(run.config, key) + ", ";
  }
  return arm + SettingOf(run.config, "objective.preset");
}

std::string PairingKey(const ReportRun& run, const std::vector<std::string>& keys) {
  return ArmOf(run, keys) + ", seed " + run.seed;
}

void CheckDistinct(const RunGroup& group, const std::vector<std::string>& keys) {
  std::map<std::string, const ReportRun*> first;
  for (const ReportRun& run : group.set.runs) {
    const auto [earlier, is_new] = first.emplace(PairingKey(run, keys), &run);
    if (is_new) continue;
    throw InputError(run.record.path, "has the settings of " + earlier->second->record.path,
                     "runs of one side that differ in a setting");
  }
}

struct RunPair {
  const ReportRun* a = nullptr;
  const ReportRun* b = nullptr;
};

std::vector<RunPair> PairUp(const RunGroup& a, const RunGroup& b, const std::vector<std::string>& keys) {
  if (a.set.runs.size() == 1 && b.set.runs.size() == 1) return {{&a.set.runs[0], &b.set.runs[0]}};
  CheckDistinct(a, keys);
  CheckDistinct(b, keys);
  std::vector<RunPair> pairs;
  for (const ReportRun& run : a.set.runs) {
    for (const ReportRun& other : b.set.runs) {
      if (PairingKey(run, keys) == PairingKey(other, keys)) pairs.push_back({&run, &other});
    }
  }
  return pairs;
}

// Under a heading, one row for each text whose values are not the same on both sides.
template <typename TextsOf>
void AddDifferences(const std::string& heading, const RunGroup& a, const RunGroup& b, const TextsOf& texts_of,
                    const std::string& what, const std::string& absent, Document* page) {
  std::set<std::string> keys;
  std::vector<Settings> sides[2];
  for (const RunGroup* group : {&a, &b}) {
    for (const ReportRun& run : group->set.runs) {
      sides[group == &b].push_back(texts_of(run));
      for (const auto& [key, value] : sides[group == &b].back()) keys.insert(key);
    }
  }
  TextTable table{{what, a.name, b.name}, /*numeric=*/false};
  for (const std::string& key : keys) {
    std::set<std::string> values[2];
    for (const size_t side : {0, 1}) {
      for (const Settings& texts : sides[side]) values[side].insert(texts.count(key) ? texts.at(key) : absent);
    }
    if (values[0] != values[1]) table.rows.push_back({{key}, {Join(values[0], "; ")}, {Join(values[1], "; ")}});
  }
  page->AddHeading(heading);
  if (table.rows.empty()) {
    page->AddParagraph("No difference.");
  } else {
    page->AddTable(table);
  }
}

bool IsOfData(const std::string& key) { return key == "protocol_version" || key.rfind("data.", 0) == 0; }

// What a run recorded of its data and protocol, or of its code and machine.
Settings ProvenanceOf(const ReportRun& run, bool of_data) {
  Settings texts;
  for (const auto& [key, value] : run.record.provenance) {
    // These differ between any two runs, or stand in the config, and tell nothing of the code.
    if (key == "command" || key == "started_utc" || key.rfind("seed.", 0) == 0) continue;
    if (IsOfData(key) == of_data) texts.emplace(key, value);
  }
  return texts;
}

bool MeasuresTheMachine(const std::string& name) {
  for (const std::string end : {"_s", "_mib", "_bytes"}) {
    if (name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0) return true;
  }
  return false;
}

void CompareSeries(const RunRecord& a, const StepSeries& left, const StepSeries& right, NumericGap* gap) {
  if (left.width != right.width) {
    gap->only_in_one.push_back(left.name + " (of other width)");
    return;
  }
  const size_t count = std::min(left.values.size(), right.values.size());
  for (size_t i = 0; i < count; ++i) {
    if (std::memcmp(&left.values[i], &right.values[i], sizeof(double)) == 0) continue;
    const size_t row = i / static_cast<size_t>(left.width);
    gap->first_step.emplace(left.name, row < a.steps.size() ? a.steps[row] : 0);
    const double size = std::max(std::abs(left.values[i]), std::abs(right.values[i]));
    double& largest = gap->largest_relative[left.name];
    largest = std::max(largest, size > 0 ? std::abs(left.values[i] - right.values[i]) / size : 0.0);
  }
}

bool ScoresAreEqual(const RunRecord& a, const RunRecord& b) {
  if (a.scores.size() != b.scores.size()) return false;
  for (size_t i = 0; i < a.scores.size(); ++i) {
    const ScoreTable& left = a.scores[i];
    const ScoreTable& right = b.scores[i];
    const bool same_shape = left.split == right.split && left.steps == right.steps &&
                            left.metric_names == right.metric_names && left.conversation_ids == right.conversation_ids;
    if (!same_shape || left.values.size() != right.values.size()) return false;
    if (std::memcmp(left.values.data(), right.values.data(), left.values.size() * sizeof(float)) != 0) return false;
  }
  return true;
}

std::string GapText(const NumericGap& gap) {
  std::string text;
  if (gap.other_steps) text += "other steps; ";
  for (const std::string& name : gap.only_in_one) text += name + " in one only; ";
  // The series that part first come first: they are nearest to the cause.
  std::vector<std::pair<int64_t, std::string>> order;
  for (const auto& [name, step] : gap.first_step) order.emplace_back(step, name);
  std::sort(order.begin(), order.end());
  for (size_t i = 0; i < order.size() && i < kMostSeriesShown; ++i) {
    const auto& [step, name] = order[i];
    text +=
        name + " from step " + std::to_string(step) + " (up to " + Fixed("%.2g", gap.largest_relative.at(name)) + "); ";
  }
  if (order.size() > kMostSeriesShown) text += std::to_string(order.size() - kMostSeriesShown) + " more series; ";
  if (text.empty()) return "series equal, scores differ";
  return text.substr(0, text.size() - 2);
}

void AddNumerics(const std::vector<RunPair>& pairs, const std::vector<std::string>& keys, Document* page) {
  TextTable table{{"Pair", "Equal to the bit", "First difference by series (largest relative difference)"},
                  /*numeric=*/false};
  size_t equal = 0;
  for (const RunPair& pair : pairs) {
    const NumericGap gap = CompareNumerics(pair.a->record, pair.b->record);
    equal += gap.is_equal;
    table.rows.push_back(
        {{PairingKey(*pair.a, keys)}, {gap.is_equal ? "yes" : "no"}, {gap.is_equal ? "" : GapText(gap)}});
  }
  page->AddHeading("Numerics");
  page->AddParagraph(std::to_string(equal) + " of " + std::to_string(pairs.size()) +
                     " pairs are equal to the bit in all series and scores (times and memory aside).");
  if (!pairs.empty()) page->AddTable(table);
}

// The pairs of one arm, both sides finished.
struct ArmPairs {
  std::vector<const ReportRun*> a;
  std::vector<const ReportRun*> b;
};

// By the arm's name.
std::map<std::string, ArmPairs> ByArm(const std::vector<RunPair>& pairs, const std::vector<std::string>& keys) {
  std::map<std::string, ArmPairs> arms;
  for (const RunPair& pair : pairs) {
    const std::string arm_a = ArmOf(*pair.a, keys);
    const std::string arm_b = ArmOf(*pair.b, keys);
    ArmPairs& arm = arms[arm_a == arm_b ? arm_a : arm_a + " / " + arm_b];
    arm.a.push_back(pair.a);
    arm.b.push_back(pair.b);
  }
  return arms;
}

bool ShareConversations(const ArmPairs& arm, const std::string& split) {
  const ScoreTable& first = FindScores(arm.a[0]->record, split);
  for (const auto* side : {&arm.a, &arm.b}) {
    for (const ReportRun* run : *side) {
      if (FindScores(run->record, split).conversation_ids != first.conversation_ids) return false;
    }
  }
  return true;
}

void AddMetricRow(const std::string& name, const ArmPairs& arm, const std::string& split, const std::string& metric,
                  TextTable* table) {
  const ScoreMatrix a_SC = FinalScores(arm.a, split, metric);
  const ScoreMatrix b_SC = FinalScores(arm.b, split, metric);
  const std::vector<double> means_a = RowMeans(a_SC);
  const std::vector<double> means_b = RowMeans(b_SC);
  const std::vector<double> differences = Differences(means_b, means_a);
  std::vector<TextCell> row = {{name},
                               {split + ", " + metric},
                               {FormatPublished(Mean(means_a))},
                               {FormatPublished(Mean(means_b))},
                               {FormatDifference(Mean(differences))},
                               {"other conversations"},
                               {std::to_string(arm.a.size())}};
  if (ShareConversations(arm, split)) {
    std::vector<size_t> each_its_own(a_SC[0].size());
    std::iota(each_its_own.begin(), each_its_own.end(), size_t{0});
    const auto interval = CrossedInterval(CrossedErrorOf(Differences(b_SC, a_SC), each_its_own), 0.95);
    row[5].text = interval ? FormatSignedInterval(*interval) : "";
  }
  table->rows.push_back(row);
}

void AddResults(const RunGroup& a, const RunGroup& b, const std::vector<RunPair>& pairs,
                const std::vector<std::string>& keys, Document* page) {
  page->AddHeading("Results");
  TextTable table{{"Arm", "Score", a.name, b.name, b.name + " less " + a.name, "95\u00a0%", "Pairs"}};
  std::vector<RunPair> finished;
  for (const RunPair& pair : pairs) {
    if (pair.a->record.status == "done" && pair.b->record.status == "done") finished.push_back(pair);
  }
  for (const auto& [name, arm] : ByArm(finished, keys)) {
    for (const ScoreTable& scores : arm.a[0]->record.scores) {
      if (scores.steps.empty() || scores.conversation_ids.empty()) continue;
      for (const std::string& metric : scores.metric_names) {
        const auto has = [&](const ReportRun* run) {
          for (const ScoreTable& other : run->record.scores) {
            if (other.split != scores.split || other.steps.empty()) continue;
            return std::count(other.metric_names.begin(), other.metric_names.end(), metric) > 0;
          }
          return false;
        };
        if (std::all_of(arm.a.begin(), arm.a.end(), has) && std::all_of(arm.b.begin(), arm.b.end(), has)) {
          AddMetricRow(name, arm, scores.split, metric, &table);
        }
      }
    }
  }
  if (table.rows.empty()) {
    page->AddParagraph("No pair of finished runs with a score that both have.");
    return;
  }
  page->AddTable(table);
  page->AddParagraph(
      "Scores are of each run's last evaluation. Differences are paired by seed and by "
      "conversation, and intervals allow for others of both (docs/statistics.md); they are not corrected for their "
      "number.");
}

void AddUnpaired(const RunGroup& a, const RunGroup& b, const std::vector<RunPair>& pairs,
                 const std::vector<std::string>& keys, Document* page) {
  std::vector<std::string> items;
  for (const RunGroup* group : {&a, &b}) {
    for (const ReportRun& run : group->set.runs) {
      const bool paired = std::any_of(pairs.begin(), pairs.end(),
                                      [&](const RunPair& pair) { return pair.a == &run || pair.b == &run; });
      if (!paired) items.push_back(group->name + ": " + PairingKey(run, keys) + " has no partner");
      if (run.record.status != "done")
        items.push_back(group->name + ": " + PairingKey(run, keys) + " is " + run.record.status);
    }
    for (const SkippedStore& skipped : group->set.skipped) {
      items.push_back(group->name + ": " + skipped.store + " cannot be used (" + skipped.reason + ")");
    }
  }
  if (items.empty()) return;
  page->AddHeading("Not compared, or not whole");
  page->AddList(items);
}

}  // namespace

RunGroup::RunGroup(const std::string& name_of_side, ReadStores stores)
    // No arms: all runs are among the others.
    : name(name_of_side), set(MakeRunSet(ReportSpec(), std::move(stores), Mixing::kAllowed)) {}

NumericGap CompareNumerics(const RunRecord& a, const RunRecord& b) {
  NumericGap gap;
  gap.other_steps = a.steps != b.steps;
  for (const StepSeries& series : a.series) {
    if (MeasuresTheMachine(series.name)) continue;
    if (const StepSeries* other = SeriesOf(b, series.name)) {
      CompareSeries(a, series, *other, &gap);
    } else {
      gap.only_in_one.push_back(series.name);
    }
  }
  for (const StepSeries& series : b.series) {
    if (!MeasuresTheMachine(series.name) && !SeriesOf(a, series.name)) gap.only_in_one.push_back(series.name);
  }
  gap.is_equal = !gap.other_steps && gap.only_in_one.empty() && gap.first_step.empty() && ScoresAreEqual(a, b);
  return gap;
}

Document CompareRuns(const RunGroup& a, const RunGroup& b) {
  const std::vector<std::string> keys = ArmKeys(a, b);
  const std::vector<RunPair> pairs = PairUp(a, b, keys);
  Document page(a.name + " against " + b.name, std::to_string(a.set.runs.size()) + " and " +
                                                   std::to_string(b.set.runs.size()) + " runs, " +
                                                   std::to_string(pairs.size()) + " pairs");
  const auto data_of = [](const ReportRun& run) { return ProvenanceOf(run, true); };
  const auto code_of = [](const ReportRun& run) { return ProvenanceOf(run, false); };
  AddDifferences(
      "Config", a, b, [](const ReportRun& run) { return run.config; }, "Setting", "not set", &page);
  AddDifferences("Data and protocol", a, b, data_of, "Recorded", "not recorded", &page);
  AddDifferences("Code and machine", a, b, code_of, "Recorded", "not recorded", &page);
  AddNumerics(pairs, keys, &page);
  AddResults(a, b, pairs, keys, &page);
  AddUnpaired(a, b, pairs, keys, &page);
  return page;
}

}  // namespace suite
