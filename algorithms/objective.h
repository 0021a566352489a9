// PolicyObjective: new, old and reference log-probs, advantages and spans to a loss and named diagnostics. The
// interface between the training loop and the family of objectives; the loop never asks which objective it runs.
//
//   std::unique_ptr<PolicyObjective> objective = MakeObjective("rank_grpo_exp_inf", {{"epsilon_high", "0.1"}});
//   at::Tensor reward = Returns(relevance_BN, objective->config().returns);
//   Advantages advantages = EstimateAdvantages(reward, spans, group_size, objective->config().advantage);
//   ObjectiveInput input;
//   input.logp_BT = logp_BT;              // requires grad
//   input.old_logp_BT = old_logp_BT;      // leave undefined at the first pass over fresh rollouts
//   input.advantage_BT = advantages.advantage_BT;
//   input.spans = &spans;
//   input.normalizer = WholeBatch(spans);
//   ObjectiveOutput output = objective->Compute(input);
//   output.loss.backward();
//
// Every objective is a point in one space, and an ablation is a field of the point. With w the importance ratio of a
// unit (token, rank, sequence), A the advantage, and c the weight that the reduction gives to a token:
//
//   loss = sum_t c_t (surrogate(w_t, A_t) + beta kl_t) - entropy_bonus * mean entropy
//
// Micro-batches. c_t is made from `normalizer`, which counts the WHOLE batch of one optimizer step, so the losses (and
// gradients) of micro-batches of any size add up to those of the batch. One reduction is different by its definition:
// bnpo divides by the active tokens of the micro-batch at hand and averages over `normalizer.micro_batches`.
//
// Shapes: B rows, T tokens. float32 or float64; loss and gradients have the dtype of `logp_BT`. Autograd runs through
// plain ATen operations, so the device is that of the tensors.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/advantages.h"
#include "algorithms/kl.h"
#include "algorithms/rank_spans.h"
#include "algorithms/ratio.h"
#include "algorithms/reduction.h"
#include "algorithms/returns.h"
#include "algorithms/surrogate.h"

namespace suite {

// One point of the space. objective_settings.def names every field, with its range and help.
struct ObjectiveConfig {
  std::string name = "grpo";  // the preset it started from
  SurrogateConfig surrogate;
  RatioConfig ratio;
  ReductionConfig reduction;
  KlConfig kl;
  double entropy_bonus = 0.0;  // coefficient of the mean token entropy, the same scale for every reduction
  AdvantageConfig advantage;
  ReturnConfig returns;
  RewardPenalties reward_parts;
  // How relevance counts ranks; the harness hands it to the judge. "line": rank k is line k of the answer, as RankSpans
  // counts. "parsed": rank k is the k-th line that parses, as the authors' reward counts.
  std::string rank_rule = "line";
};

struct ObjectiveInput {
  at::Tensor logp_BT;            // of the sampled tokens under the policy; requires grad
  at::Tensor old_logp_BT;        // under the policy that sampled; undefined: on policy, ratio exactly 1 with gradient
  at::Tensor reference_logp_BT;  // under the reference policy; may be undefined when beta is 0 at this step
  at::Tensor entropy_BT;         // of the next-token distribution; may be undefined when entropy_bonus is 0
  at::Tensor advantage_BT;       // [B,T] from EstimateAdvantages, or [B,1]
  const RankSpans* spans = nullptr;
  Normalizer normalizer;  // of the whole batch: WholeBatch(spans), summed over micro-batches and processes
  int64_t step = 0;       // optimizer step, for the schedule of beta
  bool want_diagnostics = true;
};

struct ObjectiveOutput {
  at::Tensor loss;  // scalar
  // Named series in a fixed order; algorithms/diagnostics.h lists them.
  std::vector<std::pair<std::string, double>> diagnostics;
};

class PolicyObjective {
 public:
  virtual ~PolicyObjective() = default;
  virtual const ObjectiveConfig& config() const = 0;
  virtual ObjectiveOutput Compute(const ObjectiveInput& input) const = 0;
};

using ObjectiveOverrides = std::vector<std::pair<std::string, std::string>>;

// Configuration of the preset `name`; an unknown name throws InputError and lists the known ones.
ObjectiveConfig PresetConfig(const std::string& name);

// The preset's configuration with fields changed by name, e.g. {"epsilon_low", "0.06"}, {"beta", "0"}; checked.
// Field names: objective_settings.def.
ObjectiveConfig PresetConfig(const std::string& name, const ObjectiveOverrides& overrides);

// The objective of a checked configuration.
std::unique_ptr<PolicyObjective> MakeObjective(const ObjectiveConfig& config);
std::unique_ptr<PolicyObjective> MakeObjective(const std::string& name, const ObjectiveOverrides& overrides = {});

// Throws InputError when the fields cannot go together: which, why, and the legal values.
void ValidateObjective(const ObjectiveConfig& config);

struct ObjectiveEntry {
  const char* name;
  const char* source;  // paper or code, as in objectives.def
  const char* status;  // "authors' code", "peer", "property"
};

// All presets in the order of objectives.def.
std::vector<ObjectiveEntry> ListObjectives();

}  // namespace suite
