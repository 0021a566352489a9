#include "models/tokenizer/added_token_finder.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

std::string Marked(const AddedTokenFinder& finder, std::string_view text) {
  std::string marked;
  finder.Split(
      text, [&](std::string_view part) { marked += "[" + std::string(part) + "]"; },
      [&](int64_t id) { marked += std::to_string(id); });
  return marked;
}

TEST(AddedTokenFinder, LeftmostThenLongest) {
  const AddedTokenFinder finder({{"ab", 1}, {"abc", 2}, {"bcd", 3}, {"abcde", 4}});
  EXPECT_EQ(Marked(finder, "xabcdx"), "[x]2[dx]");
  EXPECT_EQ(Marked(finder, "abcdeabx"), "41[x]");
  EXPECT_EQ(Marked(finder, "abab"), "11");
  EXPECT_EQ(Marked(finder, "xbcd"), "[x]3");
  EXPECT_EQ(Marked(finder, "a"), "[a]");
  EXPECT_EQ(Marked(finder, ""), "");
}

TEST(AddedTokenFinder, NoTokens) { EXPECT_EQ(Marked(AddedTokenFinder({}), "text"), "[text]"); }

TEST(AddedTokenFinder, AnyBytes) {
  const AddedTokenFinder finder({{"\xff\xfe", 1}, {"\xff", 2}});
  EXPECT_EQ(Marked(finder, "a\xff\xfe\xff"), "[a]12");
}

TEST(AddedTokenFinder, ManyTokensWithOneBeginning) {
  std::vector<std::pair<std::string, int64_t>> tokens;
  for (int i = 0; i < 256; ++i) tokens.emplace_back("<|reserved_" + std::to_string(i) + "|>", i);
  const AddedTokenFinder finder(tokens);
  for (const auto& [content, id] : tokens) EXPECT_EQ(Marked(finder, "<" + content), "[<]" + std::to_string(id));
}

}  // namespace
}  // namespace suite
