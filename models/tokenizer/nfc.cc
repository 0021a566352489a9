#include "models/tokenizer/nfc.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uniset.h>

#include <algorithm>

#include "base/check.h"

namespace suite {
namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

const icu::Normalizer2& Unicode9Nfc() {
  static const icu::FilteredNormalizer2* const normalizer = [] {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
    auto* characters = new icu::UnicodeSet(icu::UnicodeString(u"[:age=9.0:]"), status);
    SUITE_CHECK(U_SUCCESS(status));
    characters->freeze();
    return new icu::FilteredNormalizer2(*nfc, *characters);
  }();
  return *normalizer;
}

}  // namespace

std::string ToNfc(std::string_view text) {
  if (IsAscii(text)) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  std::string normalized;
  icu::StringByteSink<std::string> sink(&normalized, static_cast<int32_t>(text.size()));
  Unicode9Nfc().normalizeUTF8(0, icu::StringPiece(text.data(), text.size()), sink, nullptr, status);
  SUITE_CHECK(U_SUCCESS(status));
  return normalized;
}

}  // namespace suite
