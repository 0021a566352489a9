#include "harness/run/options_of_run.h"

#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "harness/policy/catalogue_constraint.h"

namespace suite {
namespace {

// The one that closes an answer first, at which ranks are cut (harness/rl/credit.h). A checkpoint may stop at others
// too and name them before it, as Llama 3.2's generation_config.json does.
std::vector<int64_t> EndTokens(const Policy& policy) {
  std::vector<int64_t> ids = policy.config().eos_ids;
  const auto closing = policy.tokenizer.TokenId(policy.eos_token);
  const auto found = closing ? std::find(ids.begin(), ids.end(), *closing) : ids.end();
  if (found != ids.end()) std::rotate(ids.begin(), found, found + 1);
  return ids;
}

// A list that is cut is none of the constraint's; where each must be, nothing could be learned.
void CheckRoomForLists(const ListConstraint& constraint, int64_t max_new_tokens) {
  if (constraint.ShortestAnswer() <= max_new_tokens) return;
  throw InputError("rl.max_new_tokens",
                   std::to_string(max_new_tokens) + " tokens cut every list: one of " +
                       std::to_string(constraint.list_length()) + " items takes " +
                       std::to_string(constraint.ShortestAnswer()) + " at least",
                   "more tokens, or a smaller data.list_length");
}

SamplingOptions SamplingOf(const RunConfig& config, const Policy& policy) {
  SamplingOptions sampling;
  sampling.choice.temperature = config.rl.temperature;
  sampling.max_new_tokens = config.rl.max_new_tokens;
  sampling.eos_ids = EndTokens(policy);
  sampling.max_lines = config.data.list_length + config.rl.extra_lines;
  sampling.newlines_by_token = policy.tokenizer.NewlinesByToken();
  // A head may be padded beyond the tokenizer; what it adds has no text.
  sampling.newlines_by_token.resize(static_cast<size_t>(policy.config().vocab_size), 0);
  sampling.shards = config.run.threads;
  return sampling;
}

}  // namespace

at::ScalarType ComputeTypeOf(const RunConfig& config) {
  return config.run.dtype == "bfloat16" ? at::kBFloat16 : at::kFloat;
}

RunConstraints ConstraintsOf(const RunConfig& config, const Dataset& dataset, const Policy& policy,
                             const ChatTemplate& chat) {
  const auto make = [&](const std::string& kind) {
    return CatalogueConstraint(kind, dataset.catalog, policy.tokenizer, chat, policy.config().eos_ids,
                               config.data.list_length);
  };
  const bool same = config.eval.constraint == "as_rl" || config.eval.constraint == config.rl.constraint;
  RunConstraints constraints;
  constraints.rl = make(config.rl.constraint);
  constraints.eval = same ? constraints.rl : make(config.eval.constraint);
  std::vector<std::shared_ptr<const ListConstraint>> different = {constraints.rl};
  if (constraints.eval != constraints.rl) different.push_back(constraints.eval);
  for (const auto& constraint : different) {
    if (constraint) CheckRoomForLists(*constraint, config.rl.max_new_tokens);
    if (!constraint || !config.rl.exclude_seen) continue;
    const int64_t needed = constraint->no_repeats() ? config.data.list_length : 1;
    for (const auto* split : {&dataset.ForRl(), &dataset.validation, &dataset.test}) {
      CheckRoomBesideSeen(dataset.catalog, *split, needed);
    }
  }
  return constraints;
}

RlOptions RlOptionsOf(const RunConfig& config, const Policy& policy, const RunConstraints& constraints,
                      ProcessGroup* group) {
  RlOptions options;
  options.group = group;
  options.seed = static_cast<uint64_t>(config.seed);
  options.group_size = config.rl.group_size;
  options.updates_per_rollout = config.rl.updates_per_rollout;
  options.micro_batch_prompts = config.rl.micro_batch_prompts;
  options.activation_bytes = config.rl.activation_bytes;
  options.schedule.base_rate = config.rl.learning_rate;
  if (config.rl.late_from_step > 0) {
    options.schedule.kind = ScheduleKind::kSteps;
    options.schedule.thresholds = {{config.rl.late_from_step, config.rl.late_learning_rate}};
  }
  options.adamw.beta1 = config.rl.beta1;
  options.adamw.beta2 = config.rl.beta2;
  options.adamw.weight_decay = config.rl.weight_decay;
  options.max_grad_norm = config.rl.max_grad_norm;
  options.list_length = config.data.list_length;
  options.compute = ComputeTypeOf(config);
  options.shards = config.run.threads;
  options.sampling = SamplingOf(config, policy);
  options.sampling.constraint = constraints.rl;
  options.constraint_in_loss = config.rl.constraint_in_loss;
  options.leave_out_forced = config.rl.ratio_tokens == "branching";
  return options;
}

ConversationTaskOptions TaskOptionsOf(const RunConfig& config, const ObjectiveConfig& objective) {
  ConversationTaskOptions options;
  options.seed = static_cast<uint64_t>(config.seed);
  options.prompts_per_step = config.rl.prompts_per_step;
  options.close_seen = config.rl.exclude_seen;
  options.judge.list_length = static_cast<int>(config.data.list_length);
  options.judge.rank_rule = objective.rank_rule == "parsed" ? RankRule::kParsedPosition : RankRule::kLine;
  return options;
}

EvaluationOptions EvaluationOptionsOf(const RunConfig& config, const Policy& policy, const RunConstraints& constraints,
                                      ProcessGroup* group) {
  EvaluationOptions options;
  options.group = group;
  options.list_length = config.data.list_length;
  options.cutoffs = config.eval.k;
  options.batch = config.eval.batch;
  options.sampling = SamplingOf(config, policy);
  options.sampling.constraint = constraints.eval;
  options.close_seen = constraints.eval && config.rl.exclude_seen;
  return options;
}

}  // namespace suite
