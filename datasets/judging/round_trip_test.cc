// Which titles survive being written as a line of an answer and read back.
#include <gtest/gtest.h>

#include "datasets/core/catalog.h"
#include "datasets/judging/answer_parser.h"

namespace suite {
namespace {

// The authors made their catalogue with the parser that reads the answers, so it loses none of the 7,404.
TEST(RoundTrip, KeepsTheWholeRedditCatalogue) {
  const Catalog catalog = Catalog::FromTsv(kRedditV2CatalogPath);
  ASSERT_EQ(catalog.size(), 7404);
  for (const Item& lost : LostInParsing(catalog.items())) ADD_FAILURE() << FormatItem(lost);
}

struct LossCase {
  const char* title;
  const char* back;  // what is read; nullptr: no item
  const char* as_parsed;
};

TEST(RoundTrip, LosesWhatTheAuthorsParserLoses) {
  const LossCase cases[] = {
      {"2001: A Space Odyssey", "2001: A Space Odyssey", "2001: A Space Odyssey"},
      {"1984", "1984", "1984"},
      {"Blade Runner 2049", "Blade Runner 2049", "Blade Runner 2049"},
      {"Fear Street: Part One - 1994", "Fear Street: Part One - 1994", "Fear Street: Part One - 1994"},
      {"Sex, Lies, and Videotape", "Sex, Lies, and Videotape", "Sex, Lies, and Videotape"},
      {"'71", "'71", "'71"},
      {"(500) Days of Summer", "Days of Summer", "Days of Summer"},  // parentheses go
      {"Birdman or (The Unexpected Virtue of Ignorance)", "Birdman or", "Birdman or"},
      {"*batteries not included", "batteries not included", "batteries not included"},  // a list mark
      {"9. Heat", "Heat", "Heat"},                                                      // a number of a list
      {"\"Heat\"", "Heat", "Heat"},                                                     // quotes
      {"Heat  2", "Heat 2", "Heat 2"},                                                  // white space
      {"Heat -", "Heat", "Heat"},                                                       // a mark at the end
      {"(untitled)", "", "(untitled)"},                                                 // nothing is left
      {"Heat\nTwo", "Two", "Two"},                                                      // a line of its own
  };
  for (const LossCase& loss : cases) {
    const std::optional<Item> back = ReadBack({loss.title, 2009});
    ASSERT_TRUE(back.has_value()) << loss.title;
    EXPECT_EQ(*back, (Item{loss.back, 2009})) << loss.title;
    EXPECT_EQ(AsParsed(loss.title), loss.as_parsed);
    EXPECT_EQ(LostInParsing({{loss.title, 2009}}).empty(), std::string(loss.title) == loss.back) << loss.title;
  }
}

TEST(RoundTrip, ATitleThatHoldsAYearInParenthesesTakesThatYear) {
  EXPECT_EQ(ReadBack({"Heat (1986) again", 1995}), (Item{"Heat", 1986}));
  EXPECT_EQ(AsParsed("Heat (1986) again"), "Heat (1986) again");
  EXPECT_EQ(ReadBack({"", 1995}), std::nullopt);
}

}  // namespace
}  // namespace suite
