#include "harness/metrics/metric_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace suite {
namespace {

using testing::ElementsAre;

TEST(MetricTable, NamesAreThoseOfStores) {
  EXPECT_THAT(MetricNames({5, 10}),
              ElementsAre("recall@5", "recall@10", "ndcg@5", "ndcg@10", "distinct_recall@5", "distinct_recall@10",
                          "distinct_ndcg@5", "distinct_ndcg@10", "in_catalog_ratio", "duplicate_share"));
}

TEST(MetricTable, EveryMetricIsComplete) {
  std::set<std::string> ids, titles;
  for (const Metric& metric : MetricsAt({5, 20})) {
    EXPECT_TRUE(ids.insert(metric.id).second) << metric.id;
    EXPECT_FALSE(metric.title.empty()) << metric.id;
    EXPECT_TRUE(titles.insert(metric.title).second) << metric.title;
  }
}

TEST(MetricTable, FindsExactlyItsOwn) {
  for (const Metric& metric : MetricsAt({1, 7, 20})) {
    const std::optional<Metric> found = KnownMetric(metric.id);
    ASSERT_TRUE(found) << metric.id;
    EXPECT_EQ(found->title, metric.title);
    EXPECT_EQ(found->higher_is_better, metric.higher_is_better);
  }
  EXPECT_FALSE(KnownMetric("duplicate_share")->higher_is_better);
  for (const char* id : {"", "ndcg", "ndcg@", "ndcg@x", "ndcg@0", "ndcg@-1", "ndcg@05", "ndcg@5 ", "ndcg@10x",
                         "duplicate_share@5", "NDCG@5", "recall"}) {
    EXPECT_FALSE(KnownMetric(id)) << id;
  }
}

TEST(MetricTable, EverySeriesIsCompleteAndUnderOneHeading) {
  std::set<std::string> series, titles;
  for (const std::string& heading : SeriesHeadings()) {
    EXPECT_FALSE(SeriesUnder(heading).empty()) << heading;
    for (const SeriesPlot& plot : SeriesUnder(heading)) {
      EXPECT_TRUE(series.insert(plot.series).second) << plot.series;
      EXPECT_TRUE(titles.insert(plot.title).second) << plot.title;
      EXPECT_FALSE(plot.y_label.empty()) << plot.series;
    }
  }
  EXPECT_TRUE(SeriesUnder("no such heading").empty());
}

}  // namespace
}  // namespace suite
