#include "reports/results/published.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/error_of.h"
#include "reports/runs/run_set.h"
#include "reports/runs/synthetic_runs.h"
#include "reports/spec/report_spec.h"

namespace suite {
namespace {

constexpr char kSources[] =
    "source = { paper = { cite = \"arXiv 1\" } }\n"
    "dataset = { \"Reddit-v2\" = { data_source = \"reddit_v2\" } }\n";

// A set of one run whose data are told like this.
RunSet RunsOn(const std::string& source, const std::string& file) {
  RunRecord run = MakeRun({"grpo", 1, 0, 8, 5, 5});
  if (!source.empty()) run.config += "[data]\nsource = \"" + source + "\"\n";
  if (!file.empty()) run.provenance.emplace_back("data.file." + file, "ab12");
  ReportSpec spec;
  spec.arms = {{"grpo", "GRPO"}};
  return MakeRunSet(spec, {{run}, {}});
}

std::vector<std::string> Shown(const RunSet& set) {
  ReportSpec spec;
  spec.published = {"qwen_0.5b_grpo", "beauty_tiger"};
  return KeepFittingPublished(spec, set).spec.published;
}

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
  EXPECT_EQ(PublishedResults().size(), 21u);
  for (const PublishedResult& result : PublishedResults()) {
    EXPECT_TRUE(result.source.rfind("arXiv ", 0) == 0 || result.source.rfind("github.com/", 0) == 0) << result.id;
  }
}

TEST(PublishedTest, RowsStandBesideRunsOnTheirData) {
  using testing::ElementsAre;
  EXPECT_THAT(Shown(RunsOn("sequences", "Beauty.inter.json")), ElementsAre("beauty_tiger"));
  EXPECT_THAT(Shown(RunsOn("sequences", "Instruments.inter.json")), testing::IsEmpty());
  EXPECT_THAT(Shown(RunsOn("reddit_v2", "test.jsonl")), ElementsAre("qwen_0.5b_grpo"));
  EXPECT_THAT(Shown(RunsOn("redial", "test.jsonl")), testing::IsEmpty());
  EXPECT_EQ(Shown(RunsOn("miniature", "")).size(), 2u) << "context of the simulated world";
  ReportSpec spec;
  spec.published = {"qwen_0.5b_grpo", "qwen_0.5b_sft"};
  spec.paper_tables = {{PaperForm::kAblation, "x", "", {}, {{"grpo", "qwen_0.5b_grpo"}}}};
  const FittingPublished fitting = KeepFittingPublished(spec, RunsOn("redial", ""));
  EXPECT_EQ(fitting.left_out, "Published results on Reddit-v2 are not shown: these runs are on other data.");
  EXPECT_TRUE(fitting.spec.paper_tables[0].published.empty());
  EXPECT_EQ(KeepFittingPublished(spec, RunsOn("reddit_v2", "")).left_out, "");
}

TEST(PublishedTest, ANoteSaysWhatDiffers) {
  const auto rows = PublishedRows({"beauty_tiger"}, {{"recall@10", "R@10", true}});
  EXPECT_EQ(rows[0].cells[0].published, 0.0648);
  EXPECT_EQ(rows[0].source.rfind("arXiv 2305.05065, Amazon Beauty; ranks single items by beam search", 0), 0u);
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
  EXPECT_NE(ErrorIn("[[result]]\nid = \"a\"\nname = \"A\"\nsource = \"paper\"\ndataset = \"Redit\"\n").find("'Redit'"),
            std::string::npos);
  EXPECT_NE(ErrorIn("[[result\n").find("not TOML"), std::string::npos);
  EXPECT_NE(ErrorIn("").find("no [[result]]"), std::string::npos);
}

}  // namespace
}  // namespace suite
