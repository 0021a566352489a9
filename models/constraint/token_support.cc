#include "models/constraint/token_support.h"

#include <ATen/ops/tensor.h>

#include "base/check.h"

namespace suite {

AnswerSupport SupportOf(const ListConstraint& constraint, const std::vector<int64_t>& ids,
                        const std::vector<int64_t>& closed_lines) {
  ListState state(constraint, closed_lines);
  AnswerSupport support;
  for (const int64_t id : ids) {
    const TokenSpan allowed = state.Allowed();
    support.sizes.push_back(allowed.count);
    if (allowed.count > 1) support.allowed.insert(support.allowed.end(), allowed.ids, allowed.ids + allowed.count);
    state.Take(constraint.CompactOf(id));
  }
  return support;
}

ScoredSupport PackSupports(const ListConstraint& constraint, const std::vector<std::vector<int64_t>>& completions,
                           const std::vector<AnswerSupport>& supports) {
  SUITE_CHECK_EQ(completions.size(), supports.size());
  std::vector<int64_t> branching, targets, begins = {0};
  std::vector<int32_t> allowed;
  int64_t scored = 0;
  for (size_t row = 0; row < completions.size(); ++row) {
    SUITE_CHECK_EQ(completions[row].size(), supports[row].sizes.size());
    for (size_t t = 0; t < completions[row].size(); ++t, ++scored) {
      const int32_t size = supports[row].sizes[t];
      if (size < 2) continue;
      branching.push_back(scored);
      targets.push_back(constraint.CompactOf(completions[row][t]));
      begins.push_back(begins.back() + size);
    }
    allowed.insert(allowed.end(), supports[row].allowed.begin(), supports[row].allowed.end());
  }
  SUITE_CHECK_EQ(begins.back(), static_cast<int64_t>(allowed.size()));
  return {at::tensor(constraint.vocabulary()), at::tensor(branching, at::kLong), at::tensor(targets, at::kLong),
          at::tensor(begins), at::tensor(allowed, at::kInt)};
}

}  // namespace suite
