// Labelled rows of a golden file as the sequences that next-token training takes.
//
//   {"input_ids": [[5, 7, 9, 0]], "attention_mask": [[1, 1, 1, 0]], "labels": [[-100, 7, 9, -100]]}
//       ->  ids 5 7 9, scored from 1
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "models/llama/packed_tokens.h"

namespace suite::parity {

// The label of a token that does not count.
inline constexpr int64_t kNotCounted = -100;

// Rows padded on the right, whose labels are the ids from some place to the end of the row; SUITE_CHECK otherwise. A
// first token that counts as a label is never predicted, so scoring starts at 1 at the earliest. `ids` names the key of
// the ids.
std::vector<ScoredSequence> SupervisedRows(const nlohmann::json& batch, const char* ids = "input_ids");

}  // namespace suite::parity
