// What a run keeps of its evaluations so that others can check its metrics (harness/metrics/evaluated_lists.h).
//
//   EvaluatedLists lists = RecordLists("test", /*step=*/0, dataset.test, evaluation.judged, dataset.catalog);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/judging/ranking_metrics.h"
#include "harness/metrics/evaluated_lists.h"

namespace suite {

// A title outside the catalogue is cut after so many bytes and then marked "...": a policy that rambles would fill the
// store.
inline constexpr size_t kLongestForeignTitle = 256;

// `judged`: the answer to each conversation, as it was evaluated after `step`.
EvaluatedLists RecordLists(const std::string& split, int64_t step, const std::vector<Conversation>& conversations,
                           const std::vector<EvaluatedAnswer>& judged, const Catalog& catalog);

}  // namespace suite
