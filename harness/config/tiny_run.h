// For tests: the settings of a run that takes a second, with every stage: miniature data, base policy, SFT, RL.
#pragma once

#include "harness/config/run_config.h"

namespace suite {

inline RunConfig TinyRun() {
  RunConfig config;
  config.data.train = 40;
  config.data.validation = config.data.test = 5;
  config.policy.hidden_size = 16;
  config.policy.heads = config.policy.kv_heads = 2;
  config.policy.layers = 1;
  config.policy.intermediate_size = 24;
  config.policy.vocab_size = 400;
  config.pretrain.lists = 40;
  config.pretrain.steps = 3;
  config.pretrain.batch = config.sft.batch = 4;
  config.sft.examples = 40;
  config.sft.steps = 4;
  config.rl.prompts_per_step = 4;
  config.rl.group_size = 2;
  config.rl.max_new_tokens = 12;
  return config;
}

}  // namespace suite
