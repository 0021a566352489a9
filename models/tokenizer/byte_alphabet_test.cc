#include "models/tokenizer/byte_alphabet.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(ByteAlphabet, KnownCharacters) {
  EXPECT_EQ(AlphabetOf(" (\n"), "\xc4\xa0(\xc4\x8a");  // U+0120 ( U+010A
  EXPECT_EQ(AlphabetOf("\xc3\xa9"), "\xc3\x83\xc2\xa9");
  EXPECT_EQ(AlphabetOf(std::string(1, '\0')), "\xc4\x80");  // U+0100, the first that is not itself
  EXPECT_EQ(AlphabetOf("\xad"), "\xc5\x83");                // U+0143, the last
}

TEST(ByteAlphabet, EveryByteThereAndBack) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  EXPECT_EQ(BytesOf(AlphabetOf(bytes)), bytes);
}

TEST(ByteAlphabet, OtherCharactersHaveNoBytes) {
  EXPECT_EQ(BytesOf("a b"), std::nullopt);       // a space is written U+0120
  EXPECT_EQ(BytesOf("\xc5\x84"), std::nullopt);  // U+0144
  EXPECT_EQ(BytesOf("\xe5\x8d\x83"), std::nullopt);
  EXPECT_EQ(BytesOf(""), "");
}

TEST(ByteAlphabet, OrderOfVocabularies) {
  const auto order = BytesInAlphabetOrder();
  EXPECT_EQ(order[0], '!');
  EXPECT_EQ(order[93], '~');
  EXPECT_EQ(order[94], 0xa1);
  EXPECT_EQ(order[188], 0x00);
  EXPECT_EQ(order[220], ' ');  // ids of GPT-2's vocabulary
  EXPECT_EQ(order[255], 0xad);
}

}  // namespace
}  // namespace suite
