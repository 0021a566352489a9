// Trains a byte-level BPE tokenizer on texts: for the miniature, whose world needs a vocabulary of its own.
//
//   BpeTrainerConfig config;
//   config.vocab_size = 1500;
//   config.special_tokens = {"<|pad|>", "<|end|>", "<|user|>", "<|assistant|>"};
//   const Tokenizer tokenizer = TrainBpe(texts, config);
//   tokenizer.Save("run/tokenizer.json");
//
// Ids: the special tokens in the order given, then the single bytes in the order of their characters in the byte
// alphabet, then one token a merge. All 256 bytes are kept by default so that every text can be encoded, at the price
// of some embeddings that a small world never uses; `all_bytes = false` keeps only those that occur, and others vanish.
//
// Training (Sennrich et al., ACL 2016): texts are cut at special tokens and then by `split_pattern`; again and again
// the adjacent pair of tokens that occurs most often, counted over all pieces, becomes a token. Of pairs equally
// frequent the one with the smaller left id is taken, then the smaller right id: so the result depends on the texts
// and the config only, and not on the order of the texts. Hugging Face's BpeTrainer has the same order of ids and the
// same rule for ties.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/tokenizer/tokenizer.h"

namespace suite {

// Pieces for lists of "Title (Year)" lines: ")\n", ")", " (", four digits, a word with the space before it, a digit,
// any other character. A newline that ends an item is so always in the token ")\n": no other token holds one, but the
// single byte for newlines elsewhere.
inline constexpr const char* kItemListPattern = R"(\)\n|\)| \(|[0-9]{4}| ?\p{L}+|[0-9]|[^\p{L}0-9])";

struct BpeTrainerConfig {
  int64_t vocab_size = 1500;   // at most; fewer tokens come out when no pair is frequent enough any more
  int64_t min_pair_count = 2;  // a pair that occurs less often does not become a token
  bool all_bytes = true;       // keep all 256 bytes, or only those that occur
  std::string split_pattern = kItemListPattern;  // in the dialect of split_pattern.h
  std::vector<std::string> special_tokens;
};

// Throws InputError for a config that cannot be met: a vocabulary too small for special tokens and bytes, special
// tokens that are empty, there twice or a single character of the alphabet, an unsupported pattern. Broken UTF-8 in
// the texts counts as U+FFFD, as in Tokenizer::Encode.
Tokenizer TrainBpe(const std::vector<std::string>& texts, const BpeTrainerConfig& config);

}  // namespace suite
