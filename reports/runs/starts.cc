#include "reports/runs/starts.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "reports/runs/settings.h"
#include "reports/statistics/clustered_error.h"

namespace suite {
namespace {

// The settings that make the policy from which RL starts.
bool MakesTheStart(const std::string& key) {
  for (const char* section : {"data.", "policy.", "pretrain.", "sft.", "teacher", "embedder", "demonstrations."}) {
    if (key.rfind(section, 0) == 0) return true;
  }
  return false;
}

std::string StartOf(const ReportRun& run, const std::string& split) {
  if (HasStart(run, split)) {
    const ScoreTable& table = FindScores(run.record, split);
    std::string bytes(table.metric_names.size() * table.conversation_ids.size() * sizeof(table.values[0]), '\0');
    std::memcpy(bytes.data(), table.values.data(), bytes.size());
    return bytes;
  }
  std::string start;
  for (const auto& [key, value] : run.config) {
    if (MakesTheStart(key)) start += key + "=" + value + "\n";
  }
  return SettingOf(run.config, "sft.own_seed") == "true" ? start + run.seed : start;
}

// Numbers in order of first appearance; where all names are one, each its own number.
std::vector<size_t> Numbered(const std::vector<std::string>& names) {
  std::vector<size_t> numbers = ClusterIndices(names);
  if (std::all_of(numbers.begin(), numbers.end(), [](size_t number) { return number == 0; })) {
    for (size_t s = 0; s < numbers.size(); ++s) numbers[s] = s;
  }
  return numbers;
}

}  // namespace

PairedStarts StartsOf(const PairedRuns& runs, const std::string& split) {
  std::vector<std::string> names;
  std::set<std::string> left;
  std::set<std::string> right;
  for (size_t s = 0; s < runs.left.runs.size(); ++s) {
    const std::string of_left = StartOf(*runs.left.runs[s], split);
    const std::string of_right = StartOf(*runs.right.runs[s], split);
    names.push_back(of_left + "\n" + of_right);
    left.insert(of_left);
    right.insert(of_right);
  }
  PairedStarts starts = {Numbered(names), ""};
  if (names.size() == 1) {
    starts.from = " in these runs";
  } else if (left.size() == 1 && right.size() == 1) {
    starts.from = left == right ? " from this start" : " from these starts";
  }
  return starts;
}

std::vector<size_t> StartsOf(const std::vector<const ReportRun*>& runs, const std::string& split) {
  std::vector<std::string> names;
  for (const ReportRun* run : runs) names.push_back(StartOf(*run, split));
  return Numbered(names);
}

ScoreMatrix MeansByStart(const ScoreMatrix& rows_S, const std::vector<size_t>& of_S) {
  ScoreMatrix means;
  std::vector<double> counts;
  for (size_t s = 0; s < rows_S.size(); ++s) {
    if (of_S[s] == means.size()) {
      means.emplace_back(rows_S[s].size(), 0.0);
      counts.push_back(0);
    }
    ++counts[of_S[s]];
    for (size_t c = 0; c < rows_S[s].size(); ++c) means[of_S[s]][c] += rows_S[s][c];
  }
  for (size_t start = 0; start < means.size(); ++start) {
    for (double& value : means[start]) value /= counts[start];
  }
  return means;
}

}  // namespace suite
