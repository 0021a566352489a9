// What a base policy that starts from nothing learns first: prompts and lists, and the words of its tokenizer.
//
//   const std::vector<BaseText> texts = BaseTexts(config, dataset);
//   const Tokenizer learned = LearnTokenizer(config, dataset, texts);
//   texts[0].turns, texts[0].answer               // what was asked, and a list of what was taken next
//
// At most pretrain.lists of them. In the simulated world these are its sloppy web lists. Of a real source they are
// training conversations and what came next in them, drawn without replacement by data.world_seed: with all tokens
// scored, a history of items teaches each next one of them.
#pragma once

#include <string>
#include <vector>

#include "datasets/core/conversation.h"
#include "harness/config/run_config.h"
#include "harness/data/dataset.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

struct BaseText {
  std::vector<Turn> turns;
  std::string answer;
};

// Throws InputError for a source without training conversations.
std::vector<BaseText> BaseTexts(const RunConfig& config, const Dataset& dataset);

// At most policy.vocab_size tokens, learned from the texts as an instruct model's are from the web, with
// MiniatureChatTemplate's special ones. Tokens of items are not in it: they join later, whole.
Tokenizer LearnTokenizer(const RunConfig& config, const Dataset& dataset, const std::vector<BaseText>& texts);

}  // namespace suite
