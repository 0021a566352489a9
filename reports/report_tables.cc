#include "reports/report_tables.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "reports/arm_scores.h"

namespace suite {
namespace {

constexpr size_t kMostValues = 3;

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

std::vector<std::string> HashesOf(const std::vector<const ReportRun*>& runs) {
  std::vector<std::string> hashes;
  for (const ReportRun* run : runs) hashes.push_back(run->record.run_name);
  return hashes;
}

// What all estimates of a report share: the draws of conversations and of seeds.
class Bootstrap {
 public:
  Bootstrap(const ReportSpec& spec, const RunSet& set) : spec_(spec) {
    const std::vector<const ReportRun*> done = AllDone(set);
    const size_t conversations = done.empty() ? 0 : FindScores(done[0]->record, spec.split).conversation_ids.size();
    if (conversations == 0) return;
    RandomStream stream(spec.bootstrap_seed, "report/" + spec.split + "/conversations");
    draws_.emplace(conversations, spec.resamples, &stream);
  }

  Estimate OfMean(const ScoreMatrix& scores_SC) const {
    RandomStream seeds = SeedStream();
    return BootstrapMean(scores_SC, *draws_, spec_.confidence, &seeds);
  }

  Estimate OfDifference(const PairedScores& scores) const {
    RandomStream seeds = SeedStream();
    return BootstrapDifference(scores.left_SC, scores.right_SC, *draws_, spec_.confidence, &seeds);
  }

 private:
  RandomStream SeedStream() const { return RandomStream(spec_.bootstrap_seed, "report/" + spec_.split + "/seeds"); }

  const ReportSpec& spec_;
  std::optional<ConversationDraws> draws_;
};

ResultCell CellOf(const Bootstrap& bootstrap, const ScoreMatrix& scores_SC) {
  ResultCell cell;
  if (scores_SC.empty()) return cell;
  cell.estimate = bootstrap.OfMean(scores_SC);
  cell.seeds = static_cast<int>(scores_SC.size());
  cell.conversations = static_cast<int>(scores_SC[0].size());
  cell.resampled = scores_SC.size() > 1 ? "seeds and conversations" : "conversations";
  return cell;
}

ResultRow BaselineRow(const ReportSpec& spec, const RunSet& set, const Bootstrap& bootstrap) {
  const std::vector<const ReportRun*> done = AllDone(set);
  const bool shared = ShareOneStart(done, spec.split);
  ResultRow row;
  row.name = spec.baseline;
  row.seeds = shared ? "one start" : std::to_string(done.size()) + " starts";
  for (const MetricColumn& metric : spec.metrics) {
    ScoreMatrix scores_SC = StartScores(done, spec.split, metric.id);
    if (shared) scores_SC.resize(1);
    row.cells.push_back(CellOf(bootstrap, scores_SC));
    row.cells.back().run_hashes = HashesOf(done);
  }
  return row;
}

std::string NameOf(const ReportSpec& spec, const std::string& value) {
  for (const Arm& arm : spec.arms) {
    if (arm.value == value) return arm.name;
  }
  return value;
}

const MetricColumn& MetricOf(const ReportSpec& spec, const std::string& id) {
  std::vector<std::string> known;
  for (const MetricColumn& metric : spec.metrics) {
    if (metric.id == id) return metric;
    known.push_back(metric.id);
  }
  throw UnknownName("report", "metric of a comparison", id, known);
}

std::vector<double> SeedDifferences(const PairedScores& scores) {
  std::vector<double> differences;
  for (size_t s = 0; s < scores.left_SC.size(); ++s) {
    differences.push_back(Mean(scores.left_SC[s]) - Mean(scores.right_SC[s]));
  }
  return differences;
}

ComparedPair Compare(const ReportSpec& spec, const RunSet& set, const Comparison& comparison,
                     const Bootstrap& bootstrap) {
  ComparedPair pair;
  pair.comparison = comparison;
  pair.left_name = NameOf(spec, comparison.left);
  pair.right_name = NameOf(spec, comparison.right);
  const MetricColumn& metric = MetricOf(spec, comparison.metric);
  const PairedRuns runs = PairRuns(spec, set, comparison);
  pair.seeds = static_cast<int>(runs.left.size());
  if (runs.left.empty()) return pair;
  const PairedScores scores = ScoresOf(runs, spec.split, metric.id);
  pair.difference = bootstrap.OfDifference(scores);
  pair.over_seeds = StudentInterval(SeedDifferences(scores), spec.confidence);
  pair.verdict = JudgeBoth(pair.difference, pair.over_seeds, metric.higher_is_better);
  if (!spec.confounder.empty()) pair.confounder = bootstrap.OfDifference(ScoresOf(runs, spec.split, spec.confounder));
  std::set<std::string> hashes;
  for (const auto* side : {&runs.left, &runs.right}) {
    for (const std::string& hash : HashesOf(*side)) hashes.insert(hash);
  }
  pair.run_hashes.assign(hashes.begin(), hashes.end());
  return pair;
}

std::string Fixed(const char* format, double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), format, value);
  return buffer;
}

// "0.242" for a number in text form with more digits; other texts as they are.
std::string MeanOfTexts(const std::vector<std::string>& texts, const char* format) {
  std::vector<double> numbers;
  for (const std::string& text : texts) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0') return "not recorded";
    numbers.push_back(number);
  }
  return numbers.empty() ? "not recorded" : Fixed(format, Mean(numbers));
}

std::string SettingOf(const ArmRuns& arm, const std::string& key) {
  for (const auto* runs : {&arm.done, &arm.failed, &arm.unfinished}) {
    for (const ReportRun* run : *runs) {
      const auto found = run->config.find(key);
      return found == run->config.end() ? "not set" : found->second;
    }
  }
  return "no run";
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
  const Bootstrap bootstrap(spec, set);
  ResultTable table;
  table.columns = spec.metrics;
  if (!spec.baseline.empty() && !AllDone(set).empty()) table.rows.push_back(BaselineRow(spec, set, bootstrap));
  for (const ArmRuns& arm : set.arms) {
    const std::string status = StatusOf(arm);
    ResultRow row;
    row.name = arm.arm.name;
    row.seeds = std::to_string(arm.done.size()) + (status.empty() ? "" : " (" + status + ")");
    for (const MetricColumn& metric : spec.metrics) {
      const ScoreMatrix scores_SC = FinalScores(arm.done, spec.split, metric.id);
      row.cells.push_back(CellOf(bootstrap, scores_SC));
      row.cells.back().status = status;
      row.cells.back().run_hashes = HashesOf(arm.done);
    }
    table.rows.push_back(row);
  }
  MarkSeparated(&table);
  return table;
}

std::vector<ComparedPair> CompareAll(const ReportSpec& spec, const RunSet& set) {
  const Bootstrap bootstrap(spec, set);
  std::vector<ComparedPair> pairs;
  for (const Comparison& comparison : spec.comparisons) pairs.push_back(Compare(spec, set, comparison, bootstrap));
  return pairs;
}

TextTable ComparisonTable(const ReportSpec& spec, const std::vector<ComparedPair>& pairs) {
  TextTable table;
  const std::string percent = Fixed("%.0f", 100 * spec.confidence) + "\u00a0%";
  table.header = {"Left against right", "Metric", "Left is", "Difference", "Bootstrap, " + percent,
                  "Seeds, " + percent,  "Seeds"};
  if (!spec.confounder.empty()) table.header.push_back("\u0394\u00a0" + MetricOf(spec, spec.confounder).title);
  for (const ComparedPair& pair : pairs) {
    const bool has = pair.seeds > 0;
    std::vector<TextCell> row = {
        {pair.left_name + " against " + pair.right_name},
        {MetricOf(spec, pair.comparison.metric).title},
        {has ? ToWord(pair.verdict) : "no pair of runs", has && pair.verdict != Verdict::kInconclusive},
        {has ? FormatDifference(pair.difference.mean) : ""},
        {has ? FormatSignedInterval(pair.difference.interval) : ""},
        {pair.over_seeds ? FormatSignedInterval(*pair.over_seeds) : ""},
        {std::to_string(pair.seeds)}};
    if (!spec.confounder.empty()) {
      row.emplace_back();
      if (pair.confounder) {
        row.back() = {FormatDifference(pair.confounder->mean), false, FormatSignedInterval(pair.confounder->interval)};
      }
    }
    table.rows.push_back(row);
  }
  return table;
}

std::string ComparisonCsv(const std::vector<ComparedPair>& pairs) {
  TextTable table;
  table.header = {"left", "right",     "metric",     "verdict", "difference", "low",
                  "high", "seeds_low", "seeds_high", "seeds",   "runs"};
  for (const ComparedPair& pair : pairs) {
    const bool has = pair.seeds > 0;
    std::string hashes;
    for (const std::string& hash : pair.run_hashes) hashes += (hashes.empty() ? "" : " ") + hash;
    table.rows.push_back({{pair.comparison.left},
                          {pair.comparison.right},
                          {pair.comparison.metric},
                          {has ? ToWord(pair.verdict) : "no pair of runs"},
                          {has ? Fixed("%.17g", pair.difference.mean) : ""},
                          {has ? Fixed("%.17g", pair.difference.interval.low) : ""},
                          {has ? Fixed("%.17g", pair.difference.interval.high) : ""},
                          {pair.over_seeds ? Fixed("%.17g", pair.over_seeds->low) : ""},
                          {pair.over_seeds ? Fixed("%.17g", pair.over_seeds->high) : ""},
                          {std::to_string(pair.seeds)},
                          {hashes}});
  }
  return ToCsv(table);
}

TextTable SettingsTable(const ReportSpec& spec, const RunSet& set) {
  TextTable table;
  table.numeric = false;
  table.header = {"Setting"};
  for (const ArmRuns& arm : set.arms) table.header.push_back(arm.arm.name);
  std::set<std::string> keys;
  for (const ReportRun& run : set.runs) {
    for (const auto& [key, value] : run.config) keys.insert(key);
  }
  keys.erase(spec.seed_key);
  for (const std::string& key : keys) {
    std::vector<TextCell> row = {{key}};
    std::set<std::string> values;
    for (const ArmRuns& arm : set.arms) {
      row.push_back({SettingOf(arm, key)});
      if (row.back().text != "no run") values.insert(row.back().text);
    }
    if (values.size() > 1) table.rows.push_back(row);
  }
  return table;
}

TextTable CostTable(const RunSet& set) {
  TextTable table;
  table.header = {"Arm"};
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
        const std::vector<double>& values = FindSeries(run->record, part).values;
        seconds.insert(seconds.end(), values.begin(), values.end());
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
  TextTable table;
  table.numeric = false;
  table.header = {"Arm", "Seed", "Run (config hash)", "Status", "Steps", "Wall time, s", "Peak memory, MiB"};
  const auto add = [&table](const std::string& arm, const ReportRun& run) {
    std::string status = run.record.status;
    if (status == "running") status = "unfinished";
    const std::string reason = FindText(run.record.summary, "reason");
    if (!reason.empty()) status += ": " + reason;
    table.rows.push_back({{arm},
                          {run.seed},
                          {run.record.run_name},
                          {status},
                          {std::to_string(run.record.steps.empty() ? 0 : run.record.steps.back())},
                          {MeanOfTexts({FindText(run.record.summary, "wall_s")}, "%.1f")},
                          {MeanOfTexts({FindText(run.record.summary, "peak_rss_mib")}, "%.1f")}});
  };
  for (const ArmRuns& arm : set.arms) {
    for (const auto* runs : {&arm.done, &arm.failed, &arm.unfinished}) {
      for (const ReportRun* run : *runs) add(arm.arm.name, *run);
    }
    for (const std::string& seed : arm.missing_seeds) {
      table.rows.push_back({{arm.arm.name}, {seed}, {""}, {"missing"}, {""}, {""}, {""}});
    }
  }
  for (const ReportRun* run : set.others) add("(of no arm; not used)", *run);
  return table;
}

TextTable ProvenanceTable(const RunSet& set) {
  TextTable table;
  table.numeric = false;
  table.header = {"Recorded at the start of each run", "Value"};
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
