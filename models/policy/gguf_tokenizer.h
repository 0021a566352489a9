// The tokenizer that a GGUF file describes in its tokenizer.ggml.* metadata.
//
//   const GgufFile file("SmolLM2-135M-Instruct.Q4_1.gguf");
//   const Tokenizer tokenizer = GgufTokenizer(file);               // as from the model's own tokenizer.json
//
// GGUF stores vocabulary, merges and kinds of tokens, and only a name for the rest: tokenizer.ggml.pre. Three are
// known: `smollm` (SmolLM2), `qwen2` (Qwen2 and Qwen2.5) and `llama-bpe` (Llama 3). What each stands for is what the
// hub's tokenizer.json of these models says; a name that is not known is refused, not guessed.
//
// Control and user-defined tokens become added tokens, the former special. Unused tokens at the end, which converters
// write to fill up a padded embedding, are left out.
#pragma once

#include "models/checkpoints/gguf.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

// Throws InputError naming the file and the key.
Tokenizer GgufTokenizer(const GgufFile& file);

}  // namespace suite
