#include "reports/runs/starts.h"

#include <algorithm>
#include <optional>
#include <set>

#include "reports/runs/settings.h"
#include "reports/runs/start_groups.h"
#include "reports/statistics/clustered_error.h"

namespace suite {
namespace {

// Numbers in order of first appearance; where all names are one, each its own number.
std::vector<size_t> Numbered(const std::vector<std::string>& names) {
  std::vector<size_t> numbers = ClusterIndices(names);
  if (std::all_of(numbers.begin(), numbers.end(), [](size_t number) { return number == 0; })) {
    for (size_t s = 0; s < numbers.size(); ++s) numbers[s] = s;
  }
  return numbers;
}

// None of a counted run: it has no policy to start from.
std::optional<std::string> StartOfSide(const RunSide& side, size_t s, const std::string& split) {
  if (!side.is_start && IsCounted(side.runs[s]->config)) return std::nullopt;
  return StartOf(*side.runs[s], split);
}

}  // namespace

PairedStarts StartsOf(const PairedRuns& runs, const std::string& split) {
  std::vector<std::string> names;
  std::set<std::string> left;
  std::set<std::string> right;
  for (size_t s = 0; s < runs.left.runs.size(); ++s) {
    const std::optional<std::string> of_left = StartOfSide(runs.left, s, split);
    const std::optional<std::string> of_right = StartOfSide(runs.right, s, split);
    names.push_back(of_left.value_or("") + "\n" + of_right.value_or(""));
    if (of_left) left.insert(*of_left);
    if (of_right) right.insert(*of_right);
  }
  PairedStarts starts = {Numbered(names), ""};
  if (left.empty() && right.empty()) return starts;  // both sides are counted
  const bool counted = left.empty() || right.empty();
  if (names.size() == 1) {
    // A start beside what is counted has no seed: more runs would say the same.
    starts.from = counted && (runs.left.is_start || runs.right.is_start) ? " from this start" : " in these runs";
  } else if (left.size() <= 1 && right.size() <= 1) {
    starts.from = counted || left == right ? " from this start" : " from these starts";
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
