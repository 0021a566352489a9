#include <gtest/gtest.h>

#include "base/testing/golden.h"
#include "datasets/judging/answer_parser.h"
#include "datasets/judging/golden_cases.h"

namespace suite {
namespace {

TEST(AnswerParserGolden, ReadsEveryCaseAsTheAuthorsDo) {
  const auto golden = ReadGolden("parsing.json");
  if (!golden) GTEST_SKIP() << MissingGolden("parsing.json");
  ASSERT_FALSE(golden->at("cases").empty());
  for (const auto& golden_case : golden->at("cases")) {
    SCOPED_TRACE(CaseName(golden_case));
    const auto parsed = ParseAnswer(golden_case.at("raw").get<std::string>());
    const auto expected = ItemsFromJson(golden_case.at("expected"));
    ASSERT_EQ(parsed.size(), expected.size());
    for (size_t i = 0; i < parsed.size(); ++i) {
      EXPECT_EQ(parsed[i].item.title, expected[i].title);
      EXPECT_EQ(parsed[i].item.year, expected[i].year);
    }
  }
}

}  // namespace
}  // namespace suite
