#include "harness/rl/trainer.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "algorithms/advantages.h"
#include "algorithms/diagnostics.h"
#include "algorithms/returns.h"
#include "base/check.h"
#include "base/error.h"
#include "harness/distributed/shared_rollouts.h"
#include "harness/distributed/shared_scorer.h"
#include "harness/provenance/process_meter.h"

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

void RecordCompletions(const std::vector<RolloutGroup>& groups, StepRecord& record) {
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
  record["completions/mean_length"] = {sum / count};
  record["completions/min_length"] = {shortest};
  record["completions/max_length"] = {longest};
  record["completions/clipped_ratio"] = {cut / count};
}

}  // namespace

bool NeedsReference(const KlConfig& kl) {
  return kl.beta != 0.0 || (kl.schedule != BetaSchedule::kConstant && kl.final_beta != 0.0);
}

RlTrainer::RlTrainer(const Llama& llama, const LlamaWeights& start, RlOptions options,
                     std::unique_ptr<PolicyObjective> objective, const RlTask& task)
    : llama_(llama),
      options_(std::move(options)),
      alone_(options_.group ? nullptr : SingleProcess()),
      group_(options_.group ? options_.group : alone_.get()),
      objective_(std::move(objective)),
      task_(task),
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
  const auto groups = SampleGroupsTogether(
      *group_, llama_, policy_.compute_weights().Tensors(), prompts, options_.group_size, options_.sampling,
      [&](int64_t prompt, int64_t sample) {
        return RandomStream(
            options_.seed, "rollout",
            {static_cast<uint64_t>(step_), static_cast<uint64_t>(prompt), static_cast<uint64_t>(sample)});
      });
  record["rollout_s"] = {Lap(phase)};
  const JudgedRollouts judged = task_.Judge(conversations, groups);
  std::vector<RlMicroBatch> micro_batches = Cut(prompts, groups, judged, record);
  record["judge_s"] = {Lap(phase)};
  ScoreReference(micro_batches);
  record["reference_s"] = {Lap(phase)};
  for (int64_t update = 0; update < options_.updates_per_rollout; ++update) Update(micro_batches, update == 0, record);
  record["update_s"] = {Lap(phase)};
  record["step_s"] = {total.Seconds()};
  record["processor_s"] = {ProcessorSeconds() - processor_start};  // of this process
  record["learning_rate"] = {LearningRate(options_.schedule, step_)};
  ++step_;
  return record;
}

std::vector<RlMicroBatch> RlTrainer::Cut(const std::vector<std::vector<int64_t>>& prompts,
                                         const std::vector<RolloutGroup>& groups, const JudgedRollouts& judged,
                                         StepRecord& record) {
  const RolloutBatch batch = MakeRolloutBatch(groups);
  const int64_t eos = options_.sampling.eos_ids.empty() ? -1 : options_.sampling.eos_ids.front();
  const RankSpans spans = CutIntoRanks(batch.ids_BT, batch.length_B,
                                       at::tensor(std::vector<int64_t>(options_.sampling.newlines_by_token.begin(),
                                                                       options_.sampling.newlines_by_token.end())),
                                       eos, options_.list_length);
  const ObjectiveConfig& config = objective_->config();
  const at::Tensor reward =
      AddRewardParts(Returns(judged.relevance_BN, config.returns), judged.parts, config.reward_parts);
  const Advantages advantages = EstimateAdvantages(reward, spans, options_.group_size, config.advantage);
  last_credit_ = {reward, advantages.advantage_BN};
  // What the objective makes of the hits is its return; "reward", which all objectives share, is the task's.
  for (const auto& [name, value] : RewardDiagnostics(reward, advantages)) {
    if (name.rfind("reward/", 0) == 0) continue;
    record[name == "reward" ? "return" : name] = {value};
  }
  record.insert(judged.series.begin(), judged.series.end());
  record["tokens"] = {static_cast<double>(batch.completion_tokens + CountTokens(prompts))};
  record["rollout_tokens"] = {static_cast<double>(batch.completion_tokens)};
  RecordCompletions(groups, record);

  const at::Device device = policy_.weights().flat().device();
  const int64_t count = static_cast<int64_t>(prompts.size());
  const int64_t size = MicroBatchPrompts(prompts, groups);
  Normalizer normalizer = WholeBatch(spans);
  normalizer.micro_batches = static_cast<double>((count + size - 1) / size);
  std::vector<RlMicroBatch> micro_batches;
  for (int64_t first = 0; first < count; first += size) {
    const PromptRange range = {first, std::min(size, count - first)};
    const int64_t row = range.first * options_.group_size, rows = range.count * options_.group_size;
    micro_batches.push_back({PackShards(prompts, groups, range, options_.shards, batch.ids_BT.size(1)),
                             ToDevice(SliceRows(spans, row, rows), device),
                             batch.old_logp_BT.narrow(0, row, rows).to(device), at::Tensor(),
                             advantages.advantage_BT.narrow(0, row, rows).to(device), normalizer});
  }
  return micro_batches;
}

int64_t RlTrainer::MicroBatchPrompts(const std::vector<std::vector<int64_t>>& prompts,
                                     const std::vector<RolloutGroup>& groups) const {
  const int64_t count = static_cast<int64_t>(prompts.size());
  if (options_.micro_batch_prompts > 0) return std::min(options_.micro_batch_prompts, count);
  if (objective_->config().reduction.kind == Reduction::kBnpo) return count;
  int64_t most_rows = 1;
  for (size_t b = 0; b < prompts.size(); ++b) {
    int64_t rows = static_cast<int64_t>(prompts[b].size());
    for (const Rollout& rollout : groups[b]) rows += static_cast<int64_t>(rollout.ids.size());
    most_rows = std::max(most_rows, rows);
  }
  const int64_t prompt_bytes = most_rows * llama_.ActivationBytesPerRow(options_.compute);
  const int64_t fit = std::clamp<int64_t>(options_.activation_bytes / prompt_bytes, 1, count) * group_->world_size();
  const int64_t parts = (count + fit - 1) / fit;
  return (count + parts - 1) / parts;  // of nearly equal size
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
void RlTrainer::Update(const std::vector<RlMicroBatch>& micro_batches, bool first, StepRecord& record) {
  const RlUpdateOptions options = {first,
                                   options_.sampling.choice.temperature,
                                   {LearningRate(options_.schedule, step_), options_.max_grad_norm, options_.adamw}};
  const RlUpdate update = UpdateByReward(micro_batches, *objective_, options, &policy_);
  record["loss"] = {std::accumulate(update.losses.begin(), update.losses.end(), 0.0)};
  for (const auto& [name, mean] : update.diagnostics) record[name] = {mean};
  for (const auto& [name, counts] : update.ratio_counts) record[name] = counts;
  record["grad_norm"] = {update.grad_norm};
}

}  // namespace suite
