// What a RunConfig says to the parts of a run: to the trainer, to the task, to the evaluator.
#pragma once

#include <ATen/core/Tensor.h>

#include "algorithms/objective.h"
#include "harness/config/run_config.h"
#include "harness/distributed/process_group.h"
#include "harness/rl/conversation_task.h"
#include "harness/rl/evaluator.h"
#include "harness/rl/trainer.h"
#include "models/policy/policy_folder.h"

namespace suite {

// Of rollouts, forward and backward passes and evaluations (run.dtype).
at::ScalarType ComputeTypeOf(const RunConfig& config);
RlOptions RlOptionsOf(const RunConfig& config, const Policy& policy, ProcessGroup* group);
ConversationTaskOptions TaskOptionsOf(const RunConfig& config, const ObjectiveConfig& objective);
EvaluationOptions EvaluationOptionsOf(const RunConfig& config, const Policy& policy, ProcessGroup* group);

}  // namespace suite
