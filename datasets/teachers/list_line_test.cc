#include "datasets/teachers/list_line.h"

#include <gtest/gtest.h>

#include "datasets/core/item.h"
#include "datasets/teachers/plain_line.h"

namespace suite {
namespace {

// "Title (Year)", or nothing.
std::string FilmIn(std::string_view line) {
  const auto read = ReadListLine(line);
  return read ? FormatItem(read->item) : "";
}

TEST(PlainLine, TakesOffTypography) {
  EXPECT_EQ(PlainLine("\u300a\u76d7\u706b\u7ebf\u300b\uff081995\uff09"), "\u76d7\u706b\u7ebf (1995)");
  EXPECT_EQ(PlainLine("1. [Heat](https://example.org/Heat_(film)) (1995)"), "1. Heat (1995)");
  EXPECT_EQ(PlainLine("[Heat (1995)](https://example.org)"), "Heat (1995)");
  EXPECT_EQ(PlainLine("Heat(1995)"), "Heat (1995)");
  EXPECT_EQ(PlainLine("Heat [1995]"), "Heat (1995)");
  EXPECT_EQ(PlainLine("\u201cHeat\u201d (1995)"), "Heat (1995)");
  EXPECT_EQ(PlainLine("**\u201cHeat\u201d** (1995)"), "**Heat** (1995)");
  EXPECT_EQ(PlainLine("<li><b>Heat</b> (1995)</li>"), "Heat (1995)");
  EXPECT_EQ(PlainLine("Heat, (1995)"), "Heat (1995)");
  EXPECT_EQ(PlainLine("Ame\u0301lie (2001)"), "Am\u00e9lie (2001)");
  EXPECT_EQ(PlainLine("\"Heat (1995)\","), "\"Heat (1995)\"");
}

TEST(PlainLine, FindsTheYear) {
  EXPECT_EQ(PlainLine("Breaking Bad (2008\u20132013)"), "Breaking Bad (2008)");
  EXPECT_EQ(PlainLine("Lost (TV series, 2004-2010)"), "Lost (2004)");
  EXPECT_EQ(PlainLine("Heat (1995, Michael Mann)"), "Heat (1995)");
  EXPECT_EQ(PlainLine("Heat (dir. Mann, 1994) (1995)"), "Heat (dir. Mann, 1994) (1995)");
  EXPECT_EQ(PlainLine("Heat ( 1995 )"), "Heat (1995)");
  EXPECT_EQ(PlainLine("Old (0201)"), "Old (0201)");
  EXPECT_EQ(PlainLine("1. **Heat** - 1995"), "1. **Heat** (1995)");
  EXPECT_EQ(PlainLine("Heat, 1995 "), "Heat (1995)");
  EXPECT_EQ(PlainLine("Blade Runner 2049"), "Blade Runner 2049");
  EXPECT_EQ(PlainLine("Heat (12345)"), "Heat (12345)");
  EXPECT_EQ(PlainLine("(1995)"), "(1995)");
  EXPECT_EQ(PlainLine("Heat [1080p] (1995)"), "Heat [1080p] (1995)");
}

TEST(ListLine, ReadsWhatTheAnswerParserReads) {
  EXPECT_EQ(FilmIn("1. **Heat** (1995) - tense"), "Heat (1995)");
  EXPECT_EQ(FilmIn("**1. Heat (1995)**"), "Heat (1995)");
  EXPECT_EQ(FilmIn("12 Angry Men (1957)"), "12 Angry Men (1957)");
  EXPECT_EQ(FilmIn("(500) Days of Summer (2009)"), "Days of Summer (2009)");
  EXPECT_EQ(FilmIn("2001: A Space Odyssey (1968)"), "2001: A Space Odyssey (1968)");
  EXPECT_EQ(FilmIn("Se7en (1995)"), "Se7en (1995)");
  EXPECT_EQ(FilmIn("no film"), "");
}

TEST(ListLine, TellsMarksApart) {
  EXPECT_EQ(ReadListLine("3) Heat (1995)")->mark, ListMark::kNumber);
  EXPECT_EQ(ReadListLine("3) Heat (1995)")->number, 3);
  EXPECT_EQ(ReadListLine("**3.** Heat (1995)")->number, 3);
  EXPECT_EQ(ReadListLine("### 3. Heat (1995)")->number, 3);
  EXPECT_EQ(ReadListLine("Heat (1995)")->mark, ListMark::kNone);
  EXPECT_EQ(ReadListLine("**Heat** (1995)")->mark, ListMark::kNone);
  for (const std::string bullet : {"- ", "* ", "  + ", "\u2022 ", "\u2022Heat ", "\U0001F3AC ", "\u27a4 "}) {
    EXPECT_EQ(ReadListLine(bullet + "Heat (1995)")->mark, bullet == "\u2022Heat " ? ListMark::kNone : ListMark::kBullet)
        << bullet;
  }
  EXPECT_EQ(FilmIn("\u2022 Heat (1995)"), "Heat (1995)");
  EXPECT_EQ(FilmIn("\U0001F3AC **Heat** (1995)"), "Heat (1995)");
  EXPECT_EQ(ReadListLine("   - Heat (1995)")->indent, 3u);
}

TEST(ListLine, KeepsANumberThatMayBeTheTitles) {
  for (const std::string line : {"8 Heat (1995)", "8: Heat (1995)", "8.Heat (1995)", "#8 Heat (1995)",
                                 "(8) Heat (1995)", "8\ufe0f\u20e3 Heat (1995)", "[8] Heat (1995)"}) {
    const auto read = ReadListLine(line);
    if (line[0] == '[') {
      EXPECT_FALSE(read) << line;  // as an array begins
      continue;
    }
    ASSERT_TRUE(read) << line;
    EXPECT_EQ(read->mark, ListMark::kNone) << line;
    EXPECT_EQ(read->loose_number, 8) << line;
    EXPECT_EQ(read->loose_item, (Item{"Heat", 1995})) << line;
  }
  EXPECT_EQ(ReadListLine("3 Idiots (2009)")->item, (Item{"3 Idiots", 2009}));
}

TEST(ListLine, TellsProse) {
  EXPECT_EQ(ReadListLine("Heat (1995)")->after, AfterYear::kNothing);
  EXPECT_EQ(ReadListLine("**Heat (1995)**")->after, AfterYear::kNothing);
  EXPECT_EQ(ReadListLine("Heat (1995) - tense")->after, AfterYear::kRemark);
  EXPECT_EQ(ReadListLine("**Heat (1995)**: tense")->after, AfterYear::kRemark);
  EXPECT_EQ(ReadListLine("Heat (1995) (Michael Mann)")->after, AfterYear::kRemark);
  EXPECT_EQ(ReadListLine("Heat (1995), tense")->after, AfterYear::kComma);
  EXPECT_EQ(ReadListLine("You named Heat (1995).")->after, AfterYear::kStop);
  EXPECT_EQ(ReadListLine("You liked Heat (1995) a lot")->after, AfterYear::kText);
  EXPECT_EQ(ReadListLine("As you liked Heat (1995), here are ten:")->after, AfterYear::kText);
}

TEST(ListLine, IsNoJson) {
  for (const std::string line : {"{\"title\": \"Heat (1995)\"}", "[\"Heat (1995)\"", "\"title\": \"Heat (1995)\",",
                                 "  \"a\" : \"Heat (1995)\""}) {
    EXPECT_EQ(FilmIn(line), "") << line;
  }
  EXPECT_EQ(FilmIn("  \"Heat (1995)\","), "Heat (1995)");
  EXPECT_EQ(FilmIn(std::string(2000, 'a') + " (1995)"), "");
}

}  // namespace
}  // namespace suite
