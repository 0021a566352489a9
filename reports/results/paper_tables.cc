#include "reports/results/paper_tables.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/error.h"
#include "reports/results/published.h"
#include "reports/runs/arm_costs.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/settings.h"
#include "reports/statistics/statistics.h"
#include "reports/tables/text_table.h"

namespace suite {
namespace {

// "-9.8 %"
std::string Change(double value, double reference) {
  return reference == 0 ? "" : Fixed("%+.1f", 100 * (value / reference - 1)) + "\u00a0%";
}

std::vector<MetricColumn> MetricsOf(const ReportSpec& spec, const PaperTable& wanted) {
  if (wanted.metrics.empty()) return wanted.form == PaperForm::kGrid ? ShownMetrics(spec) : spec.metrics;
  std::vector<MetricColumn> columns;
  for (const std::string& id : wanted.metrics) columns.push_back(FindColumn(spec, id, "table"));
  return columns;
}

TextCell CellText(const ResultTable& results, const std::string& row, const std::string& metric) {
  const ResultCell* cell = CellOf(results, row, metric);
  return cell ? ToTextCell(*cell) : TextCell{""};
}

// What was published for an arm; none where nothing was.
std::optional<double> PublishedOf(const PaperTable& wanted, const std::string& arm, const MetricColumn& metric) {
  const auto id = wanted.published.find(arm);
  if (id == wanted.published.end()) return std::nullopt;
  return PublishedRows({id->second}, {metric})[0].cells[0].published;
}

void CheckPublishedArms(const ReportSpec& spec, const PaperTable& wanted) {
  std::vector<std::string> known;
  for (const Arm& arm : spec.arms) known.push_back(arm.value);
  for (const auto& [arm, id] : wanted.published) {
    if (std::find(known.begin(), known.end(), arm) == known.end()) {
      throw UnknownName("report", "arm of a published result", arm, known);
    }
  }
}

std::string SourcesOf(const PaperTable& wanted, const std::vector<MetricColumn>& metrics) {
  std::string sources;
  for (const auto& [arm, id] : wanted.published) {
    const std::string source = PublishedRows({id}, metrics)[0].source;
    if (sources.find(source) == std::string::npos) sources += (sources.empty() ? "" : "; ") + source;
  }
  return sources;
}

TextTable Ablation(const ReportSpec& spec, const RunSet& set, const PaperTable& wanted, const ResultTable& results) {
  CheckPublishedArms(spec, wanted);
  const std::vector<MetricColumn> metrics = MetricsOf(spec, wanted);
  TextTable table{{"Arm"}};
  for (const MetricColumn& metric : metrics) {
    table.header.insert(table.header.end(), {metric.title, "change"});
    if (!wanted.published.empty()) table.header.insert(table.header.end(), {"published", "change"});
  }
  const std::string first = set.arms.empty() ? "" : set.arms[0].arm.value;
  for (const ArmRuns& arm : set.arms) {
    std::vector<TextCell> row = {{arm.arm.name}};
    for (const MetricColumn& metric : metrics) {
      const ResultCell* reference = CellOf(results, set.arms[0].arm.name, metric.id);
      const ResultCell* cell = CellOf(results, arm.arm.name, metric.id);
      row.push_back(CellText(results, arm.arm.name, metric.id));
      const bool has_change = cell && reference && arm.arm.value != first;
      row.push_back({has_change ? Change(cell->estimate->mean, reference->estimate->mean) : ""});
      if (wanted.published.empty()) continue;
      const auto published = PublishedOf(wanted, arm.arm.value, metric);
      const auto published_first = PublishedOf(wanted, first, metric);
      row.push_back({published ? FormatPublished(*published) : ""});
      const bool both = published && published_first && arm.arm.value != first;
      row.push_back({both ? Change(*published, *published_first) : ""});
    }
    table.rows.push_back(row);
  }
  table.caption = "Changes are against the first row.";
  if (!wanted.published.empty()) table.caption += " Published: " + SourcesOf(wanted, metrics) + ".";
  return table;
}

// The mean of a step series over all steps of an arm's runs; empty when one of them lacks it.
std::string SeriesMean(const ArmRuns& arm, const std::string& name, const char* format) {
  std::vector<double> values;
  for (const ReportRun* run : arm.done) {
    const StepSeries* series = SeriesOf(run->record, name);
    if (!series) return "";
    values.insert(values.end(), series->values.begin(), series->values.end());
  }
  return values.empty() ? "" : Fixed(format, Mean(values));
}

TextTable Scaling(const ReportSpec& spec, const RunSet& set, const PaperTable& wanted, const ResultTable& results) {
  TextTable table{{"Arm", ShortName(wanted.key)}};
  const std::vector<MetricColumn> metrics = MetricsOf(spec, wanted);
  for (const MetricColumn& metric : metrics) table.header.push_back(metric.title);
  table.header.insert(table.header.end(), {"Tokens a step", "Reward std in a group", "Wall time, s a run"});
  for (const ArmRuns* arm : ArmsAlong(set, wanted.key)) {
    std::vector<TextCell> row = {{arm->arm.name}, {SettingOf(arm->done[0]->config, wanted.key)}};
    for (const MetricColumn& metric : metrics) row.push_back(CellText(results, arm->arm.name, metric.id));
    row.push_back({SeriesMean(*arm, "tokens", "%.0f")});
    row.push_back({SeriesMean(*arm, "reward_std", "%.3f")});
    const std::vector<Cost> costs = CostsOf(*arm);
    const Cost* wall = FindCost(costs, "wall_s");
    row.push_back({wall ? Fixed("%.1f", wall->value) : ""});
    table.rows.push_back(row);
  }
  return table;
}

TextTable Grid(const RunSet& set, const PaperTable& wanted, const DifferingSettings& keys, const MetricColumn& metric,
               const ResultTable& results) {
  std::vector<std::string> columns(keys.at(wanted.key).begin(), keys.at(wanted.key).end());
  std::sort(columns.begin(), columns.end(), SeedLess);
  TextTable table{{metric.title}};
  for (const std::string& column : columns) table.header.push_back(ShortName(wanted.key) + "\u00a0" + column);
  std::vector<std::string> labels;
  for (const ArmRuns* arm : TrainedArms(set)) {
    std::string label = LabelOf(arm->done[0]->config, keys, wanted.key);
    if (label.empty()) label = "all";
    auto at = static_cast<size_t>(std::find(labels.begin(), labels.end(), label) - labels.begin());
    if (at == labels.size()) {
      labels.push_back(label);
      table.rows.emplace_back(columns.size() + 1);
      table.rows.back()[0].text = label;
    }
    const auto column =
        std::find(columns.begin(), columns.end(), SettingOf(arm->done[0]->config, wanted.key)) - columns.begin();
    table.rows[at][static_cast<size_t>(column) + 1] = CellText(results, arm->arm.name, metric.id);
  }
  return table;
}

// The form that fits what the arms differ in; nothing for a single arm.
std::vector<PaperTable> FittingTables(const ReportSpec& spec, const RunSet& set, const DifferingSettings& keys) {
  const std::vector<const ArmRuns*> arms = TrainedArms(set);
  if (arms.size() < 2 || keys.empty()) return {};
  const auto number = std::find_if(keys.begin(), keys.end(), [](const auto& key) { return AreNumbers(key.second); });
  if (number != keys.end() && keys.size() == 1) {
    return {{PaperForm::kScaling, "Scaling of " + ShortName(number->first), number->first}};
  }
  // A number that stands for the arms themselves makes no grid: each of its values must have two rows or more.
  std::map<std::string, int> rows;
  for (const ArmRuns* arm : arms) {
    if (number != keys.end()) ++rows[SettingOf(arm->done[0]->config, number->first)];
  }
  const bool crosses =
      !rows.empty() && std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.second > 1; });
  if (crosses) return {{PaperForm::kGrid, "Grid of " + ShortName(number->first), number->first}};
  const std::string against = set.arms[0].arm.name;
  return {{PaperForm::kAblation, "Changes against " + (against.empty() ? spec.title : against)}};
}

void CheckKey(const PaperTable& wanted, const DifferingSettings& keys) {
  std::vector<std::string> known;
  for (const auto& [key, values] : keys) {
    if (wanted.form == PaperForm::kGrid || AreNumbers(values)) known.push_back(key);
  }
  if (std::find(known.begin(), known.end(), wanted.key) == known.end()) {
    throw UnknownName("report", "varied key of a table", wanted.key, known);
  }
}

}  // namespace

std::vector<NamedTable> PaperTables(const ReportSpec& spec, const RunSet& set, const ResultTable& results) {
  std::vector<NamedTable> tables;
  const DifferingSettings keys = SweptSettings(spec, set);
  const auto wanted = spec.paper_tables.empty() ? FittingTables(spec, set, keys) : spec.paper_tables;
  for (const PaperTable& one : wanted) {
    const auto add = [&](const std::string& title, TextTable table) {
      tables.push_back({"paper_table_" + std::to_string(tables.size() + 1), title, std::move(table)});
    };
    if (AllDone(set).empty()) continue;
    if (one.form != PaperForm::kAblation) CheckKey(one, keys);
    if (one.form == PaperForm::kAblation) add(one.title, Ablation(spec, set, one, results));
    if (one.form == PaperForm::kScaling) add(one.title, Scaling(spec, set, one, results));
    if (one.form != PaperForm::kGrid) continue;
    for (const MetricColumn& metric : MetricsOf(spec, one)) {
      add(one.title + ", " + metric.title, Grid(set, one, keys, metric, results));
    }
  }
  return tables;
}

}  // namespace suite
