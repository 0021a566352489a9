#include "reports/results/paper_tables.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "harness/metrics/run_record.h"
#include "reports/results/report_tables.h"
#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

// A run whose scores are all `score`, with lines added to [rl] of its config.
RunRecord FlatRun(const std::string& preset, int64_t seed, float score, const std::string& lines) {
  RunRecord run = MakeRun({preset, seed, 0, 4, 6, 6});
  for (ScoreTable& table : run.scores) table.values.assign(table.values.size(), score);
  run.config += lines;
  run.run_name += std::to_string(score) + lines;
  return run;
}

Arm ArmOf(const std::string& value, const std::vector<RunRecord>& runs) {
  Arm arm = {value, value};
  for (const RunRecord& run : runs) arm.runs.push_back(run.run_name);
  return arm;
}

ReportSpec SpecOf(const std::vector<std::vector<RunRecord>>& arms, ReadStores* stores) {
  ReportSpec spec;
  spec.metrics = {{"ndcg@5", "NDCG@5", true}};
  spec.baseline.clear();
  spec.resamples = 100;
  for (const auto& runs : arms) {
    spec.arms.push_back(ArmOf("arm" + std::to_string(spec.arms.size() + 1), runs));
    stores->records.insert(stores->records.end(), runs.begin(), runs.end());
  }
  return spec;
}

std::vector<NamedTable> TablesOf(const ReportSpec& spec, ReadStores stores) {
  const RunSet set = MakeRunSet(spec, std::move(stores));
  return PaperTables(spec, set, MainTable(spec, set));
}

TEST(PaperTablesTest, AblationWithPublishedChanges) {
  ReadStores stores;
  ReportSpec spec = SpecOf({{FlatRun("grpo", 1, 0.5f, "[sft]\ndemonstrations = \"full\"\n")},
                            {FlatRun("grpo", 1, 0.25f, "[sft]\ndemonstrations = \"none\"\n")}},
                           &stores);
  EXPECT_EQ(TablesOf(spec, stores)[0].title, "Changes against arm1");
  PaperTable table;
  table.title = "SFT ablation";
  table.published = {{"arm1", "qwen_0.5b_sft"}, {"arm2", "qwen_0.5b_sft_without_reflect"}};
  table.metrics = {"ndcg@5"};
  spec.paper_tables = {table};
  const auto tables = TablesOf(spec, stores);
  ASSERT_EQ(tables.size(), 1u);
  const TextTable& text = tables[0].table;
  EXPECT_EQ(text.header, (std::vector<std::string>{"Arm", "NDCG@5", "change", "published", "change"}));
  EXPECT_EQ(text.rows[0][1].text, "0.500");
  EXPECT_EQ(text.rows[0][2].text, "");
  EXPECT_EQ(text.rows[0][3].text, "0.0502");
  EXPECT_EQ(text.rows[1][2].text, "-50.0\u00a0%");
  EXPECT_EQ(text.rows[1][3].text, "") << "the paper gives no NDCG@5 there";
  EXPECT_NE(text.caption.find("Published: arXiv 2510.20150"), std::string::npos) << text.caption;
}

TEST(PaperTablesTest, ScalingGoesByNumber) {
  ReadStores stores;
  const ReportSpec spec = SpecOf({{FlatRun("grpo", 1, 0.3f, "group_size = 16\n")},
                                  {FlatRun("grpo", 1, 0.1f, "group_size = 2\n")},
                                  {FlatRun("grpo", 1, 0.2f, "group_size = 8\n")}},
                                 &stores);
  const auto tables = TablesOf(spec, stores);
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0].title, "Scaling of group_size");
  const TextTable& text = tables[0].table;
  EXPECT_EQ(text.header[1], "group_size");
  ASSERT_EQ(text.rows.size(), 3u);
  EXPECT_EQ(text.rows[0][1].text, "2");
  EXPECT_EQ(text.rows[1][1].text, "8");
  EXPECT_EQ(text.rows[2][2].text, "0.300");
  EXPECT_EQ(text.rows[2].back().text, "31.5") << "seconds of a run";
}

TEST(PaperTablesTest, GridOfTwoKeys) {
  ReadStores stores;
  std::vector<std::vector<RunRecord>> arms;
  for (const std::string mu : {"1", "2"}) {
    arms.push_back({FlatRun("grpo", 1, mu == "1" ? 0.1f : 0.2f, "mu = " + mu + "\n")});
    arms.push_back({FlatRun("gspo", 1, mu == "1" ? 0.3f : 0.4f, "mu = " + mu + "\n")});
  }
  arms.push_back({FlatRun("rank_grpo_log", 1, 0.5f, "mu = 1\n")});  // one place of the grid is empty
  const ReportSpec spec = SpecOf(arms, &stores);
  const auto tables = TablesOf(spec, stores);
  ASSERT_EQ(tables.size(), 1u);
  const TextTable& text = tables[0].table;
  EXPECT_EQ(text.header, (std::vector<std::string>{"NDCG@5", "mu\u00a01", "mu\u00a02"}));
  ASSERT_EQ(text.rows.size(), 3u);
  EXPECT_EQ(text.rows[0][0].text, "preset grpo");
  EXPECT_EQ(text.rows[0][1].text, "0.100");
  EXPECT_EQ(text.rows[0][2].text, "0.200");
  EXPECT_EQ(text.rows[1][1].text, "0.300");
  EXPECT_EQ(text.rows[1][2].text, "0.400");
  EXPECT_EQ(text.rows[2][2].text, "");
  EXPECT_EQ(text.rows[0][1].data.back().first, "clustered-error") << "the cell knows its runs";
}

// An arm that alone has another number, as R1-zero among the arms that were never trained by RL, makes no grid.
TEST(PaperTablesTest, ANumberOfOneArmMakesNoGrid) {
  ReadStores stores;
  const ReportSpec spec = SpecOf({{FlatRun("grpo", 1, 0.4f, "mu = 1\nx = \"full\"\n")},
                                  {FlatRun("grpo", 1, 0.3f, "mu = 1\nx = \"half\"\n")},
                                  {FlatRun("grpo", 1, 0.1f, "mu = 2\nx = \"none\"\n")}},
                                 &stores);
  EXPECT_EQ(TablesOf(spec, stores)[0].title, "Changes against arm1");
}

TEST(PaperTablesTest, WrongNamesAreNamed) {
  ReadStores stores;
  ReportSpec spec = SpecOf({{FlatRun("grpo", 1, 0.3f, "mu = 1\n")}, {FlatRun("gspo", 1, 0.1f, "mu = 2\n")}}, &stores);
  PaperTable key = {PaperForm::kGrid, "x", "rl.muu"};
  PaperTable no_number = {PaperForm::kScaling, "x", "objective.preset"};
  PaperTable metric = {PaperForm::kAblation, "x", "", {"mrr"}};
  PaperTable published = {PaperForm::kAblation, "x", "", {}, {{"arm1", "nobody"}}};
  PaperTable arm = {PaperForm::kAblation, "x", "", {}, {{"arm9", "crag"}}};
  for (const PaperTable& wrong : {key, no_number, metric, published, arm}) {
    spec.paper_tables = {wrong};
    EXPECT_THROW(TablesOf(spec, stores), InputError);
  }
}

}  // namespace
}  // namespace suite
