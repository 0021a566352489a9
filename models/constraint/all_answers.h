// For tests: every answer that a constraint allows.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/check.h"
#include "models/constraint/list_constraint.h"

namespace suite {

// Token ids, the end token included. Checks that no answer comes to a place where nothing is allowed.
inline std::vector<std::vector<int64_t>> AllAnswers(const ListConstraint& constraint,
                                                    const std::vector<int64_t>& closed_lines) {
  std::vector<std::vector<int64_t>> answers;
  std::vector<int64_t> ids;
  const std::function<void(const ListState&)> walk = [&](const ListState& state) {
    if (state.done()) return answers.push_back(ids);
    ListState here = state;
    const TokenSpan span = here.Allowed();
    SUITE_CHECK_GT(span.count, 0);
    for (const int32_t token : std::vector<int32_t>(span.ids, span.ids + span.count)) {
      ListState next = state;
      next.Take(token);
      ids.push_back(constraint.vocabulary()[static_cast<size_t>(token)]);
      walk(next);
      ids.pop_back();
    }
  };
  walk(ListState(constraint, closed_lines));
  return answers;
}

}  // namespace suite
