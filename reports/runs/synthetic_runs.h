// Small made-up runs for the tests of this folder: scores with a known effect for each arm, and noise by conversation
// and by seed.
#pragma once

#include <cstdint>
#include <string>

#include "harness/metrics/run_record.h"

namespace suite {

struct SyntheticRun {
  std::string preset;  // objective.preset
  int64_t seed = 1;
  double gain = 0;  // added to every score by the end of training, on average
  int64_t steps = 60;
  int64_t conversations = 200;             // of the test split
  int64_t validation_conversations = 200;  // of the validation split
  int64_t ranks = 0;                       // of each list of the test split that is recorded, first and last; 0: none
};

// A finished run: splits validation (evaluated 5 times) and test (first and last), metrics recall@5, recall@10, ndcg@5,
// ndcg@10, in_catalog_ratio, duplicate_share. All runs share the scores of step 0. With lists, the scores are those of
// one wanted item a conversation, and `gain` does nothing.
RunRecord MakeRun(const SyntheticRun& wanted);

// The same as a run that counts (policy.kind = `kind`): evaluated at step 0 alone, no steps, no series.
RunRecord MakeCountedRun(const std::string& kind, const SyntheticRun& wanted);

}  // namespace suite
