// Under a constraint, the tokens that each scored token was chosen from: found again from the tokens themselves, so
// that log-probabilities of old, current and reference policy are all renormalised over the same tokens as the
// sampler's.
//
//   std::vector<AnswerSupport> supports;
//   for (const auto& ids : completions) supports.push_back(SupportOf(constraint, ids, closed_lines));
//   supports[0].sizes                                         // of each token: 1 where it was forced
//   packed.support = PackSupports(constraint, supports);      // of PackGroups({{prompt, completions}})
//
// Which tokens they are is found at the last moment and kept once: of a catalogue of one token an item, each line of an
// answer was chosen from all of it.
#pragma once

#include <cstdint>
#include <vector>

#include "models/constraint/list_constraint.h"
#include "models/llama/scored_support.h"

namespace suite {

// Of one answer of T tokens.
struct AnswerSupport {
  std::vector<int64_t> ids;           // [T]
  std::vector<int64_t> closed_lines;  // what it could not have
  std::vector<int32_t> sizes;         // [T]: how many tokens were allowed
};

// `ids`: an answer under the constraint, perhaps cut before its end.
AnswerSupport SupportOf(const ListConstraint& constraint, const std::vector<int64_t>& ids,
                        const std::vector<int64_t>& closed_lines);

// The support of the scored tokens of PackGroups: those of all answers in order.
ScoredSupport PackSupports(const ListConstraint& constraint, const std::vector<AnswerSupport>& supports);

}  // namespace suite
