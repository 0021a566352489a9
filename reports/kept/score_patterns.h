// Conversations of one experiment have few different sets of scores: each is kept once, and a conversation by its
// place.
//
//   ScorePatterns patterns(runs);
//   KeptArray scores = patterns.Of(table);                   // float32 [patterns, metrics], the most frequent first
//   std::vector<int64_t> places = patterns.Places(table);    // [evaluations, conversations]
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/metrics/run_record.h"
#include "reports/kept/kept_record.h"

namespace suite {

class ScorePatterns {
 public:
  explicit ScorePatterns(const std::vector<RunRecord>& runs);

  // Of a table of these runs: all patterns of its split and metrics, and those of its rows.
  KeptArray Of(const ScoreTable& table) const;
  std::vector<int64_t> Places(const ScoreTable& table) const;

 private:
  using Pattern = std::vector<uint32_t>;  // bits of floats: NaN equals itself
  using Key = std::pair<std::string, std::vector<std::string>>;

  static Pattern PatternAt(const ScoreTable& table, size_t row, size_t conversation);

  std::map<Key, std::map<Pattern, int64_t>> places_;
};

}  // namespace suite
