// The reinforcement-learning step (arXiv 2510.20150, section 3): sample, judge, credit, pack, update mu times. The only
// loop that trains by reward; which objective it runs is a PolicyObjective it is given.
//
//   RlTrainer trainer(llama, sft_weights, options, MakeObjective("rank_grpo_exp_inf"), task);
//   while (trainer.step() < options.steps) StepRecord record = trainer.Step();
//
// The reference policy is the policy that the trainer starts from; it is kept only for an objective with a KL term. Old
// log-probs are the sampler's own: at the first update of a rollout the policy is the one that sampled, so the
// objective runs with a ratio of exactly 1; later updates compare with what the sampler recorded. Everything that a
// step draws comes from streams named by the step's number, so weights, moments and that number are the whole state.
//
// Several processes may train together (RlOptions::group; harness/distributed): each samples and scores its shards, and
// all go through the same judgements, advantages and losses of the whole batch. Step and GatherState are then calls
// that all make, and every process gets the same record but for its times.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "algorithms/adamw.h"
#include "algorithms/objective.h"
#include "algorithms/schedule.h"
#include "harness/distributed/process_group.h"
#include "harness/policy/trained_policy.h"
#include "harness/rl/credit.h"
#include "harness/rl/micro_batches.h"
#include "harness/rl/task.h"
#include "models/llama/llama.h"
#include "models/sampler.h"

namespace suite {

// Does an objective with this KL term keep the policy that training starts from?
bool NeedsReference(const KlConfig& kl);

struct RlOptions {
  uint64_t seed = 3407;
  int64_t group_size = 8;
  int64_t updates_per_rollout = 1;              // mu
  int64_t micro_batch_prompts = 0;              // of one backward pass; 0: by activation_bytes (micro_batches.h)
  int64_t activation_bytes = int64_t{1} << 28;  // of each shard
  LearningRateSchedule schedule;  // by the trainer's step, counted from 0; one rate for all updates of a rollout
  AdamWConfig adamw;
  double max_grad_norm = 1.0;
  int64_t list_length = 20;
  int64_t shards = 1;                   // of all processes together; also sampling.shards
  ProcessGroup* group = nullptr;        // the processes that train together; null: this one
  at::ScalarType compute = at::kFloat;  // or bfloat16: of rollouts, forward and backward pass; weights stay float32
  SamplingOptions sampling;             // its newlines_by_token also cuts completions into ranks
  // Under sampling.constraint. False is a mistake kept for comparison: the sampler is held to the catalogue and the loss
  // is not, so a ratio is the share of the probability that the constraint keeps, also at the first update.
  bool constraint_in_loss = true;
  bool leave_out_forced = false;  // forced tokens count in no ratio, reduction or KL (credit.h)
};

class RlTrainer {
 public:
  // `llama` and `task` must outlive the trainer. It trains where `start` lies, which is `llama`'s device. The numbers
  // of `start` must not change while it lives: they are the reference policy. Throws InputError when the sampling
  // truncates the distribution (top-k, top-p): its log-probs would not be the trainer's.
  RlTrainer(const Llama& llama, const LlamaWeights& start, RlOptions options,
            std::unique_ptr<PolicyObjective> objective, const RlTask& task);

  StepRecord Step();

  int64_t step() const { return step_; }
  const ObjectiveConfig& objective() const { return objective_->config(); }
  // Of the last step; undefined before the first.
  const BatchCredit& last_credit() const { return last_credit_; }
  const LlamaWeights& weights() const { return policy_.weights(); }
  // In the type of arithmetic: what to evaluate, whatever the number of processes.
  const LlamaWeights& compute_weights() const { return policy_.compute_weights(); }
  const AdamWState& optimizer() const { return policy_.optimizer(); }  // in a world of one
  // As TrainedPolicy's.
  PolicyState GatherState(bool keep) { return policy_.GatherState(keep); }
  // Goes on from a checkpoint.
  void Restore(int64_t step, const at::Tensor& weights_flat, const AdamWState& optimizer);

 private:
  SamplingOptions SamplingFor(const std::vector<int64_t>& conversations) const;
  std::vector<RolloutGroup> Sample(const std::vector<std::vector<int64_t>>& prompts,
                                   const SamplingOptions& sampling) const;
  int64_t PromptsOfMicroBatch(const std::vector<std::vector<int64_t>>& prompts,
                              const std::vector<RolloutGroup>& groups) const;
  void ScoreReference(std::vector<RlMicroBatch>& micro_batches) const;
  // `on_policy`: the policy is the one that sampled, under the same constraint.
  void Update(const std::vector<RlMicroBatch>& micro_batches, bool on_policy, StepRecord& record);

  const Llama& llama_;
  RlOptions options_;
  ProcessGroup* group_;
  std::unique_ptr<PolicyObjective> objective_;
  std::optional<LlamaWeights> reference_;  // in the type of arithmetic
  const RlTask& task_;
  RankRules rank_rules_;
  TrainedPolicy policy_;
  BatchCredit last_credit_;
  int64_t step_ = 0;
};

}  // namespace suite
