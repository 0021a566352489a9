#include "reports/spec/report_spec.h"

#include <gtest/gtest.h>

#include "base/testing/error_of.h"

namespace suite {
namespace {

TEST(ContextsTest, ReadsLines) {
  EXPECT_EQ(ParseContexts("test/1\tpost a\n\ntest/2\tpost a\n", "c.tsv"),
            (std::map<std::string, std::string>{{"test/1", "post a"}, {"test/2", "post a"}}));
  EXPECT_TRUE(ParseContexts("", "c.tsv").empty());
}

TEST(ContextsTest, BadLinesAreNamed) {
  for (const auto& [text, told] : std::map<std::string, std::string>{{"a\tb\nc\n", "c.tsv:2: not two columns"},
                                                                     {"a\tb\tc\n", "c.tsv:1: not two columns"},
                                                                     {"a\tb\na\tc\n", "c.tsv:2: conversation 'a'"}}) {
    const std::string error = ErrorOf([&, &text = text] { ParseContexts(text, "c.tsv"); });
    EXPECT_EQ(error.rfind(told, 0), 0u) << error;
  }
}

}  // namespace
}  // namespace suite
