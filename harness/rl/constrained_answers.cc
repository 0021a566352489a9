#include "harness/rl/constrained_answers.h"

#include <ATen/ops/zeros.h>

#include "base/check.h"

namespace suite {

std::optional<ConstrainedAnswers> AnswersUnder(const SamplingOptions& sampling,
                                               const std::vector<RolloutGroup>& groups) {
  if (!sampling.constraint) return std::nullopt;
  ConstrainedAnswers answers = {sampling.constraint, {}};
  for (size_t p = 0; p < groups.size(); ++p) {
    answers.supports.emplace_back();
    for (const Rollout& rollout : groups[p]) {
      answers.supports.back().push_back(SupportOf(*sampling.constraint, rollout.ids, sampling.ClosedLinesOf(p)));
    }
  }
  return answers;
}

at::Tensor ForcedTokens(const ConstrainedAnswers& answers, int64_t longest) {
  int64_t rows = 0;
  for (const auto& group : answers.supports) rows += static_cast<int64_t>(group.size());
  at::Tensor forced_BT = at::zeros({rows, longest}, at::kBool);
  bool* row = forced_BT.mutable_data_ptr<bool>();
  for (const auto& group : answers.supports) {
    for (const AnswerSupport& support : group) {
      SUITE_CHECK_LE(static_cast<int64_t>(support.sizes.size()), longest);
      for (size_t t = 0; t < support.sizes.size(); ++t) row[t] = support.sizes[t] == 1;
      row += longest;
    }
  }
  return forced_BT;
}

ScoredSupport SupportOfGroups(const ConstrainedAnswers& answers, int64_t first, int64_t end) {
  std::vector<AnswerSupport> supports;
  for (int64_t p = first; p < end; ++p) {
    const std::vector<AnswerSupport>& group = answers.supports[static_cast<size_t>(p)];
    supports.insert(supports.end(), group.begin(), group.end());
  }
  return PackSupports(*answers.constraint, supports);
}

}  // namespace suite
