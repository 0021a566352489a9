#include "datasets/core/unicode_text.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "base/text/utf8.h"

namespace suite {
namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Titles are nearly always ASCII, where folding and lower-casing are the same and ICU is not needed.
std::string LowerAscii(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

icu::UnicodeString FromUtf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

}  // namespace

bool IsWhiteSpace(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
  return u_isUWhiteSpace(static_cast<UChar32>(c));
}

int DecimalDigit(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9' ? static_cast<int>(c - '0') : -1;
  return u_charDigitValue(static_cast<UChar32>(c));
}

std::u32string SqueezeWhiteSpace(std::u32string_view text) {
  std::u32string squeezed;
  squeezed.reserve(text.size());
  bool pending = false;
  for (const char32_t c : text) {
    if (IsWhiteSpace(c)) {
      pending = !squeezed.empty();
      continue;
    }
    if (pending) squeezed.push_back(U' ');
    pending = false;
    squeezed.push_back(c);
  }
  return squeezed;
}

std::string NormalizedTitle(std::string_view title) {
  const std::string squeezed = EncodeUtf8(SqueezeWhiteSpace(DecodeUtf8(title)));
  if (IsAscii(squeezed)) return LowerAscii(squeezed);
  std::string folded;
  FromUtf8(squeezed).foldCase(U_FOLD_CASE_DEFAULT).toUTF8String(folded);
  return folded;
}

std::string LowerCase(std::string_view text) {
  if (IsAscii(text)) return LowerAscii(std::string(text));
  std::string lowered;
  FromUtf8(text).toLower(icu::Locale::getRoot()).toUTF8String(lowered);
  return lowered;
}

std::string Composed(std::string_view text) {
  std::string composed(text);
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(error);
  if (IsAscii(text) || !IsUtf8(text) || U_FAILURE(error)) return composed;
  const icu::UnicodeString normalized = nfc->normalize(FromUtf8(text), error);
  if (U_FAILURE(error)) return composed;
  composed.clear();
  normalized.toUTF8String(composed);
  return composed;
}

std::u32string FoldedWithoutAccents(std::string_view text) {
  if (IsAscii(text)) return DecodeUtf8(LowerAscii(std::string(text)));
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkd = icu::Normalizer2::getNFKDInstance(error);
  icu::UnicodeString decomposed;
  // The data file of ICU is linked in: failing to find the table would be a bug, and leaves the text as it is.
  if (U_SUCCESS(error)) nfkd->normalize(FromUtf8(text).foldCase(), decomposed, error);
  std::string utf8;
  decomposed.toUTF8String(utf8);
  std::u32string kept;
  for (const char32_t c : DecodeUtf8(utf8)) {
    if (u_charType(static_cast<UChar32>(c)) != U_NON_SPACING_MARK) kept.push_back(c);
  }
  return kept;
}

}  // namespace suite
