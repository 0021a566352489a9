#include "base/text/fill_in.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

std::string Shout(const std::string& text) {
  return FillIn(text, [](const std::string& name) { return "<" + name + ">"; });
}

TEST(FillIn, NamesInBracesAreReplaced) {
  EXPECT_EQ(Shout("{rl.steps} of {seed}"), "<rl.steps> of <seed>");
  EXPECT_EQ(Shout(""), "");
  EXPECT_EQ(Shout("none"), "none");
}

TEST(FillIn, OtherBracesStay) {
  for (const char* text : {"{}", "{a b}", "{open", "close}", "{", "{\n}"}) EXPECT_EQ(Shout(text), text);
  EXPECT_EQ(Shout("{{a}}"), "{<a>}");
}

}  // namespace
}  // namespace suite
