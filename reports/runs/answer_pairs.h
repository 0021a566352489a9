// The answers of one run to the same conversations before its first step and at its end, for reading side by side.
//
//   for (const AnswerPair& pair : AnswerPairs(run)) text += SideBySide(pair);
//
//   [test/17] wanted: Alien (1979)
//   Before the first step             At the end
//     Heat (1995)                     + Alien (1979)
//     Aliens (1986)                     Heat (1995)
//
// A + marks a hit.
#pragma once

#include <string>
#include <vector>

#include "harness/metrics/run_record.h"

namespace suite {

struct AnswerPair {
  const SampleAnswer* before = nullptr;  // null in a record that keeps none: an older one, or one without steps
  const SampleAnswer* after = nullptr;
  std::vector<std::string> wanted;  // the ground truth, written; empty where the record has no lists
};

// One for each of run.answers. They point into `run`.
std::vector<AnswerPair> AnswerPairs(const RunRecord& run);

// Lines as in the example; both answers must be there.
std::string SideBySide(const AnswerPair& pair);

}  // namespace suite
