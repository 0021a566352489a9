#include "harness/config/names_elsewhere.h"

#include <map>

namespace suite {
namespace {

const std::map<std::string, std::string>& Names() {
  static const std::map<std::string, std::string> names = {
      {"lr", "rl.learning_rate"},
      {"num_generations", "rl.group_size"},
      {"G", "rl.group_size"},
      {"rollout_n", "rl.group_size"},
      {"mu", "rl.updates_per_rollout"},
      {"num_iterations", "rl.updates_per_rollout"},
      {"ppo_epochs", "rl.updates_per_rollout"},
      {"max_steps", "rl.steps"},
      {"total_training_steps", "rl.steps"},
      {"per_device_train_batch_size", "rl.prompts_per_step"},
      {"train_batch_size", "rl.prompts_per_step"},
      {"max_completion_length", "rl.max_new_tokens"},
      {"max_response_length", "rl.max_new_tokens"},
      {"response_length", "rl.max_new_tokens"},
      {"max_prompt_length", "data.max_prompt_tokens"},
      {"adam_beta1", "rl.beta1"},
      {"adam_beta2", "rl.beta2"},
      {"grad_clip", "rl.max_grad_norm"},
      {"epsilon", "objective.epsilon_low"},
      {"cliprange", "objective.epsilon_low"},
      {"clip_ratio", "objective.epsilon_low"},
      {"clip_ratio_low", "objective.epsilon_low"},
      {"clip_ratio_high", "objective.epsilon_high"},
      {"clip_ratio_c", "objective.delta"},
      {"kl_coef", "objective.beta"},
      {"kl_loss_coef", "objective.beta"},
      {"kl_loss_type", "objective.kl"},
      {"entropy_coeff", "objective.entropy_bonus"},
      {"importance_sampling_level", "objective.ratio_unit"},
      {"loss_agg_mode", "objective.reduction"},
      {"loss_type", "objective.reduction"},
      {"scale_rewards", "objective.advantage_normalisation"},
      {"adv_estimator", "objective.preset"},
      {"algorithm", "objective.preset"},
      {"model_name_or_path", "policy.path"},
      {"model", "policy.path"},
      {"dataset_name", "data.source"},
      {"eval_steps", "eval.every"},
      {"test_freq", "eval.every"},
      {"save_steps", "checkpoint.every"},
      {"save_freq", "checkpoint.every"},
      {"save_total_limit", "checkpoint.keep"},
      {"bf16", "run.dtype"},
      {"gradient_checkpointing", "run.recompute_layers"},
      {"enable_gradient_checkpointing", "run.recompute_layers"},
  };
  return names;
}

}  // namespace

std::string NameHere(const std::string& name) {
  const auto found = Names().find(name);
  return found == Names().end() ? "" : found->second;
}

}  // namespace suite
