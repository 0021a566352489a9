#include "models/tokenizer/byte_alphabet.h"

#include <algorithm>
#include <numeric>

#include "base/text/utf8.h"

namespace suite {
namespace {

constexpr char32_t kLastCharacter = 0x100 + 67;

bool StandsForItself(int byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

std::array<char32_t, 256> MakeAlphabet() {
  std::array<char32_t, 256> alphabet;
  char32_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte) alphabet[byte] = StandsForItself(byte) ? byte : next++;
  return alphabet;
}

std::array<int, kLastCharacter + 1> MakeInverse() {
  std::array<int, kLastCharacter + 1> inverse;
  inverse.fill(-1);
  for (int byte = 0; byte < 256; ++byte) inverse[ByteAlphabet()[byte]] = byte;
  return inverse;
}

}  // namespace

const std::array<char32_t, 256>& ByteAlphabet() {
  static const std::array<char32_t, 256> alphabet = MakeAlphabet();
  return alphabet;
}

std::array<uint8_t, 256> BytesInAlphabetOrder() {
  std::array<uint8_t, 256> bytes;
  std::iota(bytes.begin(), bytes.end(), 0);
  std::sort(bytes.begin(), bytes.end(), [](uint8_t a, uint8_t b) { return ByteAlphabet()[a] < ByteAlphabet()[b]; });
  return bytes;
}

std::string AlphabetOf(std::string_view bytes) {
  std::string token;
  for (const char byte : bytes) token += Utf8Of(ByteAlphabet()[static_cast<uint8_t>(byte)]);
  return token;
}

std::optional<std::string> BytesOf(std::string_view token) {
  static const std::array<int, kLastCharacter + 1> inverse = MakeInverse();
  std::string bytes;
  while (!token.empty()) {
    size_t size = 0;
    const char32_t character = FirstCodePoint(token, &size);
    if (character > kLastCharacter || inverse[character] < 0) return std::nullopt;
    bytes += static_cast<char>(inverse[character]);
    token.remove_prefix(size);
  }
  return bytes;
}

}  // namespace suite
