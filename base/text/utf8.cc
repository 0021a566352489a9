#include "base/text/utf8.h"

#include <algorithm>
#include <cstdint>

#include "base/check.h"

namespace suite {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

struct Unit {
  enum Kind { kWhole, kBroken, kUnfinished };
  Kind kind;
  size_t size;
};

// The allowed range of the second byte narrows after E0, ED, F0 and F4 (Unicode 15, table 3-7).
bool SecondByteFits(uint8_t lead, uint8_t second) {
  const uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  return low <= second && second <= high;
}

size_t LengthFromLead(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

Unit NextUnit(std::string_view bytes) {
  const auto lead = static_cast<uint8_t>(bytes[0]);
  const size_t length = LengthFromLead(lead);
  if (length == 0) return {Unit::kBroken, 1};
  for (size_t i = 1; i < length; ++i) {
    if (i == bytes.size()) return {Unit::kUnfinished, i};
    const auto next = static_cast<uint8_t>(bytes[i]);
    const bool fits = i == 1 ? SecondByteFits(lead, next) : (next & 0xc0) == 0x80;
    if (!fits) return {Unit::kBroken, i};
  }
  return {Unit::kWhole, length};
}

size_t WholePrefix(std::string_view bytes) {
  size_t at = 0;
  while (at < bytes.size()) {
    const Unit unit = NextUnit(bytes.substr(at));
    if (unit.kind != Unit::kWhole) break;
    at += unit.size;
  }
  return at;
}

void AppendUtf8(char32_t code_point, std::string* text) {
  SUITE_CHECK(code_point <= 0x10ffff);
  const auto continuation = [&](int shift) { return static_cast<char>(0x80 | ((code_point >> shift) & 0x3f)); };
  if (code_point < 0x80) {
    *text += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    *text += {static_cast<char>(0xc0 | (code_point >> 6)), continuation(0)};
  } else if (code_point < 0x10000) {
    *text += {static_cast<char>(0xe0 | (code_point >> 12)), continuation(6), continuation(0)};
  } else {
    *text += {static_cast<char>(0xf0 | (code_point >> 18)), continuation(12), continuation(6), continuation(0)};
  }
}

}  // namespace

std::optional<size_t> FirstInvalidUtf8(std::string_view bytes) {
  const size_t whole = WholePrefix(bytes);
  return whole == bytes.size() ? std::nullopt : std::optional<size_t>(whole);
}

std::string ReplaceBrokenUtf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t whole = WholePrefix(bytes);
    text += bytes.substr(0, whole);
    bytes.remove_prefix(whole);
    if (bytes.empty()) break;
    text += kReplacement;
    bytes.remove_prefix(NextUnit(bytes).size);
  }
  return text;
}

std::string ShownText(std::string_view text, size_t longest) {
  return ReplaceBrokenUtf8(text.substr(0, longest)) + (text.size() > longest ? "..." : "");
}

size_t UnfinishedUtf8Tail(std::string_view bytes) {
  for (size_t size = 1; size <= std::min<size_t>(3, bytes.size()); ++size) {
    const std::string_view tail = bytes.substr(bytes.size() - size);
    if ((static_cast<uint8_t>(tail[0]) & 0xc0) == 0x80) continue;
    return NextUnit(tail).kind == Unit::kUnfinished ? size : 0;
  }
  return 0;
}

std::u32string DecodeUtf8(std::string_view bytes) {
  std::u32string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Unit unit = NextUnit(bytes);
    size_t size = unit.size;
    text += unit.kind == Unit::kWhole ? FirstCodePoint(bytes, &size) : U'\ufffd';
    bytes.remove_prefix(size);
  }
  return text;
}

std::string EncodeUtf8(std::u32string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char32_t code_point : text) AppendUtf8(code_point, &encoded);
  return encoded;
}

std::string Utf8Of(char32_t code_point) { return EncodeUtf8({&code_point, 1}); }

char32_t FirstCodePoint(std::string_view bytes, size_t* size) {
  const auto lead = static_cast<uint8_t>(bytes[0]);
  *size = LengthFromLead(lead);
  if (*size == 1) return lead;
  char32_t code_point = lead & (0x7f >> *size);
  for (size_t i = 1; i < *size; ++i) code_point = code_point << 6 | (static_cast<uint8_t>(bytes[i]) & 0x3f);
  return code_point;
}

}  // namespace suite
