#include "algorithms/advantages.h"

#include <string>

#include "base/check.h"
#include "base/error.h"

namespace suite {
namespace {

constexpr double kZeroStd = 1e-8;  // torch.isclose(std, 0), which TRL counts with

void CheckGroups(const at::Tensor& reward, const RankSpans& spans, int64_t group_size, const AdvantageConfig& config) {
  if (group_size < 2) {
    throw InputError("group_size", std::to_string(group_size) + " completions leave nothing to compare", "2 or more");
  }
  const int64_t rows = spans.rank_BT.size(0);
  if (rows % group_size != 0) {
    throw InputError("group_size", std::to_string(group_size) + " does not divide " + std::to_string(rows) + " rows",
                     "a divisor of the number of rows");
  }
  SUITE_CHECK_EQ(reward.size(0), rows);
  SUITE_CHECK_EQ(reward.dim(), config.unit == AdvantageUnit::kRank ? 2 : 1);
  if (config.unit == AdvantageUnit::kRank) SUITE_CHECK_EQ(reward.size(1), spans.list_length);
}

// `reward_PGN` [P,G,N] or [P,G]; fills all but advantage_BT.
Advantages Normalise(const at::Tensor& reward, int64_t group_size, const AdvantageConfig& config) {
  std::vector<int64_t> grouped = {-1, group_size};
  if (reward.dim() == 2) grouped.push_back(reward.size(1));
  const at::Tensor reward_PGN = reward.reshape(grouped);
  const at::Tensor mean_P1N = reward_PGN.mean(1, /*keepdim=*/true);
  const at::Tensor std_P1N = reward_PGN.std({1}, config.unbiased_std, /*keepdim=*/true);
  at::Tensor centred_PGN = reward_PGN.sub(mean_P1N);
  switch (config.normalisation) {
    case AdvantageNormalisation::kGroup:
      centred_PGN = centred_PGN.div(std_P1N.add(config.epsilon));
      break;
    case AdvantageNormalisation::kBatch:
      centred_PGN = centred_PGN.div(reward.std({0}, config.unbiased_std, /*keepdim=*/false).add(config.epsilon));
      break;
    case AdvantageNormalisation::kLeaveOneOut:
      // r - (sum - r) / (G-1) = (r - mean) G / (G-1)
      centred_PGN = centred_PGN.mul(static_cast<double>(group_size) / static_cast<double>(group_size - 1));
      break;
    case AdvantageNormalisation::kNone:
      break;
  }
  Advantages result;
  result.advantage_BN = centred_PGN.reshape(reward.sizes());
  result.group_mean_PN = mean_P1N.squeeze(1);
  result.group_std_PN = std_P1N.squeeze(1);
  result.zero_std_PN = result.group_std_PN.le(kZeroStd);
  return result;
}

at::Tensor BroadcastToTokens(const at::Tensor& advantage_BN, const RankSpans& spans, const AdvantageConfig& config) {
  if (config.unit == AdvantageUnit::kSequence) return advantage_BN.unsqueeze(1).mul(spans.mask_BT);
  at::Tensor earns_BT = spans.mask_BT.logical_and(spans.overflow_BT.logical_not());
  if (!config.eos_takes_rank_advantage) earns_BT = earns_BT.logical_and(spans.eos_BT.logical_not());
  return advantage_BN.gather(1, spans.rank_BT.clamp(0, spans.list_length - 1)).mul(earns_BT);
}

at::Tensor ListEndTerms(const RankSpans& spans, const AdvantageConfig& config, const at::Tensor& like) {
  const at::Tensor exact_B = spans.items_emitted_B.eq(spans.list_length).to(like.scalar_type());
  const at::Tensor early_B = spans.items_emitted_B.lt(spans.list_length).to(like.scalar_type());
  const at::Tensor eos_term_B = exact_B.mul(config.end_of_list_reward).add(early_B.mul(config.early_stop_penalty));
  const at::Tensor overflow_term_BT = spans.overflow_BT.to(like.scalar_type()).mul(config.overflow_penalty);
  return eos_term_B.unsqueeze(1).mul(spans.eos_BT).add(overflow_term_BT);
}

}  // namespace

Advantages EstimateAdvantages(const at::Tensor& reward, const RankSpans& spans, int64_t group_size,
                              const AdvantageConfig& config) {
  CheckGroups(reward, spans, group_size, config);
  Advantages result = Normalise(reward, group_size, config);
  result.advantage_BT = BroadcastToTokens(result.advantage_BN, spans, config);
  if (config.shape_list_end) result.advantage_BT = result.advantage_BT.add(ListEndTerms(spans, config, reward));
  return result;
}

}  // namespace suite
