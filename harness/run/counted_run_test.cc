// Whole runs that count, at the smallest scale: what they record, and that nothing is trained for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/testing/error_of.h"
#include "harness/config/tiny_run.h"
#include "harness/metrics/run_record.h"
#include "harness/run/run.h"
#include "harness/run/run_folder.h"

namespace suite {
namespace {

class CountedRunTest : public ::testing::TestWithParam<const char*> {
 protected:
  CountedRunTest() {
    out_ = ::testing::TempDir() + "/counted_run_test";
    std::filesystem::remove_all(out_);
    config_.policy.kind = GetParam();
    config_.data.test = 20;
    config_.eval.kept_answers = 3;
    TakeCountedForm(&config_);
  }

  RunRecord Execute() {
    CheckConsistent(config_);
    EXPECT_EQ(ExecuteRun(config_, Folders(), {"program"}, [](const WorkerReport&) {}), RunOutcome::kDone);
    return ReadRun(StorePath(Folders(), config_));
  }
  RunFolders Folders() const { return {out_ + "/runs", out_ + "/cache"}; }

  std::string out_;
  RunConfig config_ = TinyRun();
};

TEST_P(CountedRunTest, RecordsListsAndScoresAndTrainsNothing) {
  const RunRecord run = Execute();
  EXPECT_EQ(run.status, "done");
  EXPECT_TRUE(run.steps.empty());
  EXPECT_TRUE(run.series.empty());
  for (const char* split : {"validation", "test"}) EXPECT_THAT(FindScores(run, split).steps, testing::ElementsAre(0));
  const ScoreTable& test = FindScores(run, "test");
  for (size_t c = 0; c < 20; ++c) {
    EXPECT_EQ(test.At(0, FindMetric(run, test, "in_catalog_ratio"), c), 1);
    EXPECT_EQ(test.At(0, FindMetric(run, test, "duplicate_share"), c), 0);
  }
  std::map<int64_t, std::set<int64_t>> items;
  for (const RankEntry& rank : run.lists.ranks) {
    items[rank.conversation].insert(rank.item);
    EXPECT_NE(rank.verdict, "seen");
    EXPECT_EQ(rank.step, 0);
  }
  ASSERT_EQ(items.size(), 20u);
  for (const auto& [conversation, list] : items) EXPECT_EQ(list.size(), 10u) << conversation;
  EXPECT_EQ(run.answers.size(), 3u);
  EXPECT_FALSE(std::filesystem::exists(Folders().cache)) << "no stage was trained";
  EXPECT_FALSE(std::filesystem::exists(RunFolder(Folders(), config_) + "/policy"));
}

TEST_P(CountedRunTest, EverySeedGivesTheSameBits) {
  const RunRecord first = Execute();
  config_.seed += 1;
  const RunRecord second = Execute();
  EXPECT_NE(first.run_name, second.run_name);
  for (const char* split : {"validation", "test"}) {
    EXPECT_EQ(FindScores(first, split).values, FindScores(second, split).values);
  }
}

TEST_P(CountedRunTest, GoesOnWhereAnotherProcessWasKilled) {
  const RunRecord whole = Execute();
  std::filesystem::remove(StorePath(Folders(), config_));
  std::ofstream(StorePath(Folders(), config_)) << "torn";
  const RunRecord again = Execute();
  EXPECT_EQ(FindScores(again, "test").values, FindScores(whole, "test").values);
}

TEST_P(CountedRunTest, NothingToCountIsRefused) {
  const std::string folder = ::testing::TempDir() + "/no_training_split";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/test.jsonl")
      << R"({"id": "1", "turns": [{"role": "user", "content": "Hi"}], "ground_truth": [{"title": "Heat", "year": 1995}]})"
      << "\n";
  std::ofstream(folder + "/catalog.tsv") << "title\tyear\nHeat\t1995\nRan\t1985\n";
  config_.data.source = "jsonl";
  config_.data.path = folder;
  config_.data.list_length = 2;
  config_.eval.k = {1, 2};
  EXPECT_THAT(ErrorOf([&] { Execute(); }),
              testing::HasSubstr("policy.kind: '" + config_.policy.kind + "' has nothing to count"));
  EXPECT_FALSE(std::filesystem::exists(StorePath(Folders(), config_)));
}

INSTANTIATE_TEST_SUITE_P(Kinds, CountedRunTest, ::testing::Values("popularity", "neighbours"));

}  // namespace
}  // namespace suite
