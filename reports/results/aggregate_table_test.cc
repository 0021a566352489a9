#include "reports/results/aggregate_table.h"

#include <gtest/gtest.h>

#include "harness/metrics/run_record.h"
#include "reports/runs/run_set.h"
#include "reports/runs/synthetic_runs.h"
#include "reports/spec/report_spec.h"

namespace suite {
namespace {

ReportSpec SpecOf(const std::vector<std::string>& metrics) {
  ReportSpec spec;
  spec.arms = {{"grpo", "GRPO"}, {"rank_grpo_log", "Rank-GRPO (log)"}};
  for (const std::string& metric : metrics) spec.metrics.push_back({metric, metric, true});
  spec.resamples = 300;
  return spec;
}

RunSet SetOf(const ReportSpec& spec, double gain) {
  ReadStores stores;
  for (int64_t seed : {1, 2, 3}) {
    stores.records.push_back(MakeRun({"grpo", seed, gain / 2}));
    stores.records.push_back(MakeRun({"rank_grpo_log", seed, gain}));
  }
  return MakeRunSet(spec, std::move(stores));
}

// Recall@5 gains the whole of an arm's gain and Recall@10 six tenths of it, from different levels: normalised, the
// better arm is at 1 and the other at a half on both, and neither metric is trimmed away for its scale.
TEST(AggregateTableTest, MetricsAreNormalisedBetweenTheStartAndTheBest) {
  const ReportSpec spec = SpecOf({"recall@5", "recall@10"});
  const TextTable table = AggregateTable(spec, SetOf(spec, 0.2));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[1][2].text, "1.000");
  EXPECT_NEAR(std::stod(table.rows[1][3].text), 1, 0.05);
  EXPECT_NEAR(std::stod(table.rows[0][3].text), 0.5, 0.06);
  EXPECT_EQ(table.rows[1][5].text, "1.00");
  EXPECT_NE(table.caption.find("0 is SFT, 1 the best arm's mean"), std::string::npos) << table.caption;
}

// The interval allows for other conversations too: with as few as ten it is wide, whatever the seeds say.
TEST(AggregateTableTest, ConversationsAreDrawnToo) {
  const ReportSpec spec = SpecOf({"recall@5", "ndcg@5"});
  const auto width = [&](int64_t conversations) {
    ReadStores stores;
    for (int64_t seed : {1, 2, 3}) {
      stores.records.push_back(MakeRun({"grpo", seed, 0.1, 60, conversations}));
      stores.records.push_back(MakeRun({"rank_grpo_log", seed, 0.2, 60, conversations}));
    }
    const std::string interval = AggregateTable(spec, MakeRunSet(spec, std::move(stores))).rows[0][3].detail;
    const size_t comma = interval.find(',');
    return std::stod(interval.substr(comma + 1)) - std::stod(interval.substr(1));
  };
  EXPECT_GT(width(10), 1.5 * width(400));
}

TEST(AggregateTableTest, AMetricWithoutAGainIsLeftOut) {
  ReportSpec spec = SpecOf({"recall@5", "recall@10"});
  RunSet set = SetOf(spec, 0.2);
  // One score of Recall@10 before training so high that no arm gets there.
  for (ReportRun& run : set.runs) {
    for (ScoreTable& table : run.record.scores) table.values[table.conversation_ids.size()] = 1000;
  }
  const TextTable table = AggregateTable(spec, set);
  EXPECT_EQ(table.rows.size(), 2u);
  EXPECT_NE(table.caption.find("Left out, because no arm is above 0: recall@10."), std::string::npos) << table.caption;
  spec.metrics.erase(spec.metrics.begin());
  EXPECT_TRUE(AggregateTable(spec, set).rows.empty());
}

}  // namespace
}  // namespace suite
