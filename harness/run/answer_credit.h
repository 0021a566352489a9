// Sample answers with the credit of each rank, for a run's record (harness/metrics/run_record.h): what each line was
// judged to be, and what the run's objective gives for it.
//
//   CreditRules rules{dataset.catalog, TaskOptionsOf(config, objective).judge, objective};
//   std::vector<SampleAnswer> tested = CreditAnswers(dataset.test, evaluation.answers, rules);
//   std::vector<SampleAnswer> seen = CreditRollouts(recorded_task.last(), trainer.last_credit(), dataset.train,
//                                                   tokenizer, rules, /*prompts=*/2);
//
// Rollouts of the last step live in a file until the run's record is closed: a run that is stopped in between must come
// to the same record, and cannot sample them again.
#pragma once

#include <string>
#include <vector>

#include "algorithms/objective.h"
#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/judging/judged_list.h"
#include "harness/metrics/run_record.h"
#include "harness/monitors/batch_at_fault.h"
#include "harness/rl/trainer.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

struct CreditRules {
  const Catalog& catalog;
  JudgeOptions judge;
  const ObjectiveConfig& objective;
};

// Answers to the first conversations, one each. No update saw them, so the advantage is NaN.
std::vector<SampleAnswer> CreditAnswers(const std::vector<Conversation>& conversations,
                                        const std::vector<std::string>& texts, const CreditRules& rules);

// The groups of the batch's first prompts, with the returns and advantages that the update saw. `conversations` is what
// the batch's indices mean.
std::vector<SampleAnswer> CreditRollouts(const BatchAtFault& batch, const BatchCredit& credit,
                                         const std::vector<Conversation>& conversations, const Tokenizer& tokenizer,
                                         const CreditRules& rules, size_t prompts);

// The objective's return: "log", "exp_inf", "sequence_dcg", ...
std::string CreditKind(const ObjectiveConfig& objective);

// JSON, exact.
void WriteSamples(const std::string& path, const std::vector<SampleAnswer>& samples);

// Throws InputError for a file of another kind. Empty when there is no file: no step was made, or an older build made
// it.
std::vector<SampleAnswer> ReadSamples(const std::string& path);

}  // namespace suite
