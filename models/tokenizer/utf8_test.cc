#include "models/tokenizer/utf8.h"

#include <gtest/gtest.h>

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

TEST(Utf8, TellsWellFormedText) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("\xf0\x9f\x8e\xac"));
  EXPECT_FALSE(IsUtf8("\xf0\x9f\x8e"));
  EXPECT_FALSE(IsUtf8("\xff"));
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
