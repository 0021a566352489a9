// A tokenizer.json of byte-level BPE: read, used in both directions, and hashed.
#include <cstddef>
#include <cstdint>

#include "models/tokenizer/tokenizer.h"
#include "tests/fuzz/hostile_input.h"

namespace {

// Letters, digits, spaces and newlines, an accent, a Chinese and an emoji character, a special token, broken UTF-8.
constexpr char kText[] = "Heat (1995)\n The  caf\xc3\xa9's 12,345 \xe4\xb8\xad\xf0\x9f\x98\x80<|end|>[CLS]\xff";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  suite::fuzz::OnlyInputError([&] {
    const auto tokenizer = suite::Tokenizer::FromJson(suite::fuzz::TextOf(data, size), "tokenizer.json");
    tokenizer.Decode(tokenizer.Encode(kText, /*add_special_tokens=*/true), /*skip_special_tokens=*/true);
    tokenizer.NewlinesByToken();
    tokenizer.ContentHash();
  });
  return 0;
}
