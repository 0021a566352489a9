// Decoding token by token, for text shown while it is generated: only whole characters come out.
//
//   StreamingDecoder decoder(tokenizer);
//   for (const int64_t id : sampled) std::cout << decoder.Push(id);
//   std::cout << decoder.Finish();
//
// All outputs joined are Tokenizer::Decode of all ids.
#pragma once

#include <cstdint>
#include <string>

#include "models/tokenizer/tokenizer.h"

namespace suite {

class StreamingDecoder {
 public:
  explicit StreamingDecoder(Tokenizer tokenizer, bool skip_special_tokens = false);

  // The text that `id` completes; empty while a character is unfinished.
  std::string Push(int64_t id);

  // What is left, an unfinished character as U+FFFD. The decoder can then start on another text.
  std::string Finish();

 private:
  Tokenizer tokenizer_;
  bool skip_special_tokens_;
  std::string unfinished_;
};

}  // namespace suite
