#include "harness/rl/micro_batches.h"

#include <algorithm>

namespace suite {

int64_t PromptsPerMicroBatch(const MicroBatchRule& rule, int64_t prompts, int64_t longest_prompt_bytes) {
  if (rule.micro_batch_prompts > 0) return std::min(rule.micro_batch_prompts, prompts);
  if (rule.loss_counts_cuts) return prompts;
  const int64_t of_shard = std::clamp<int64_t>(rule.activation_bytes / longest_prompt_bytes, 1, prompts);
  const int64_t fit = of_shard * rule.shards;
  const int64_t parts = (prompts + fit - 1) / fit;
  return (prompts + parts - 1) / parts;
}

int64_t LongestPromptRows(const std::vector<std::vector<int64_t>>& prompts, const std::vector<RolloutGroup>& groups) {
  int64_t longest = 1;
  for (size_t p = 0; p < prompts.size(); ++p) {
    int64_t rows = static_cast<int64_t>(prompts[p].size());
    for (const Rollout& rollout : groups[p]) rows += static_cast<int64_t>(rollout.ids.size());
    longest = std::max(longest, rows);
  }
  return longest;
}

std::vector<RlMicroBatch> PackMicroBatches(const std::vector<std::vector<int64_t>>& prompts,
                                           const std::vector<RolloutGroup>& groups, const RolloutBatch& batch,
                                           const BatchCredit& credit, const PackingOptions& options) {
  const int64_t count = static_cast<int64_t>(prompts.size()), group_size = batch.ids_BT.size(0) / count;
  Normalizer normalizer = WholeBatch(credit.loss_spans);
  normalizer.micro_batches = static_cast<double>((count + options.prompts - 1) / options.prompts);
  std::vector<RlMicroBatch> micro_batches;
  for (int64_t first = 0; first < count; first += options.prompts) {
    const PromptRange range = {first, std::min(options.prompts, count - first)};
    const int64_t row = range.first * group_size, rows = range.count * group_size;
    micro_batches.push_back(
        {PackShards(prompts, groups, range, options.shards, batch.ids_BT.size(1), options.constrained),
         ToDevice(SliceRows(credit.loss_spans, row, rows), options.device),
         batch.old_logp_BT.narrow(0, row, rows).to(options.device), at::Tensor(),
         credit.advantage_BT.narrow(0, row, rows).to(options.device), normalizer});
  }
  return micro_batches;
}

}  // namespace suite
