// What the RL trainer is given to learn: where prompts come from, and how sampled answers are judged.
//
//   class EvenFirstToken : public RlTask { ... };      // conversation_task.h is the one of this suite
//   RlTrainer trainer(llama, weights, options, std::move(objective), task);
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "algorithms/returns.h"
#include "models/sampler.h"

namespace suite {

// Named numbers of one step; names ending in _s are seconds.
using StepRecord = std::map<std::string, std::vector<double>>;

// What the answers of one step were judged to be. N ranks, B = P G rows: the G answers to one prompt are neighbours.
struct JudgedRollouts {
  at::Tensor relevance_BN;  // float32
  RewardParts parts;
  StepRecord series;  // further numbers of the step: "reward", "reward_by_rank", "in_catalog_ratio", ...
};

class RlTask {
 public:
  virtual ~RlTask() = default;
  // The P conversations of rollout number `step` (counted from 0), as indices of its own.
  virtual std::vector<int64_t> Conversations(int64_t step) const = 0;
  virtual std::vector<int64_t> PromptIds(int64_t conversation) const = 0;
  // Under a constraint (SamplingOptions): its lines that answers to the conversation may not have.
  virtual std::vector<int64_t> ClosedLines(int64_t /*conversation*/) const { return {}; }
  // `groups` [P][G].
  virtual JudgedRollouts Judge(const std::vector<int64_t>& conversations,
                               const std::vector<RolloutGroup>& groups) const = 0;
};

}  // namespace suite
