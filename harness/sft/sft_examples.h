// What supervised fine-tuning learns from: prompt and answer of each demonstration, as token ids.
//
//   PromptBuilder prompt(base.tokenizer, chat, {dataset.instruction, dataset.max_prompt_tokens, positions});
//   std::vector<ScoredSequence> examples = SftExamples(config, dataset, prompt, teacher_lists);
//
// sft.demonstrations says where the answers come from:
//
//   "source"         the data set's own demonstrations, with their own prompts (Reddit-v2's SFT columns)
//   "ground_truth"   what the people in the conversation recommended, in order; films without a year are left out
//   anything else    `teacher_lists`: one for each training conversation from the first on, made from a teacher's
//                    (harness/demonstrations); those that are empty are left out
#pragma once

#include <vector>

#include "datasets/core/item.h"
#include "harness/config/run_config.h"
#include "harness/data/dataset.h"
#include "harness/policy/prompt.h"
#include "models/llama/packed_tokens.h"

namespace suite {

// At most sft.examples of them. A prompt is cut where the prompt's limit or the positions beside its answer demand it,
// whatever rl.max_new_tokens is. Throws InputError when the data set has none of the kind, and for an answer that the
// positions do not hold.
std::vector<ScoredSequence> SftExamples(const RunConfig& config, const Dataset& dataset, const PromptBuilder& prompt,
                                        const std::vector<std::vector<Item>>& teacher_lists = {});

// What people recommended in the conversation, in order; films without a year are left out.
std::vector<Item> ItemsWithYear(const Conversation& conversation);

// Prompt, answer and what closes it. With `completion_only` the loss counts the answer's tokens, else all but the
// first.
ScoredSequence SftExample(const PromptBuilder& prompt, const std::vector<Turn>& turns, const std::string& answer,
                          bool completion_only);

}  // namespace suite
