#include "base/text/utf8.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace suite {
namespace {

TEST(Utf8, OneReplacementForEachMaximalBrokenPart) {
  const std::string r = "\xef\xbf\xbd";
  EXPECT_EQ(ReplaceBrokenUtf8("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(ReplaceBrokenUtf8("\xc3"), r);
  EXPECT_EQ(ReplaceBrokenUtf8("\xe2\x82"), r);                      // an unfinished euro sign is one part
  EXPECT_EQ(ReplaceBrokenUtf8("\xe2\x82x"), r + "x");               // also before another character
  EXPECT_EQ(ReplaceBrokenUtf8("\x80\x80"), r + r);                  // continuation bytes alone
  EXPECT_EQ(ReplaceBrokenUtf8("\xe0\x80"), r + r);                  // overlong: E0 is never followed by 80
  EXPECT_EQ(ReplaceBrokenUtf8("\xed\xa0\x80"), r + r + r);          // a surrogate
  EXPECT_EQ(ReplaceBrokenUtf8("\xf4\x90\x80\x80"), r + r + r + r);  // past U+10FFFF
  EXPECT_EQ(ReplaceBrokenUtf8("\xc0\xaf"), r + r);
  // Unicode 15, table 3-8.
  EXPECT_EQ(ReplaceBrokenUtf8("a\xf1\x80\x80\xe1\x80\xc2"
                              "b\x80"
                              "c\x80\xbf"
                              "d"),
            "a" + r + r + r + "b" + r + "c" + r + r + "d");
}

TEST(Utf8, FindsTheFirstInvalidByte) {
  EXPECT_EQ(FirstInvalidUtf8(""), std::nullopt);
  EXPECT_EQ(FirstInvalidUtf8("a\u00e9\u4e03\U0001F3AC"), std::nullopt);
  EXPECT_EQ(FirstInvalidUtf8("ab\xff"), 2u);
  EXPECT_EQ(FirstInvalidUtf8("a\xc3"), 1u);             // cut off
  EXPECT_EQ(FirstInvalidUtf8("\xf0\x9f\x8e"), 0u);      // likewise
  EXPECT_EQ(FirstInvalidUtf8("\xc0\x80"), 0u);          // overlong
  EXPECT_EQ(FirstInvalidUtf8("\xed\xa0\x80"), 0u);      // a surrogate
  EXPECT_EQ(FirstInvalidUtf8("\xf4\x90\x80\x80"), 0u);  // past U+10FFFF
  EXPECT_TRUE(IsUtf8("\xf0\x9f\x8e\xac"));
  EXPECT_FALSE(IsUtf8("\xff"));
}

TEST(Utf8, ShownTextIsCutAndRepaired) {
  EXPECT_EQ(ShownText(std::string(60, 'a')), std::string(60, 'a'));
  EXPECT_EQ(ShownText(std::string(61, 'a')), std::string(60, 'a') + "...");
  EXPECT_EQ(ShownText("a\u00e9b", 2), "a\ufffd...");
  EXPECT_EQ(ShownText("a\xff"), "a\ufffd");
}

TEST(Utf8, DecodesAndEncodesWhatItDecoded) {
  const std::string text = "Am\u00e9lie \u4e03 \U0001F3AC";
  EXPECT_EQ(DecodeUtf8(text), U"Am\u00e9lie \u4e03 \U0001F3AC");
  EXPECT_EQ(EncodeUtf8(DecodeUtf8(text)), text);
  EXPECT_EQ(DecodeUtf8("a\xFFz"), U"a\ufffdz");
  EXPECT_EQ(DecodeUtf8("\xE4\xB8"), U"\ufffd");  // a cut character is one
  EXPECT_EQ(DecodeUtf8("\xC0\xAF"), U"\ufffd\ufffd");
}

// Every text of up to four of the bytes at which a rule of UTF-8 changes.
TEST(Utf8, DecodingReplacesWhatReplacingReplaces) {
  const std::string bytes = "a\x7f\x80\x8f\x90\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xed\xef\xf0\xf4\xf5\xff";
  std::vector<std::string> texts = {""};
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string text = texts[i];
    const std::string repaired = ReplaceBrokenUtf8(text);
    ASSERT_EQ(EncodeUtf8(DecodeUtf8(text)), repaired) << ::testing::PrintToString(text);
    ASSERT_EQ(IsUtf8(text), repaired == text) << ::testing::PrintToString(text);
    ASSERT_TRUE(IsUtf8(repaired)) << ::testing::PrintToString(text);
    if (text.size() == 4) continue;
    for (const char byte : bytes) texts.push_back(text + byte);
  }
}

TEST(Utf8, UnfinishedTail) {
  EXPECT_EQ(UnfinishedUtf8Tail(""), 0u);
  EXPECT_EQ(UnfinishedUtf8Tail("ab"), 0u);
  EXPECT_EQ(UnfinishedUtf8Tail("a\xf0"), 1u);
  EXPECT_EQ(UnfinishedUtf8Tail("a\xf0\x9f"), 2u);
  EXPECT_EQ(UnfinishedUtf8Tail("a\xf0\x9f\x8e"), 3u);
  EXPECT_EQ(UnfinishedUtf8Tail("a\xf0\x9f\x8e\xac"), 0u);
  EXPECT_EQ(UnfinishedUtf8Tail("\x9f\x8e\xac"), 0u);
  EXPECT_EQ(UnfinishedUtf8Tail("\xe0\x80"), 0u);  // broken already
}

TEST(Utf8, CodePointsThereAndBack) {
  for (const char32_t code_point : {0x0u, 0x7fu, 0x80u, 0x7ffu, 0x800u, 0xffffu, 0x10000u, 0x10ffffu}) {
    const std::string bytes = Utf8Of(code_point);
    size_t size = 0;
    EXPECT_EQ(FirstCodePoint(bytes + "x", &size), code_point);
    EXPECT_EQ(size, bytes.size());
    EXPECT_TRUE(IsUtf8(bytes));
  }
}

}  // namespace
}  // namespace suite
