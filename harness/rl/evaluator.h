// Greedy evaluation, as the authors do it: one answer for each conversation, scored by Recall@k and nDCG@k.
//
//   Evaluation evaluation =
//       Evaluate(llama, weights.Tensors(), tokenizer, prompt, dataset.test, dataset.catalog, options);
//   evaluation.scores[m][c]                       // metric evaluation.metrics[m] of conversation c
//
// The metrics are those of harness/metrics/metrics.def.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/judging/ranking_metrics.h"
#include "harness/distributed/process_group.h"
#include "harness/policy/prompt.h"
#include "models/llama/llama.h"
#include "models/sampler.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

struct EvaluationOptions {
  int64_t list_length = 20;
  std::vector<int64_t> cutoffs = {5, 10, 15, 20};
  int64_t batch = 256;       // conversations decoded together
  SamplingOptions sampling;  // `greedy` is set here
  bool close_seen = false;   // under a constraint, answers may not have what the user has seen
  // The processes that share the work (harness/distributed), all with the same arguments and results; null: this one.
  ProcessGroup* group = nullptr;
  // Called after each batch with the conversations done and all; may be empty.
  std::function<void(int64_t, int64_t)> progress;
};

struct Evaluation {
  std::vector<std::string> metrics;
  std::vector<std::vector<float>> scores;  // [metric][conversation]
  std::vector<std::string> answers;        // [conversation]
  std::vector<EvaluatedAnswer> judged;     // [conversation]: what the scores are made of
};

Evaluation Evaluate(const Llama& llama, const LlamaTensors& tensors, const Tokenizer& tokenizer,
                    const PromptBuilder& prompt, const std::vector<Conversation>& conversations, const Catalog& catalog,
                    const EvaluationOptions& options);

// The same from answers that are there, one a conversation: `options` tells list length and cut-offs.
Evaluation JudgeAnswers(std::vector<std::string> answers, const std::vector<Conversation>& conversations,
                        const Catalog& catalog, const EvaluationOptions& options);

// The scores of one answer, in the order of MetricNames(cutoffs).
std::vector<double> ScoresOf(const EvaluatedAnswer& answer, const std::vector<int64_t>& cutoffs);

// The mean of a metric over conversations; those without a value (no ground truth) are left out.
double MeanScore(const Evaluation& evaluation, const std::string& metric);

}  // namespace suite
