#include "reports/results/published.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/error_of.h"

namespace suite {
namespace {

constexpr char kSources[] = "[source.paper]\ncite = \"arXiv 1\"\n";

std::string ErrorIn(const std::string& results) {
  return ErrorOf([&] { ParsePublished(kSources + results, "p.toml"); });
}

TEST(PublishedTest, TheTableOfThePaper) {
  const std::vector<MetricColumn> columns = {{"recall@5", "R@5", true}, {"ndcg@20", "N@20", true}};
  const auto rows = PublishedRows({"qwen_0.5b_grpo", "llama_3b_r1_zero"}, columns);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].source, "arXiv 2510.20150, Reddit-v2");
  EXPECT_EQ(rows[0].cells[0].published, 0.0834);
  EXPECT_EQ(rows[0].cells[1].published, 0.0945);
  EXPECT_FALSE(rows[1].cells[0].published.has_value());
  EXPECT_EQ(rows[1].cells[0].status, "not published");
}

TEST(PublishedTest, EveryResultNamesItsSource) {
  EXPECT_EQ(PublishedResults().size(), 17u);
  for (const PublishedResult& result : PublishedResults()) {
    EXPECT_TRUE(result.source == "arXiv 2510.20150" || result.source.rfind("github.com/", 0) == 0) << result.id;
  }
}

TEST(PublishedTest, WrongIdsAnswerWithKnownOnes) {
  EXPECT_THAT(ErrorOf([] { PublishedRows({"qwen_0.5b_gpro"}, {}); }), testing::HasSubstr("qwen_0.5b_grpo"));
}

TEST(PublishedTest, BadFilesAreRefusedWithTheirLine) {
  const std::string good = "[[result]]\nid = \"a\"\nname = \"A\"\nsource = \"paper\"\nscores = { \"ndcg@5\" = 0.1 }\n";
  EXPECT_EQ(ErrorIn(good), "no error");
  EXPECT_NE(ErrorIn(good + good).find("p.toml:8: 'a' is given twice"), std::string::npos) << ErrorIn(good + good);
  EXPECT_NE(ErrorIn(good + "nmae = \"x\"\n").find("'nmae'"), std::string::npos);
  EXPECT_NE(ErrorIn("[[result]]\nid = \"a\"\nname = \"A\"\nsource = \"papre\"\n").find("'papre'"), std::string::npos);
  EXPECT_NE(ErrorIn("[[result]]\nid = \"a\"\nname = \"A\"\nsource = \"paper\"\n").find("no scores"), std::string::npos);
  EXPECT_NE(ErrorIn("[[result]]\nid = \"a\"\nname = \"A\"\nsource = \"paper\"\nscores = { \"ndcg@5\" = 10 }\n")
                .find("from 0 to 1"),
            std::string::npos);
  EXPECT_NE(ErrorIn("[[result\n").find("not TOML"), std::string::npos);
  EXPECT_NE(ErrorIn("").find("no [[result]]"), std::string::npos);
}

}  // namespace
}  // namespace suite
