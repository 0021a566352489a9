// The validation loss of a run, whose spike is one of the paper's signs of collapse: what the policy gives for the
// films that people went on to recommend in validation conversations, in nats a token.
//
//   const std::vector<ScoredSequence> answers = ValidationAnswers(dataset.validation, policy.tokenizer, prompt);
//   if (!answers.empty()) double loss = ValidationLoss(llama, weights, answers, config.run.threads);
//
// An answer is the ground truth of one conversation as a list, in its order. What closes a list is not scored: a policy
// that was taught to name twenty films would be charged for going on. Every data set has a ground truth, so the loss
// means the same for all of them, whatever the demonstrations were; films without a year are left out, and answers
// that the policy has no positions for; a validation split without one that is left has no validation loss.
//
// The sample is fixed: every 16th conversation, and no more than 64, evenly over the split. Scoring one is a single
// forward pass over a few tokens, decoding its answer is one for every token: that keeps the loss below 2 % of an
// evaluation of the split (1.4 % of the processor time on the quickstart's policy and its 300 conversations).
#pragma once

#include <cstdint>
#include <vector>

#include "datasets/core/conversation.h"
#include "harness/policy/prompt.h"
#include "models/llama/llama.h"
#include "models/llama/packed_tokens.h"
#include "models/llama/weights.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

std::vector<ScoredSequence> ValidationAnswers(const std::vector<Conversation>& validation, const Tokenizer& tokenizer,
                                              const PromptBuilder& prompt);

// Mean over the scored tokens of all `answers`, of which there is at least one.
double ValidationLoss(const Llama& llama, const LlamaWeights& weights, const std::vector<ScoredSequence>& answers,
                      int64_t shards);

}  // namespace suite
