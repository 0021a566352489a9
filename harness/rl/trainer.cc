#include "harness/rl/trainer.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "harness/distributed/shared_rollouts.h"
#include "harness/distributed/shared_scorer.h"
#include "harness/provenance/process_meter.h"
#include "harness/rl/constrained_answers.h"
#include "harness/rl/rollout_batch.h"
#include "harness/rl/update.h"

namespace suite {
namespace {

// Seconds since the timer was made or last asked.
double Lap(WallTimer& timer) {
  const double seconds = timer.Seconds();
  timer.Restart();
  return seconds;
}

int64_t CountTokens(const std::vector<std::vector<int64_t>>& prompts) {
  int64_t count = 0;
  for (const auto& prompt : prompts) count += static_cast<int64_t>(prompt.size());
  return count;
}

void RecordCompletions(const std::vector<std::vector<int64_t>>& prompts, const std::vector<RolloutGroup>& groups,
                       StepRecord& record) {
  double shortest = 1e30, longest = 0, sum = 0, cut = 0, count = 0;
  for (const RolloutGroup& group : groups) {
    for (const Rollout& rollout : group) {
      const double length = static_cast<double>(rollout.ids.size());
      shortest = std::min(shortest, length);
      longest = std::max(longest, length);
      sum += length;
      cut += rollout.finish != FinishReason::kEndOfSequence;
      ++count;
    }
  }
  record["tokens"] = {sum + static_cast<double>(CountTokens(prompts))};
  record["rollout_tokens"] = {sum};
  record["completions/mean_length"] = {sum / count};
  record["completions/min_length"] = {shortest};
  record["completions/max_length"] = {longest};
  record["completions/clipped_ratio"] = {cut / count};
}

RankRules RankRulesOf(const RlOptions& options) {
  const std::vector<int>& newlines = options.sampling.newlines_by_token;
  return {at::tensor(std::vector<int64_t>(newlines.begin(), newlines.end())),
          options.sampling.eos_ids.empty() ? -1 : options.sampling.eos_ids.front(), options.list_length,
          options.group_size, options.leave_out_forced};
}

}  // namespace

bool NeedsReference(const KlConfig& kl) {
  return kl.beta != 0.0 || (kl.schedule != BetaSchedule::kConstant && kl.final_beta != 0.0);
}

RlTrainer::RlTrainer(const Llama& llama, const LlamaWeights& start, RlOptions options,
                     std::unique_ptr<PolicyObjective> objective, const RlTask& task)
    : llama_(llama),
      options_(std::move(options)),
      group_(options_.group ? options_.group : &SingleProcess()),
      objective_(std::move(objective)),
      task_(task),
      rank_rules_(RankRulesOf(options_)),
      policy_(llama_, start, options_.shards, options_.compute, group_) {
  if (NeedsReference(objective_->config().kl)) reference_ = start.To(start.flat().device(), options_.compute);
  if (options_.sampling.choice.top_k > 0 || options_.sampling.choice.top_p < 1.0) {
    throw InputError("rl.sampling",
                     "top-k or top-p truncates the distribution that is sampled from, so its log-probs "
                     "are not the policy's",
                     "top_k 0, top_p 1");
  }
}

void RlTrainer::Restore(int64_t step, const at::Tensor& weights_flat, const AdamWState& optimizer) {
  policy_.Restore(weights_flat, optimizer);
  step_ = step;
}

StepRecord RlTrainer::Step() {
  StepRecord record;
  WallTimer total, phase;
  const double processor_start = ProcessorSeconds();
  group_->set_step(step_);
  const std::vector<int64_t> conversations = task_.Conversations(step_);
  std::vector<std::vector<int64_t>> prompts;
  for (const int64_t conversation : conversations) prompts.push_back(task_.PromptIds(conversation));
  const SamplingOptions sampling = SamplingFor(conversations);
  const std::vector<RolloutGroup> groups = Sample(prompts, sampling);
  record["rollout_s"] = {Lap(phase)};
  const JudgedRollouts judged = task_.Judge(conversations, groups);
  const RolloutBatch batch = MakeRolloutBatch(groups);
  const std::optional<ConstrainedAnswers> constrained = AnswersUnder(sampling, groups);
  const at::Tensor forced_BT = constrained ? ForcedTokens(*constrained, batch.ids_BT.size(1)) : at::Tensor();
  last_credit_ = CreditRanks(batch, judged, rank_rules_, objective_->config(), forced_BT);
  const bool other_support = constrained && !options_.constraint_in_loss;
  std::vector<RlMicroBatch> micro_batches =
      PackMicroBatches(prompts, groups, batch, last_credit_,
                       {PromptsOfMicroBatch(prompts, groups), options_.shards, policy_.weights().flat().device(),
                        constrained && !other_support ? &*constrained : nullptr});
  record["judge_s"] = {Lap(phase)};
  ScoreReference(micro_batches);
  record["reference_s"] = {Lap(phase)};
  for (int64_t update = 0; update < options_.updates_per_rollout; ++update) {
    Update(micro_batches, update == 0 && !other_support, record);
  }
  record["update_s"] = {Lap(phase)};
  record["step_s"] = {total.Seconds()};
  record["processor_s"] = {ProcessorSeconds() - processor_start};  // of this process
  record["learning_rate"] = {LearningRate(options_.schedule, step_)};
  RecordCompletions(prompts, groups, record);
  record.insert(last_credit_.series.begin(), last_credit_.series.end());
  record.insert(judged.series.begin(), judged.series.end());
  ++step_;
  return record;
}

SamplingOptions RlTrainer::SamplingFor(const std::vector<int64_t>& conversations) const {
  SamplingOptions sampling = options_.sampling;
  if (!sampling.constraint) return sampling;
  for (const int64_t conversation : conversations) sampling.closed_lines.push_back(task_.ClosedLines(conversation));
  return sampling;
}

std::vector<RolloutGroup> RlTrainer::Sample(const std::vector<std::vector<int64_t>>& prompts,
                                            const SamplingOptions& sampling) const {
  return SampleGroupsTogether(*group_, llama_, policy_.compute_weights().Tensors(), prompts, options_.group_size,
                              sampling, [&](int64_t prompt, int64_t sample) {
                                return RandomStream(options_.seed, "rollout",
                                                    {static_cast<uint64_t>(step_), static_cast<uint64_t>(prompt),
                                                     static_cast<uint64_t>(sample)});
                              });
}

int64_t RlTrainer::PromptsOfMicroBatch(const std::vector<std::vector<int64_t>>& prompts,
                                       const std::vector<RolloutGroup>& groups) const {
  const bool loss_counts_cuts = objective_->config().reduction.kind == Reduction::kBnpo;
  const int64_t bytes = LongestPromptRows(prompts, groups) * llama_.ActivationBytesPerRow(options_.compute);
  return PromptsPerMicroBatch(
      {options_.micro_batch_prompts, options_.activation_bytes, options_.shards, loss_counts_cuts},
      static_cast<int64_t>(prompts.size()), bytes);
}

void RlTrainer::ScoreReference(std::vector<RlMicroBatch>& micro_batches) const {
  if (!reference_) return;
  for (RlMicroBatch& micro_batch : micro_batches) {
    micro_batch.reference_logp_BT =
        ScoreTogetherWithoutGradients(*group_, options_.shards, llama_, reference_->Tensors(), micro_batch.packed,
                                      {options_.sampling.choice.temperature})
            .logp_BT;
  }
}

// Diagnostics are those of a rollout's last update, where the policy has moved furthest from the one that sampled; they
// are averaged over micro-batches, the loss is summed.
void RlTrainer::Update(const std::vector<RlMicroBatch>& micro_batches, bool on_policy, StepRecord& record) {
  const RlUpdateOptions options = {on_policy,
                                   options_.sampling.choice.temperature,
                                   {LearningRate(options_.schedule, step_), options_.max_grad_norm, options_.adamw}};
  const RlUpdate update = UpdateByReward(micro_batches, *objective_, options, &policy_);
  record["loss"] = {std::accumulate(update.losses.begin(), update.losses.end(), 0.0)};
  for (const auto& [name, mean] : update.diagnostics) record[name] = {mean};
  for (const auto& [name, counts] : update.ratio_counts) record[name] = counts;
  record["grad_norm"] = {update.grad_norm};
}

}  // namespace suite
