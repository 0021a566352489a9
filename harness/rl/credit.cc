#include "harness/rl/credit.h"

#include "algorithms/advantages.h"
#include "algorithms/diagnostics.h"
#include "algorithms/returns.h"

namespace suite {

BatchCredit CreditRanks(const RolloutBatch& batch, const JudgedRollouts& judged, const RankRules& rules,
                        const ObjectiveConfig& objective, const at::Tensor& forced_BT) {
  BatchCredit credit;
  credit.spans = CutIntoRanks(batch.ids_BT, batch.length_B, rules.newlines_V, rules.eos_id, rules.list_length);
  credit.loss_spans =
      rules.leave_out_forced && forced_BT.defined() ? WithoutTokens(credit.spans, forced_BT) : credit.spans;
  credit.return_BN =
      AddRewardParts(Returns(judged.relevance_BN, objective.returns), judged.parts, objective.reward_parts);
  const Advantages advantages =
      EstimateAdvantages(credit.return_BN, credit.spans, rules.group_size, objective.advantage);
  credit.advantage_BN = advantages.advantage_BN;
  credit.advantage_BT = advantages.advantage_BT;
  // "return" is what this objective pays for the hits; "reward", the same quantity for all objectives, is recorded by
  // the task.
  for (const auto& [name, value] : RewardDiagnostics(credit.return_BN, advantages)) {
    if (name.rfind("reward/", 0) == 0) continue;
    credit.series[name == "reward" ? "return" : name] = {value};
  }
  return credit;
}

}  // namespace suite
