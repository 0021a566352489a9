// A policy small enough for tests: a few films, their tokenizer, and random weights.
#pragma once

#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "models/policy/policy_folder.h"
#include "models/tokenizer/bpe_trainer.h"
#include "models/tokenizer/chat_template.h"

namespace suite {

inline Catalog SmallCatalog() {
  return Catalog({{"Heat", 1995}, {"Alien", 1979}, {"Jaws", 1975}, {"Fargo", 1996}, {"Rocky", 1976}, {"Big", 1988}});
}

inline std::vector<Conversation> SmallConversations() {
  std::vector<Conversation> conversations;
  for (int i = 0; i < 7; ++i) {
    Conversation one;
    one.id = "train/" + std::to_string(i);
    one.split = "train";
    one.turns = {{"user", "I love Jaws (1975). More like number " + std::to_string(i) + "?"}};
    one.seen_titles = {"Jaws"};
    one.ground_truth = {{"Heat", 1995}, {"Big", 1988}};
    conversations.push_back(one);
  }
  return conversations;
}

inline Policy SmallPolicy() {
  BpeTrainerConfig trainer;
  trainer.vocab_size = 300;
  trainer.special_tokens = {"<|pad|>", "<|end|>", "<|user|>", "<|assistant|>"};
  const Tokenizer tokenizer =
      TrainBpe({FormatList(SmallCatalog().items()), FormatList(SmallCatalog().items())}, trainer);
  LlamaConfig config;
  config.hidden_size = 16;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_dim = 8;
  config.intermediate_size = 24;
  config.vocab_size = tokenizer.vocab_size();
  config.max_positions = 160;
  config.eos_ids = {*tokenizer.TokenId("<|end|>")};
  config.pad_id = tokenizer.TokenId("<|pad|>");
  return {LlamaWeights::Random(config, /*seed=*/5, /*std=*/0.3), tokenizer, kMiniatureChatTemplateJinja};
}

}  // namespace suite
