// UTF-8: told from other bytes, taken apart, repaired. For text from outside and for tokens, which are cut
// anywhere.
//
//   FirstInvalidUtf8("ab\xff")         == 2
//   ReplaceBrokenUtf8("caf\xc3")       == "caf\xef\xbf\xbd"   // U+FFFD
//   UnfinishedUtf8Tail("caf\xc3")      == 1                   // one more byte may make it whole
//
// Broken text is replaced one U+FFFD for each maximal broken part (Unicode 15, section 3.9, "substitution of maximal
// subparts"), which is what Rust's String::from_utf8_lossy and Python's errors="replace" do. Nothing here throws.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace suite {

// The offset of the first byte that does not begin or continue a whole character; none for well-formed UTF-8.
std::optional<size_t> FirstInvalidUtf8(std::string_view bytes);
inline bool IsUtf8(std::string_view bytes) { return !FirstInvalidUtf8(bytes); }

// `bytes` with every maximal broken part replaced by U+FFFD.
std::string ReplaceBrokenUtf8(std::string_view bytes);

// `text` as an error message may hold it: cut after `longest` bytes and then marked "...", broken parts replaced.
std::string ShownText(std::string_view text, size_t longest = 60);

// How many bytes at the end begin a character that more bytes could still finish (0 to 3).
size_t UnfinishedUtf8Tail(std::string_view bytes);

// The code points of `bytes`, U+FFFD for every maximal broken part; and back (no surrogates, at most U+10FFFF).
std::u32string DecodeUtf8(std::string_view bytes);
std::string EncodeUtf8(std::u32string_view text);

// `code_point` (not a surrogate, at most U+10FFFF) in UTF-8.
std::string Utf8Of(char32_t code_point);

// The code point at the start of `bytes`, which is well-formed and not empty; its length goes to `size`.
char32_t FirstCodePoint(std::string_view bytes, size_t* size);

}  // namespace suite
