#include "datasets/core/unicode_text.h"

#include <gtest/gtest.h>

#include "base/text/utf8.h"

namespace suite {
namespace {

TEST(UnicodeText, KnowsPythonsWhiteSpace) {
  for (const char32_t c : {U'\t', U'\v', U'\f', U'\r', U' ', char32_t{0x1C}, char32_t{0x1F}, char32_t{0x85},
                           char32_t{0xA0}, char32_t{0x1680}, char32_t{0x2028}, char32_t{0x3000}}) {
    EXPECT_TRUE(IsWhiteSpace(c)) << static_cast<uint32_t>(c);
  }
  for (const char32_t c : {U'a', char32_t{0x1B}, char32_t{0x180E}, char32_t{0x200B}, char32_t{0xFEFF}}) {
    EXPECT_FALSE(IsWhiteSpace(c)) << static_cast<uint32_t>(c);
  }
}

TEST(UnicodeText, KnowsDigitsOfAllScripts) {
  EXPECT_EQ(DecimalDigit(U'7'), 7);
  EXPECT_EQ(DecimalDigit(U'\uFF17'), 7);  // full-width
  EXPECT_EQ(DecimalDigit(U'\u0667'), 7);  // Arabic-Indic
  EXPECT_EQ(DecimalDigit(U'a'), -1);
  EXPECT_EQ(DecimalDigit(U'\u00B2'), -1);  // a superscript is no decimal digit
  EXPECT_EQ(DecimalDigit(U'\u4e03'), -1);  // nor is a numeral
}

TEST(UnicodeText, SqueezesWhiteSpace) {
  EXPECT_EQ(SqueezeWhiteSpace(U" \t a \u00a0\u3000 b\u2028"), U"a b");
  EXPECT_EQ(SqueezeWhiteSpace(U" \n "), U"");
}

TEST(UnicodeText, NormalizesTitlesByFullCaseFolding) {
  EXPECT_EQ(NormalizedTitle("  DIE \t STRASSE "), NormalizedTitle("Die Stra\xC3\x9F"
                                                                  "e"));
  EXPECT_EQ(NormalizedTitle("OFFICE"), NormalizedTitle("of\xEF\xAC\x81"
                                                       "ce"));
  EXPECT_EQ(NormalizedTitle("\u039F\u0394\u038C\u03A3"), NormalizedTitle("\u03BF\u03B4\u03CC\u03C2"));  // final sigma
  EXPECT_NE(NormalizedTitle("Caf\u00e9"), NormalizedTitle("Cafe\u0301"));  // no Unicode normalisation
}

TEST(UnicodeText, LowersWithoutFolding) {
  EXPECT_EQ(LowerCase("WALL\u00b7E"), "wall\u00b7e");
  EXPECT_EQ(LowerCase("STRA\u00dfE"), "stra\u00dfe");
  EXPECT_EQ(LowerCase("AMÉLIE"), "amélie");
}

TEST(Composed, BringsAccentsAndLettersTogether) {
  EXPECT_EQ(Composed("Ame\u0301lie"), "Am\u00e9lie");
  EXPECT_EQ(Composed("Am\u00e9lie"), "Am\u00e9lie");
  EXPECT_EQ(Composed("\u1100\u1161"), "\uac00");            // Hangul
  EXPECT_EQ(Composed("\u304b\u3099"), "\u304c");            // a kana and its voicing mark
  EXPECT_EQ(Composed("x\u0301 \ufb01"), "x\u0301 \ufb01");  // nothing to compose; ligatures stay
  EXPECT_EQ(Composed("Heat \xff"), "Heat \xff");
  EXPECT_EQ(Composed(""), "");
}

TEST(FoldedWithoutAccents, FoldsAndStrips) {
  EXPECT_EQ(EncodeUtf8(FoldedWithoutAccents("AMÉLIE")), "amelie");
  EXPECT_EQ(EncodeUtf8(FoldedWithoutAccents("Ame\u0301lie")), "amelie");
  EXPECT_EQ(EncodeUtf8(FoldedWithoutAccents("Straße")), "strasse");
  EXPECT_EQ(EncodeUtf8(FoldedWithoutAccents("Heat")), "heat");
}

}  // namespace
}  // namespace suite
