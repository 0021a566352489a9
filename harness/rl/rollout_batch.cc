#include "harness/rl/rollout_batch.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "base/check.h"

namespace suite {

RolloutBatch MakeRolloutBatch(const std::vector<RolloutGroup>& groups) {
  RolloutBatch batch;
  std::vector<int64_t> lengths;
  for (const RolloutGroup& group : groups) {
    for (const Rollout& rollout : group) lengths.push_back(static_cast<int64_t>(rollout.ids.size()));
  }
  SUITE_CHECK(!lengths.empty());
  const int64_t rows = static_cast<int64_t>(lengths.size());
  const int64_t longest = *std::max_element(lengths.begin(), lengths.end());
  batch.length_B = at::tensor(lengths);
  batch.ids_BT = at::zeros({rows, longest}, at::kLong);
  batch.old_logp_BT = at::zeros({rows, longest}, at::kFloat);
  int64_t* ids = batch.ids_BT.mutable_data_ptr<int64_t>();
  float* logp = batch.old_logp_BT.mutable_data_ptr<float>();
  for (const RolloutGroup& group : groups) {
    for (const Rollout& rollout : group) {
      std::copy(rollout.ids.begin(), rollout.ids.end(), ids);
      std::copy(rollout.logp.begin(), rollout.logp.end(), logp);
      ids += longest;
      logp += longest;
    }
  }
  return batch;
}

std::vector<PackedTokens> PackShards(const std::vector<std::vector<int64_t>>& prompts,
                                     const std::vector<RolloutGroup>& groups, PromptRange range, int64_t shards,
                                     int64_t max_length, const ConstrainedAnswers* constrained) {
  SUITE_CHECK_EQ(prompts.size(), groups.size());
  shards = std::max<int64_t>(1, std::min(shards, range.count));
  std::vector<PackedTokens> packed;
  for (int64_t shard = 0; shard < shards; ++shard) {
    std::vector<TokenGroup> part;
    const int64_t begin = range.first + range.count * shard / shards;
    const int64_t end = range.first + range.count * (shard + 1) / shards;
    for (int64_t p = begin; p < end; ++p) {
      part.push_back({prompts[static_cast<size_t>(p)], {}});
      for (const Rollout& rollout : groups[static_cast<size_t>(p)]) part.back().completions.push_back(rollout.ids);
    }
    packed.push_back(PackGroups(part, max_length));
    if (constrained) packed.back().support = SupportOfGroups(*constrained, begin, end);
  }
  return packed;
}

}  // namespace suite
