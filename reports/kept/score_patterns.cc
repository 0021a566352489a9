#include "reports/kept/score_patterns.h"

#include <algorithm>
#include <cstring>

namespace suite {
namespace {

template <typename Use>
void ForEachCell(const ScoreTable& table, const Use& use) {
  for (size_t row = 0; row < table.steps.size(); ++row) {
    for (size_t c = 0; c < table.conversation_ids.size(); ++c) use(row, c);
  }
}

}  // namespace

ScorePatterns::Pattern ScorePatterns::PatternAt(const ScoreTable& table, size_t row, size_t conversation) {
  Pattern bits(table.metric_names.size());
  for (size_t m = 0; m < bits.size(); ++m) {
    const float score = table.At(row, m, conversation);
    std::memcpy(&bits[m], &score, sizeof(score));
  }
  return bits;
}

ScorePatterns::ScorePatterns(const std::vector<RunRecord>& runs) {
  for (const RunRecord& run : runs) {
    for (const ScoreTable& table : run.scores) {
      std::map<Pattern, int64_t>& times = places_[{table.split, table.metric_names}];
      ForEachCell(table, [&](size_t row, size_t c) { ++times[PatternAt(table, row, c)]; });
    }
  }
  for (auto& [key, patterns] : places_) {
    std::vector<std::pair<int64_t, Pattern>> by_times;  // the most frequent first
    for (const auto& [pattern, times] : patterns) by_times.emplace_back(-times, pattern);
    std::sort(by_times.begin(), by_times.end());
    for (size_t i = 0; i < by_times.size(); ++i) patterns[by_times[i].second] = static_cast<int64_t>(i);
  }
}

KeptArray ScorePatterns::Of(const ScoreTable& table) const {
  const std::map<Pattern, int64_t>& patterns = places_.at({table.split, table.metric_names});
  const size_t metrics = table.metric_names.size();
  std::vector<float> scores(patterns.size() * metrics);
  for (const auto& [pattern, place] : patterns) {
    if (metrics) std::memcpy(&scores[static_cast<size_t>(place) * metrics], pattern.data(), metrics * sizeof(float));
  }
  return {{patterns.size(), metrics}, std::move(scores)};
}

std::vector<int64_t> ScorePatterns::Places(const ScoreTable& table) const {
  const std::map<Pattern, int64_t>& patterns = places_.at({table.split, table.metric_names});
  std::vector<int64_t> places;
  ForEachCell(table, [&](size_t row, size_t c) { places.push_back(patterns.at(PatternAt(table, row, c))); });
  return places;
}

}  // namespace suite
