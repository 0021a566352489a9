// The alphabet in which byte-level vocabularies are written: one printable character for each of the 256 bytes.
//
//   AlphabetOf(" (\n") == "Ġ(Ċ"
//   *BytesOf("Ġ(Ċ")    == " (\n"
//
// Printable bytes of Latin-1 stand for themselves; the 68 others take U+0100, U+0101, ... in order (GPT-2's
// bytes_to_unicode).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace suite {

// The character of each byte, as a code point.
const std::array<char32_t, 256>& ByteAlphabet();

// The bytes of 0..255 in the order of their characters' code points: the order of a byte-level vocabulary's first ids.
std::array<uint8_t, 256> BytesInAlphabetOrder();

// Any bytes, one character each, in UTF-8.
std::string AlphabetOf(std::string_view bytes);

// The bytes that `token` (well-formed UTF-8) stands for; nothing when one of its characters is not in the alphabet.
std::optional<std::string> BytesOf(std::string_view token);

}  // namespace suite
