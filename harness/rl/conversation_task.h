// Training conversations as an RlTask: which ones a step takes, their prompts, and how sampled answers are judged.
//
//   ConversationTask task(dataset.train, dataset.catalog, tokenizer, prompt, options);
//   RlTrainer trainer(llama, weights, rl_options, std::move(objective), task);
#pragma once

#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/judging/judged_list.h"
#include "harness/policy/prompt.h"
#include "harness/rl/trainer.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

struct ConversationTaskOptions {
  uint64_t seed = 3407;  // of the order of conversations
  int64_t prompts_per_step = 12;
  JudgeOptions judge;
  bool close_seen = false;  // under a constraint, answers may not have what the user has seen
};

// Relevance and parts [B,N] of judged lists, a row each; no series. At least one list.
JudgedRollouts JudgedTensors(const std::vector<JudgedList>& judged);

class ConversationTask : public RlTask {
 public:
  // The arguments must outlive the task.
  ConversationTask(const std::vector<Conversation>& conversations, const Catalog& catalog, const Tokenizer& tokenizer,
                   const PromptBuilder& prompt, ConversationTaskOptions options);

  // Shuffled epochs, by the stream "order/rl".
  std::vector<int64_t> Conversations(int64_t step) const override;
  std::vector<int64_t> PromptIds(int64_t conversation) const override;
  std::vector<int64_t> ClosedLines(int64_t conversation) const override;

  // Series: reward_by_rank [N] (share of hits at each rank), reward (mean DCG@N of the sampled lists),
  // in_catalog_ratio, duplicate_share, distinct_items_in_group (different items that the G answers to one conversation
  // name within their ranks, mean over conversations), and out_of_catalog/{unknown_title,wrong_year,other_spelling}, unparsed: shares
  // of the ranks that were given.
  JudgedRollouts Judge(const std::vector<int64_t>& conversations,
                       const std::vector<RolloutGroup>& groups) const override;

 private:
  const std::vector<Conversation>& conversations_;
  const Catalog& catalog_;
  const Tokenizer& tokenizer_;
  const PromptBuilder& prompt_;
  ConversationTaskOptions options_;
  mutable int64_t epoch_ = -1;
  mutable std::vector<size_t> order_;  // of epoch_
};

}  // namespace suite
