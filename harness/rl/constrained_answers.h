// A step's answers under a constraint: what each of their tokens was chosen from, found again from the tokens.
//
//   const std::optional<ConstrainedAnswers> constrained = AnswersUnder(sampling, groups);   // empty: no constraint
//   at::Tensor forced_BT = ForcedTokens(*constrained, /*longest=*/64);
//   ScoredSupport support = SupportOfGroups(*constrained, /*first=*/0, /*end=*/6);
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "models/constraint/list_constraint.h"
#include "models/constraint/token_support.h"
#include "models/llama/scored_support.h"
#include "models/sampler.h"

namespace suite {

struct ConstrainedAnswers {
  std::shared_ptr<const ListConstraint> constraint;
  std::vector<std::vector<AnswerSupport>> supports;  // [P][G]
};

// `groups` [P][G] were sampled by `sampling`, whose closed lines are those of the P prompts.
std::optional<ConstrainedAnswers> AnswersUnder(const SamplingOptions& sampling,
                                               const std::vector<RolloutGroup>& groups);

// bool [B,T] of the B = P G answers, T = `longest`: the only token that was allowed. False beyond an answer's end.
at::Tensor ForcedTokens(const ConstrainedAnswers& answers, int64_t longest);

// Of the scored tokens of PackGroups over the groups `first` to `end` - 1.
ScoredSupport SupportOfGroups(const ConstrainedAnswers& answers, int64_t first, int64_t end);

}  // namespace suite
