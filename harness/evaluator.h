// Greedy evaluation, as the authors do it: one answer for each conversation, scored by Recall@k and nDCG@k.
//
//   Evaluation evaluation = Evaluate(llama, weights.Tensors(), policy, chat, dataset.test, dataset.catalog, options);
//   evaluation.scores[m][c]              // metric evaluation.metrics[m] of conversation c
//
// Metrics: recall@k and ndcg@k for each cutoff, in_catalog_ratio, duplicate_share (datasets/ranking_metrics.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/catalog.h"
#include "datasets/conversation.h"
#include "harness/config/run_config.h"
#include "models/llama.h"
#include "models/sampler.h"
#include "models/tokenizer/chat_template.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

struct EvaluationOptions {
  int64_t list_length = 20;
  std::vector<int64_t> cutoffs = {5, 10, 15, 20};
  int64_t batch = 256;       // conversations decoded together
  SamplingOptions sampling;  // `greedy` is set here
};

struct Evaluation {
  std::vector<std::string> metrics;
  std::vector<std::vector<float>> scores;  // [metric][conversation]
  std::vector<std::string> answers;        // [conversation]
};

std::vector<std::string> EvaluationMetrics(const std::vector<int64_t>& cutoffs);

Evaluation Evaluate(const Llama& llama, const LlamaTensors& tensors, const Tokenizer& tokenizer,
                    const ChatTemplate& chat, const std::vector<Conversation>& conversations, const Catalog& catalog,
                    const EvaluationOptions& options);

// The mean of a metric over conversations; those without a value (no ground truth) are left out.
double MeanScore(const Evaluation& evaluation, const std::string& metric);

}  // namespace suite
