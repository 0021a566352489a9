// UTF-8 as byte-level tokens need it: text cut anywhere, broken parts replaced, unfinished ends kept back.
//
//   ReplaceBrokenUtf8("caf\xc3")       == "caf\xef\xbf\xbd"   // U+FFFD
//   UnfinishedUtf8Tail("caf\xc3")      == 1                   // one more byte may make it whole
//
// Broken text is replaced one U+FFFD for each maximal broken part (Unicode 15, section 3.9, "substitution of maximal
// subparts"), which is what Rust's String::from_utf8_lossy and Python's errors="replace" do.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace suite {

// Whether all of `bytes` is well-formed UTF-8.
bool IsUtf8(std::string_view bytes);

// `bytes` with every maximal broken part replaced by U+FFFD.
std::string ReplaceBrokenUtf8(std::string_view bytes);

// How many bytes at the end begin a character that more bytes could still finish (0 to 3).
size_t UnfinishedUtf8Tail(std::string_view bytes);

// `code_point` (not a surrogate, at most U+10FFFF) in UTF-8.
std::string Utf8Of(char32_t code_point);

// The code point at the start of `bytes`, which is well-formed and not empty; its length goes to `size`.
char32_t FirstCodePoint(std::string_view bytes, size_t* size);

}  // namespace suite
