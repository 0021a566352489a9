#include "models/constraint/token_support.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "base/check.h"

namespace suite {

AnswerSupport SupportOf(const ListConstraint& constraint, const std::vector<int64_t>& ids,
                        const std::vector<int64_t>& closed_lines) {
  ListState state(constraint, closed_lines);
  AnswerSupport support = {ids, closed_lines, {}};
  for (const int64_t id : ids) {
    support.sizes.push_back(state.Allowed().count);
    state.Take(constraint.CompactOf(id));
  }
  return support;
}

ScoredSupport PackSupports(const ListConstraint& constraint, const std::vector<AnswerSupport>& supports) {
  std::vector<int64_t> branching, targets, begins = {0};
  int64_t scored = 0;
  for (const AnswerSupport& support : supports) {
    for (size_t t = 0; t < support.ids.size(); ++t, ++scored) {
      if (support.sizes[t] < 2) continue;
      branching.push_back(scored);
      targets.push_back(constraint.CompactOf(support.ids[t]));
      begins.push_back(begins.back() + support.sizes[t]);
    }
  }
  at::Tensor allowed_L = at::empty({begins.back()}, at::kInt);
  int32_t* end = allowed_L.mutable_data_ptr<int32_t>();
  for (const AnswerSupport& support : supports) {
    ListState state(constraint, support.closed_lines);
    for (size_t t = 0; t < support.ids.size(); ++t) {
      const TokenSpan allowed = state.Allowed();
      SUITE_CHECK_EQ(allowed.count, support.sizes[t]);
      if (allowed.count > 1) end = std::copy(allowed.ids, allowed.ids + allowed.count, end);
      state.Take(constraint.CompactOf(support.ids[t]));
    }
  }
  return {at::tensor(constraint.vocabulary()), at::tensor(branching, at::kLong), at::tensor(targets, at::kLong),
          at::tensor(begins), allowed_L};
}

}  // namespace suite
