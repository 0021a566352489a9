#include "datasets/judging/answer_parser.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "datasets/core/item.h"
#include "datasets/core/item_form.h"

namespace suite {
namespace {

// "title|year@line", one item after another.
std::string Shown(std::string_view text, ItemForm form = ItemForm::kTitleYear) {
  std::string shown;
  for (const ParsedItem& parsed : ParseAnswer(text, form)) {
    if (!shown.empty()) shown += ' ';
    const std::string year = parsed.item.year == kNoYear ? "" : "|" + std::to_string(parsed.item.year);
    shown += parsed.item.title + year + "@" + std::to_string(parsed.line);
  }
  return shown;
}

TEST(AnswerParser, KeepsTheLineOfEachItem) {
  EXPECT_EQ(Shown("Sure!\n\n1. **Heat** (1995) - tense\n2. \"Alien\" (1979)\n"), "Heat|1995@2 Alien|1979@3");
  EXPECT_EQ(Shown("Heat (1995)\r\nAlien (1979)"), "Heat|1995@0 Alien|1979@1");
  EXPECT_EQ(Shown("Heat (1995)\rAlien (1979)"), "Heat|1995@0");  // a lone carriage return cuts nothing
  EXPECT_EQ(Shown(""), "");
}

TEST(AnswerParser, StripsNumbersOnlyWithAMarkAndWhiteSpace) {
  EXPECT_EQ(Shown("1. Heat (1995)"), "Heat|1995@0");
  EXPECT_EQ(Shown("1.Heat (1995)"), "1.Heat|1995@0");
  EXPECT_EQ(Shown("12 Angry Men (1957)"), "12 Angry Men|1957@0");
  EXPECT_EQ(Shown("1. 2. Heat (1995)"), "Heat|1995@0");
  EXPECT_EQ(Shown("-30- (1959)"), "");  // marks and number take it all
}

TEST(AnswerParser, ReadsTheShortestTextBeforeAYear) {
  EXPECT_EQ(Shown("Heat (1995) (1996)"), "Heat|1995@0");
  EXPECT_EQ(Shown("Heat(1995) (1996)"), "Heat|1996@0");
  EXPECT_EQ(Shown("Heat (199) (19955) ( 1995) (1995)"), "Heat|1995@0");
  EXPECT_EQ(Shown("(1995)"), "");
  EXPECT_EQ(Shown("\" (1995)\""), "");
  EXPECT_EQ(Shown("Heat (199"), "");
}

TEST(AnswerParser, CleansTitlesUntilNothingChanges) {
  EXPECT_EQ(Shown("(500) Days of Summer (2009)"), "Days of Summer|2009@0");
  EXPECT_EQ(Shown("X ((nested) twice) (2001)"), "X|2001@0");
  EXPECT_EQ(Shown("\"'**Heat**'\" (1995)"), "Heat|1995@0");
  EXPECT_EQ(Shown("A (b) C (1999)"), "A C|1999@0");
  EXPECT_EQ(Shown("(x) (1998)"), "|1998@0");  // an empty title still counts
  EXPECT_EQ(Shown("\" (2000)"), "|2000@0");   // a lone quote is its own pair
}

TEST(AnswerParser, TakesAnyBytes) {
  EXPECT_EQ(Shown("H\xFFt (1995)"), "H\uFFFDt|1995@0");
  EXPECT_EQ(Shown(std::string("a\0b (1995)", 10)), std::string("a\0b|1995@0", 10));
}

TEST(AnswerParser, ReadsBackWhatFormatListWrites) {
  const std::vector<Item> items{{"Heat", 1995}, {"Amélie", 2001}, {"Ocean's 11", 2001}, {"Old", 201}};
  const std::vector<ParsedItem> parsed = ParseAnswer(FormatList(items));
  ASSERT_EQ(parsed.size(), items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(parsed[i].item, items[i]);
    EXPECT_EQ(parsed[i].line, static_cast<int>(i));
  }
}

TEST(AnswerParser, ReadsTitlesAlone) {
  EXPECT_EQ(Shown("1. Dune\n- \"Emma\"\n\n  Kim  and  I ", ItemForm::kTitle), "Dune@0 Emma@1 Kim and I@3");
  EXPECT_EQ(Shown("Heat (1995)\n**\n\"\"", ItemForm::kTitle), "Heat (1995)@0")
      << "parentheses stay, nothing is nothing";
  EXPECT_EQ(Shown("Sure, here you go!", ItemForm::kTitle), "Sure, here you go!@0") << "judged: not in the catalogue";
  EXPECT_EQ(AsParsed("9. Heat", ItemForm::kTitle), "Heat");
  EXPECT_EQ(AsParsed("(500) Days of Summer", ItemForm::kTitle), "(500) Days of Summer");
}

TEST(AnswerParser, ReadsRowsOfTokens) {
  for (const ItemForm form : {ItemForm::kId, ItemForm::kCodes}) {
    EXPECT_EQ(Shown("<item_17>\n <a_3><b_0> \r\n<a_1>", form), "<item_17>@0 <a_3><b_0>@1 <a_1>@2");
    EXPECT_EQ(Shown("Heat\n1. <a_1>\n<a_1> <b_1>\n<>\n<a_1\na_1>\n<<a>>\n<a b>\n<a>.", form), "");
    EXPECT_EQ(LostInParsing({{"<a_3><b_0>", kNoYear}, {"3", kNoYear}}, form), (std::vector<Item>{{"3", kNoYear}}));
  }
}

TEST(AnswerParser, LineNumbersCountNewlines) {
  EXPECT_EQ(CountLines(""), 1);
  EXPECT_EQ(CountLines("a"), 1);
  EXPECT_EQ(CountLines("a\n"), 2);
  const std::string text = "\n\nA b (1990)\n\r\n- C (1991)\u2028D (1992)\n\nE (1993)\n";
  for (const ParsedItem& parsed : ParseAnswer(text)) {
    const size_t at = text.find(parsed.item.title + " (");
    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(parsed.line, std::count(text.begin(), text.begin() + static_cast<long>(at), '\n'));
  }
}

}  // namespace
}  // namespace suite
