// The few Unicode rules that title matching rests on, with the meaning Python gives them (the authors' code is Python).
//
//   NormalizedTitle("  DIE \t STRASSE ") == NormalizedTitle("Die Straße")      // trim, squeeze, full case folding
//   LowerCase("WALL·E") == "wall·e"
//
// All strings are UTF-8 (base/text/utf8.h takes them apart). Invalid bytes read as U+FFFD, as a tokenizer's decoder
// writes them; nothing throws. Matching does no Unicode normalisation: a precomposed letter differs from a letter with
// a combining accent. Importers bring titles to one form first (Composed).
#pragma once

#include <string>
#include <string_view>

namespace suite {

// str.isspace() and \s: the White_Space property and U+001C to U+001F. Not U+200B, not U+FEFF.
bool IsWhiteSpace(char32_t c);

// The value 0 to 9 of a decimal digit of any script (\d), else -1.
int DecimalDigit(char32_t c);

// White space trimmed at both ends; every run inside becomes one U+0020.
std::u32string SqueezeWhiteSpace(std::u32string_view text);

// SqueezeWhiteSpace, then full case folding: "ß" = "ss", the "fi" ligature = "fi", final sigma = sigma.
std::string NormalizedTitle(std::string_view title);

// str.lower(): full lower-casing, independent of the locale.
std::string LowerCase(std::string_view text);

// Unicode normalization form C: a letter and its combining accent become one character where there is one.
// "Ame\u0301lie" and "Am\u00e9lie" become the same. Bytes that are not UTF-8 leave the text as it is.
std::string Composed(std::string_view text);

// Case folded, compatibility decomposed (NFKD), accents off: "Amélie" becomes "amelie". For looking titles up loosely.
std::u32string FoldedWithoutAccents(std::string_view text);

}  // namespace suite
