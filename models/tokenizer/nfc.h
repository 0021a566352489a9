// Unicode normalization form C, with the character tables of Unicode 9.
//
//   ToNfc("e\xcc\x81") == "\xc3\xa9"    // e and a combining acute accent become one character
//
// Hugging Face's tokenizers normalize with tables of that age, so combining marks that are newer are left where they
// stand. Found by comparing with tokenizers 0.21.4: every code point alone, decomposed, and between combining marks of
// lower and higher class (5.6 million strings) comes out the same; with the tables of another year some do not.
#pragma once

#include <string>
#include <string_view>

namespace suite {

// `text` is well-formed UTF-8.
std::string ToNfc(std::string_view text);

}  // namespace suite
