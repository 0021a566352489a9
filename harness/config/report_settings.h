// What an experiment file says about its report: [report] and the [[claim]] tables (experiment_file.h shows them).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace suite {

// "left is compared with right by metric"; left and right are arms (see experiment.h).
struct ComparisonSetting {
  std::string left;
  std::string right;
  std::string metric;
  std::string origin;
};

// What every run that a sentence speaks of must have under this key: one of the values, as texts.
struct ConditionSetting {
  std::string key;
  std::vector<std::string> values;
};

// A remark on the runs. Settings in braces ("{rl.steps}") stand for what the runs record.
struct NoteSetting {
  std::string text;
  std::vector<ConditionSetting> conditions = {};
  std::string origin = "";
};

// A sentence of the paper as a comparison. Relations are words that reports/spec/claim.h knows.
struct ClaimSetting {
  int64_t number = 0;
  std::string sentence;
  std::string left;
  std::string right;             // empty with a target, and where the relation is about one arm's course
  std::optional<double> target;  // the number that left is held against
  std::string metric;
  std::string right_metric;  // empty: the same
  std::string relation;
  double margin = 0;
  std::vector<double> published;  // none, or left and right
  std::string source;
  std::vector<ConditionSetting> conditions;
  std::string origin;
};

struct ReportSettings {
  std::string title;
  std::string title_origin;
  std::vector<std::string> metrics;
  std::vector<ComparisonSetting> comparisons;
  std::vector<ClaimSetting> claims;  // the [[claim]] tables
  std::vector<NoteSetting> notes;
  std::vector<std::string> published;              // ids in reports/results/published.toml
  std::map<std::string, std::string> arm_names;    // arm -> display name
  std::map<std::string, std::string> arm_origins;  // arm -> where the display name stands
  std::string metrics_origin;
};

}  // namespace suite
