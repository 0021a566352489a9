#include "reports/results/report_tables.h"

#include <algorithm>
#include <optional>
#include <set>

#include "harness/metrics/store_layout.h"
#include "reports/results/contexts.h"
#include "reports/results/published.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/settings.h"
#include "reports/runs/start_groups.h"
#include "reports/runs/starts.h"
#include "reports/statistics/clustered_error.h"
#include "reports/statistics/crossed_error.h"
#include "reports/statistics/statistics.h"
#include "reports/tables/text_table.h"

namespace suite {
namespace {

constexpr size_t kMostValues = 3;

// " (debug build)": numbers of another build may differ in more than their times.
std::string BuildStamp(const ArmRuns& arm) {
  std::set<std::string> modes;
  for (const ReportRun* run : arm.done) modes.insert(FindText(run->record.provenance, "build_mode", "unknown"));
  modes.erase("opt");
  std::string stamp;
  for (const std::string& mode : modes) stamp += " (" + mode + " build)";
  return stamp;
}

std::string StatusOf(const ArmRuns& arm) {
  const size_t total = arm.done.size() + arm.failed.size() + arm.unfinished.size() + arm.missing_seeds.size();
  std::string status;
  const auto add = [&](size_t count, const std::string& what) {
    if (count == 0) return;
    status += status.empty() ? "" : ", ";
    status += count == total ? "all " + what : std::to_string(count) + " of " + std::to_string(total) + " " + what;
  };
  add(arm.failed.size(), "failed");
  add(arm.unfinished.size(), "unfinished");
  add(arm.missing_seeds.size(), "missing");
  return status.empty() && arm.done.empty() ? "missing" : status;
}

// Scores of runs [S][C], averaged by start where starts differ.
ResultCell CellOf(const ReportSpec& spec, const ScoreMatrix& scores_SC, const std::vector<size_t>& contexts_C) {
  ResultCell cell;
  if (scores_SC.empty()) return cell;
  const CrossedError error = CrossedErrorOf(scores_SC, contexts_C);
  cell.estimate = Estimate{error.mean, CrossedInterval(error, spec.confidence).value_or(WholeLine())};
  cell.seeds = static_cast<int>(error.seeds);
  cell.conversations = static_cast<int>(contexts_C.size());
  cell.contexts = static_cast<int>(error.contexts);
  if (error.contexts > 1) {
    cell.clustered_error = ClusteredErrorOfMean(MeanOverRows(scores_SC), contexts_C).standard_error;
  }
  const std::string clusters = cell.contexts < cell.conversations ? "contexts" : "conversations";
  cell.resampled = error.seeds > 1 ? "seeds and " + clusters : clusters;
  return cell;
}

ResultRow RowOfStarts(const ReportSpec& spec, const StartGroup& group, const std::vector<size_t>& contexts_C) {
  const bool shared = ShareOneStart(group.runs, spec.split);
  ResultRow row{group.name, "one start", {}};
  for (const MetricColumn& metric : spec.metrics) {
    ScoreMatrix scores_SC = StartScores(group.runs, spec.split, metric.id);
    if (shared) {
      scores_SC.resize(1);
    } else {
      scores_SC = MeansByStart(scores_SC, StartsOf(group.runs, spec.split));
      row.seeds = std::to_string(scores_SC.size()) + " starts";
    }
    row.cells.push_back(CellOf(spec, scores_SC, contexts_C));
    row.cells.back().run_hashes = HashesOf(group.runs);
  }
  return row;
}

ResultRow RowOfArm(const ReportSpec& spec, const ArmRuns& arm, const std::vector<size_t>& contexts_C) {
  const std::string status = StatusOf(arm);
  const std::string seeds = IsCounted(arm) ? "no seeds" : std::to_string(arm.done.size());
  ResultRow row{arm.arm.name, seeds + (status.empty() ? "" : " (" + status + ")") + BuildStamp(arm), {}};
  for (const MetricColumn& metric : spec.metrics) {
    const ScoreMatrix scores_SC = FinalScores(arm.done, spec.split, metric.id);
    row.cells.push_back(CellOf(spec, MeansByStart(scores_SC, StartsOf(arm.done, spec.split)), contexts_C));
    row.cells.back().status = status;
    row.cells.back().run_hashes = HashesOf(arm.done);
  }
  return row;
}

// "0.242" for a number in text form with more digits; other texts as they are.
std::string MeanOfTexts(const std::vector<std::string>& texts, const char* format) {
  std::vector<double> numbers;
  for (const std::string& text : texts) {
    const auto number = NumberOf(text);
    if (!number) return "not recorded";
    numbers.push_back(*number);
  }
  return numbers.empty() ? "not recorded" : Fixed(format, Mean(numbers));
}

std::string ValueInAll(const RunSet& set, const std::string& key) {
  std::set<std::string> values;
  for (const ReportRun& run : set.runs) values.insert(FindText(run.record.provenance, key, "not recorded"));
  if (values.size() == 1) return *values.begin();
  std::string text = std::to_string(values.size()) + " values:";
  size_t shown = 0;
  for (const std::string& value : values) {
    if (++shown > kMostValues) return text + "; ...";
    text += (shown == 1 ? " " : "; ") + value;
  }
  return text;
}

}  // namespace

ResultTable MainTable(const ReportSpec& spec, const RunSet& set) {
  const std::vector<size_t> contexts_C = ContextsOf(spec, set, spec.split);
  ResultTable table;
  table.columns = spec.metrics;
  for (const ArmRuns& arm : set.arms) {
    if (IsCounted(arm)) table.rows.push_back(RowOfArm(spec, arm, contexts_C));
  }
  for (const StartGroup& group : spec.baseline.empty() ? std::vector<StartGroup>() : StartGroups(spec, set)) {
    table.rows.push_back(RowOfStarts(spec, group, contexts_C));
  }
  for (const ArmRuns& arm : set.arms) {
    if (!IsCounted(arm)) table.rows.push_back(RowOfArm(spec, arm, contexts_C));
  }
  for (ResultRow& row : PublishedRows(spec.published, spec.metrics)) table.rows.push_back(std::move(row));
  MarkSeparated(&table);
  return table;
}

TextTable SettingsTable(const ReportSpec& spec, const RunSet& set) {
  TextTable table{{"Setting"}, /*numeric=*/false};
  for (const ArmRuns& arm : set.arms) table.header.push_back(arm.arm.name);
  std::vector<const Settings*> of_arms;
  for (const ArmRuns& arm : set.arms) {
    const std::vector<const ReportRun*> runs = AllRuns(arm);
    if (!runs.empty()) of_arms.push_back(&runs[0]->config);
  }
  for (const auto& [key, values] : DifferencesOf(of_arms, spec.seed_key)) {
    std::vector<TextCell> row = {{key}};
    for (const ArmRuns& arm : set.arms) {
      const std::vector<const ReportRun*> runs = AllRuns(arm);
      row.push_back({runs.empty() ? "no run" : SettingOf(runs[0]->config, key)});
    }
    table.rows.push_back(row);
  }
  return table;
}

TextTable CostTable(const RunSet& set) {
  TextTable table{{"Arm"}};
  std::vector<std::string> parts;
  for (const ReportRun* run : AllDone(set)) {
    for (const StepSeries& series : run->record.series) {
      const std::string& name = series.name;
      const bool is_time = name.size() > 2 && name.compare(name.size() - 2, 2, "_s") == 0 && series.width == 1;
      if (is_time && std::find(parts.begin(), parts.end(), name) == parts.end()) parts.push_back(name);
    }
  }
  for (const std::string& part : parts) table.header.push_back(part.substr(0, part.size() - 2) + ", s a step");
  table.header.insert(table.header.end(), {"Wall time, s a run", "Peak memory, MiB"});
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty()) continue;
    std::vector<TextCell> row = {{arm.arm.name}};
    for (const std::string& part : parts) {
      std::vector<double> seconds;
      for (const ReportRun* run : arm.done) {
        const StepSeries* series = SeriesOf(run->record, part);
        if (series) seconds.insert(seconds.end(), series->values.begin(), series->values.end());
      }
      row.push_back({seconds.empty() ? "" : Fixed("%.3f", Mean(seconds))});
    }
    for (const char* key : {"wall_s", "peak_rss_mib"}) {
      std::vector<std::string> texts;
      for (const ReportRun* run : arm.done) texts.push_back(FindText(run->record.summary, key));
      row.push_back({MeanOfTexts(texts, "%.1f")});
    }
    table.rows.push_back(row);
  }
  return table;
}

TextTable RunsTable(const RunSet& set) {
  TextTable table{{"Arm", "Seed", "Run (config hash)", "Status", "Steps", "Wall time, s", "Peak memory, MiB"},
                  /*numeric=*/false};
  const auto add = [&table](const std::string& arm, const ReportRun& run) {
    std::string status = run.record.status == kStatusRunning ? "unfinished" : run.record.status;
    const std::string reason = FindText(run.record.summary, "reason");
    if (!reason.empty()) status += ": " + reason;
    table.rows.push_back({{arm},
                          {IsCounted(run.config) ? "no seeds" : run.seed},
                          {run.record.run_name, false, "", {{"runs", run.record.run_name}}},
                          {status},
                          {std::to_string(run.record.steps.empty() ? 0 : run.record.steps.back())},
                          {MeanOfTexts({FindText(run.record.summary, "wall_s")}, "%.1f")},
                          {MeanOfTexts({FindText(run.record.summary, "peak_rss_mib")}, "%.1f")}});
  };
  for (const ArmRuns& arm : set.arms) {
    for (const ReportRun* run : AllRuns(arm)) add(arm.arm.name, *run);
    for (const std::string& seed : arm.missing_seeds) {
      table.rows.push_back({{arm.arm.name}, {seed}, {""}, {"missing"}, {""}, {""}, {""}});
    }
  }
  for (const ReportRun* run : set.others) add("(of no arm; not used)", *run);
  for (const SkippedStore& skipped : set.skipped) {
    table.rows.push_back({{"(not readable)"}, {""}, {skipped.store}, {skipped.reason}, {""}, {""}, {""}});
  }
  return table;
}

TextTable ProvenanceTable(const RunSet& set) {
  TextTable table{{"Recorded at the start of each run", "Value"}, /*numeric=*/false};
  std::vector<std::string> keys;
  for (const ReportRun& run : set.runs) {
    for (const auto& [key, value] : run.record.provenance) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  for (const std::string& key : keys) table.rows.push_back({{key}, {ValueInAll(set, key)}});
  return table;
}

}  // namespace suite
