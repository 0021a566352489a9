// Tokens that a policy learns anew: items that are one token each, or the codes that items are written in.
//
//   policy = WithNewTokens(policy, {"<item_0>", "<item_1>"}, {});
//   policy.tokenizer.Encode("<item_1>\n")          // the new token's id, and the newline's
//
// Ids follow the tokenizer's last one, as with Hugging Face's add_tokens. A checkpoint may have more rows than tokens
// (Qwen2.5: 151,936 rows, 151,665 tokens): such spare rows are used first, and then embedding and head grow, and
// vocab_size of config.json with them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/policy/policy_folder.h"

namespace suite {

// Where the rows of new tokens start. All of it is a function of seed and numbers, on any machine and any threads.
struct NewTokenStart {
  uint64_t seed = 0;

  // The mean of the rows that have a token, plus normal noise of so many times the rows' own deviation from their mean
  // (root of the mean square over all numbers of the matrix).
  double noise = .1;

  // Or where a codebook puts them: one vector a token, all of one width, or empty for a token that starts at the mean.
  // Their differences from the mean vector go through a random projection (Johnson and Lindenstrauss: it keeps their
  // geometry), are scaled to the rows' deviation, and laid around the rows' mean, without noise. None: all start at the
  // mean.
  std::vector<std::vector<float>> vectors;
};

// An untied head gets rows of its own in the same way. Shares no memory with `policy`. Throws InputError for a token
// that the tokenizer cannot take (Tokenizer::WithAddedTokens), for a wrong number of vectors, for vectors of different
// widths or with numbers that are not finite, and for vectors that do not differ.
Policy WithNewTokens(const Policy& policy, const std::vector<std::string>& tokens, const NewTokenStart& start);

// Whether all of `tokens` are added tokens of the policy's tokenizer already: it was trained on them.
// Throws InputError where it has some and lacks others, naming one of each.
bool HasNewTokens(const Policy& policy, const std::vector<std::string>& tokens);

}  // namespace suite
