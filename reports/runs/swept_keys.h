// What a sweep varied, and an arm's place in it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/table.h"

namespace suite {

// Config keys, but that of the seed, that are not the same in all arms with a finished run, each with its values.
using SweptKeys = std::map<std::string, std::set<std::string>>;
SweptKeys SweptKeysOf(const ReportSpec& spec, const RunSet& set);

// The arm's value of a key, "not set" where it has none. The arm must have a finished run.
std::string SettingOf(const ArmRuns& arm, const std::string& key);

// The number that the whole text is.
std::optional<double> NumberOf(const std::string& text);
bool AreNumbers(const std::set<std::string>& values);

// The mean wall time of the arm's runs; none when one of them does not tell.
std::optional<double> WallSeconds(const ArmRuns& arm);

// The cell of our row of that name; null without an estimate.
const ResultCell* CellOf(const ResultTable& results, const std::string& row_name, const std::string& metric);

// The metrics that the comparisons name, or else the first one: at most two, the last of them.
std::vector<MetricColumn> ShownMetrics(const ReportSpec& spec);

}  // namespace suite
