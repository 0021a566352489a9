#include "harness/rl/update.h"

#include <utility>

#include "base/check.h"
#include "harness/distributed/thread_count.h"

namespace suite {
namespace {

struct Backward {
  ObjectiveOutput output;
  NamedCounts ratio_counts;
};

// The loss, and its derivatives by the log-probs and entropies [B,T] of `input`; policy->Backward() then carries those
// through the model. Every process does this for the whole batch, so one thread does.
ObjectiveOutput LossAndItsGradient(const PolicyObjective& objective, const ObjectiveInput& input) {
  const ThreadCount serial(1);
  ObjectiveOutput output = objective.Compute(input);
  output.loss.backward();
  return output;
}

Backward BackwardOf(const RlMicroBatch& micro_batch, const PolicyObjective& objective, const RlUpdateOptions& options,
                    TrainedPolicy* policy) {
  const ScoredGrid grid = policy->Score(micro_batch.packed, {options.temperature});
  ObjectiveInput input;
  input.logp_BT = grid.logp_BT;
  input.entropy_BT = grid.entropy_BT;
  if (!options.on_policy) input.old_logp_BT = micro_batch.old_logp_BT;
  input.reference_logp_BT = micro_batch.reference_logp_BT;
  input.advantage_BT = micro_batch.advantage_BT;
  input.spans = &micro_batch.spans;
  input.normalizer = micro_batch.normalizer;
  input.step = policy->updates();
  ObjectiveOutput output = LossAndItsGradient(objective, input);
  policy->Backward();
  const at::Tensor log_ratio_BT = options.on_policy ? at::Tensor() : grid.logp_BT.detach().sub(micro_batch.old_logp_BT);
  return {std::move(output), RatioCounts(log_ratio_BT, micro_batch.spans)};
}

void Add(const NamedCounts& counts, NamedCounts* sum) {
  if (sum->empty()) {
    *sum = counts;
    return;
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    for (size_t bin = 0; bin < counts[i].second.size(); ++bin) (*sum)[i].second[bin] += counts[i].second[bin];
  }
}

}  // namespace

RlUpdate UpdateByReward(const std::vector<RlMicroBatch>& micro_batches, const PolicyObjective& objective,
                        const RlUpdateOptions& options, TrainedPolicy* policy) {
  SUITE_CHECK(!micro_batches.empty());
  RlUpdate update;
  policy->ZeroGradients();
  for (const RlMicroBatch& micro_batch : micro_batches) {
    const auto [output, ratio_counts] = BackwardOf(micro_batch, objective, options, policy);
    Add(ratio_counts, &update.ratio_counts);
    update.losses.push_back(output.loss.item<double>());
    if (update.diagnostics.empty()) {
      update.diagnostics = output.diagnostics;
    } else {
      for (size_t i = 0; i < update.diagnostics.size(); ++i)
        update.diagnostics[i].second += output.diagnostics[i].second;
    }
  }
  for (auto& [name, sum] : update.diagnostics) sum /= static_cast<double>(micro_batches.size());
  update.grad_norm = policy->Apply(options.step);
  return update;
}

}  // namespace suite
