// Adjust on the pipeline's own terms: positives from conversations, scores block by block.
//
//   Artifact fitted = FitToPositives(conversations, catalog, rows, scoring, config.demonstrations, report);
//   fitted.doubles["weight"], fitted.doubles["bias"], fitted.doubles["loss"]
//
// A positive is what a conversation went on to like and the catalogue has, title and year alike, each once.
#pragma once

#include <cstdint>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "harness/config/run_config.h"
#include "harness/demonstrations/artifact.h"
#include "harness/demonstrations/kept_answers.h"
#include "harness/demonstrations/list_scores.h"

namespace suite {

// Fits w and b (adjust.h) to the conversations `rows`. Scores up to 256 MiB are kept between passes, more are made
// again in each. Texts: positives, stopped_by, passes.
Artifact FitToPositives(const std::vector<Conversation>& conversations, const Catalog& catalog,
                        const std::vector<int64_t>& rows, const ListScoring& scoring,
                        const DemonstrationsConfig& numbers, const PipelineProgress& report);

}  // namespace suite
