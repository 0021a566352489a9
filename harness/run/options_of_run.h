// What a RunConfig says to the parts of a run: to the trainer, to the task, to the evaluator.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "algorithms/objective.h"
#include "harness/config/run_config.h"
#include "harness/data/dataset.h"
#include "harness/distributed/process_group.h"
#include "harness/rl/conversation_task.h"
#include "harness/rl/evaluator.h"
#include "harness/rl/trainer.h"
#include "models/constraint/list_constraint.h"
#include "models/policy/policy_folder.h"
#include "models/tokenizer/chat_template.h"

namespace suite {

// Of rollouts, forward and backward passes and evaluations (run.dtype).
at::ScalarType ComputeTypeOf(const RunConfig& config);

// What training and evaluation hold answers to; null: nothing. One object where both are held to the same.
struct RunConstraints {
  std::shared_ptr<const ListConstraint> rl, eval;
};
// Throws InputError where the policy's tokenizer or a conversation of `dataset` cannot be held to it.
RunConstraints ConstraintsOf(const RunConfig& config, const Dataset& dataset, const Policy& policy,
                             const ChatTemplate& chat);

RlOptions RlOptionsOf(const RunConfig& config, const Policy& policy, const RunConstraints& constraints,
                      ProcessGroup* group);
ConversationTaskOptions TaskOptionsOf(const RunConfig& config, const ObjectiveConfig& objective);
EvaluationOptions EvaluationOptionsOf(const RunConfig& config, const Policy& policy, const RunConstraints& constraints,
                                      ProcessGroup* group);

}  // namespace suite
