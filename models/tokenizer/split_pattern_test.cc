#include "models/tokenizer/split_pattern.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace suite {
namespace {

using Pieces = std::vector<std::string>;

Pieces SplitBy(const std::string& pattern, const std::string& text) {
  std::vector<std::string_view> pieces;
  SplitPattern(pattern, "here").Split(text, &pieces);
  return Pieces(pieces.begin(), pieces.end());
}

TEST(SplitPattern, MatchesAndWhatIsBetweenArePieces) {
  EXPECT_EQ(SplitBy("\\p{N}", "a12 b"), (Pieces{"a", "1", "2", " b"}));
  EXPECT_EQ(SplitBy("\\p{N}", "ab"), (Pieces{"ab"}));
  EXPECT_EQ(SplitBy("\\p{N}", ""), (Pieces{}));
  EXPECT_EQ(SplitBy(" ?\\p{L}+", "caf\u00e9 \u5343"), (Pieces{"caf\u00e9", " \u5343"}));
}

TEST(SplitPattern, LookAheadSeesNoFurtherThanTheText) {
  EXPECT_EQ(SplitBy("\\s+(?!\\S)|\\s+", "a   b"), (Pieces{"a", "  ", " ", "b"}));
  EXPECT_EQ(SplitBy("\\s+(?!\\S)|\\s+", "a   "), (Pieces{"a", "   "}));
}

TEST(SplitPattern, IgnoresCaseInAGroup) {
  EXPECT_EQ(SplitBy("(?i:'s|'ll)|\\p{L}+", "it'S I'lL"), (Pieces{"it", "'S", " ", "I", "'lL"}));
}

// PCRE2 counts U+180E as white space, Unicode and Oniguruma do not; U+0085 and U+3000 are.
TEST(SplitPattern, WhiteSpaceIsUnicodes) {
  EXPECT_EQ(SplitBy("\\s", "a\u180e\u0085\u3000b"), (Pieces{"a\u180e", "\u0085", "\u3000", "b"}));
  EXPECT_EQ(SplitBy("[^\\s\\p{L}]+", "a\u180e b"), (Pieces{"a", "\u180e", " b"}));
  EXPECT_EQ(SplitBy("\\S+", "\u180e b"), (Pieces{"\u180e", " ", "b"}));
}

TEST(SplitPattern, RefusesWhatTheEnginesReadDifferently) {
  for (const char* pattern :
       {"a$",      "^a",   ".",       "\\w",         "\\b",    "\\h",   "\\x41",      "\\Qa", "\\K",
        "(?<=a)b", "(?R)", "(*FAIL)", "[[:alpha:]]", "[a&&b]", "[\\S]", "\\p{Greek}", "\\pL", "a{,3}",
        "a{2}+",   "{",    "a}",      "[]a]",        "[a",     "\\",    "[a\\"}) {
    EXPECT_THROW(SplitPattern(pattern, "here"), InputError) << pattern;
  }
}

TEST(SplitPattern, RefusesMalformedPatternsAndEmptyMatches) {
  for (const char* pattern : {"(", "a)", "*", "a{99999}", "[z-a]", "a*", "(?=a)", "", "a|"}) {
    EXPECT_THROW(SplitPattern(pattern, "here"), InputError) << pattern;
  }
  try {
    SplitPattern("a\\wb", "file: key");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("file: key: an unsupported escape at byte 1"), std::string::npos)
        << error.what();
  }
}

TEST(SplitPattern, RunawayBacktrackingIsAnError) {
  const SplitPattern pattern("(?:a+)+b", "here");
  std::vector<std::string_view> pieces;
  EXPECT_THROW(pattern.Split(std::string(64, 'a') + "cb", &pieces), InputError);
}

TEST(SplitPattern, LongTextsNeedNoDeepStack) {
  const std::string spaces(1 << 20, ' ');
  EXPECT_EQ(SplitBy("\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+", spaces + "x").size(), 3u);
  const std::string words = std::string(1 << 20, 'a') + "b";
  EXPECT_EQ(SplitBy("(?:a|b)+", words), (Pieces{words}));
}

}  // namespace
}  // namespace suite
