#include "reports/kept/pack_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <thread>

#include "base/files.h"
#include "base/testing/error_of.h"
#include "harness/metrics/run_record.h"
#include "reports/kept/kept_record.h"
#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Path(const std::string& name) { return std::string(std::getenv("TEST_TMPDIR")) + "/" + name; }

std::vector<RunRecord> TwoRuns() {
  std::vector<RunRecord> runs = {MakeRun({"grpo", 1, 0, 8, 300, 300, 10}), MakeRun({"gspo", 2, 0.1, 8, 300, 300, 10})};
  for (RunRecord& run : runs) run.scores[1].values[7] = std::nanf("");
  return runs;
}

// Packed, through files, and unpacked.
std::vector<RunRecord> ThereAndBack(const std::vector<RunRecord>& runs, const std::vector<std::string>& exact) {
  std::vector<KeptRecord> kept = PackRuns(runs, exact);
  WriteKeptRecord(TakeShared(&kept), Path("shared.h5"));
  std::vector<RunRecord> back;
  for (KeptRecord& run : kept) {
    WriteKeptRecord(run, Path("run.h5"));
    EXPECT_TRUE(IsKeptRecord(Path("run.h5")));
    KeptRecord read = ReadKeptRecord(Path("run.h5"));
    PutShared(ReadKeptRecord(Path("shared.h5")), &read, "run.h5");
    back.push_back(UnpackRun(read, Path("run.h5")));
  }
  return back;
}

TEST(PackRuns, AllButListsAndUnreadSeriesComesBack) {
  std::vector<RunRecord> runs = TwoRuns();
  runs[0].series.push_back({"nobody_reads_it", 1, std::vector<double>(8, 1)});
  std::vector<std::string> exact;
  for (const StepSeries& series : runs[1].series) exact.push_back(series.name);
  const std::vector<RunRecord> back = ThereAndBack(runs, exact);
  runs[0].series.pop_back();
  for (size_t i = 0; i < runs.size(); ++i) {
    ASSERT_EQ(back[i].counts.back().name, "recommended/test");
    runs[i].counts.push_back(back[i].counts.back());
    runs[i].lists = {};
    EXPECT_EQ(ContentDigest(back[i]), ContentDigest(runs[i]));
  }
}

TEST(PackRuns, OtherSeriesAreRounded) {
  const std::vector<RunRecord> runs = TwoRuns();
  const std::vector<RunRecord> back = ThereAndBack(runs, {"reward"});
  EXPECT_EQ(FindSeries(back[0], "reward").values, FindSeries(runs[0], "reward").values);
  const double full = FindSeries(runs[0], "entropy").values[3];
  EXPECT_EQ(FindSeries(back[0], "entropy").values[3], static_cast<double>(static_cast<float>(full)));
}

TEST(PackRuns, SaysHowEveryRankWasJudged) {
  RunRecord run = MakeRun({"grpo", 1, 0, 8, 2, 2});
  run.lists.split = "test";
  run.lists.items = {{"Heat", 1995, true, true}, {"Alien", 1979, true, true}, {"Nosuch", 1990}};
  run.lists.ground_truth = {{0, 0}, {1, 1}, {1, 0}};
  run.lists.seen = {{1, 2}};
  run.lists.ranks = {{8, 0, 0, 0, "hit", false}, {8, 0, 1, 0, "duplicate", true}, {8, 1, 0, 2, "unknown_title", false}};
  run.answers = {{"test-1", "Nosuch (1990)"}};
  const KeptRecord kept = PackRuns({run}, {})[0];
  const auto integers = [&](const char* name) { return IntegersOf(kept.arrays.at(name), name); };
  EXPECT_THAT(integers("lists/test/wanted"), ElementsAre(1, 2));
  EXPECT_THAT(integers("lists/test/length/8"), ElementsAre(2, 1));
  EXPECT_THAT(integers("lists/test/judged/8"), ElementsAre(0 + 16, 2 + 8 + 16, 4));
  EXPECT_EQ(std::get<std::vector<std::string>>(kept.arrays.at("lists/test/shown/items/title").values),
            (std::vector<std::string>{"Alien", "Heat", "Nosuch"}));
  EXPECT_THAT(integers("lists/test/shown/ranks/conversation"), ElementsAre(1));
  run.lists.ranks[0].verdict = "bingo";
  EXPECT_THAT(ErrorOf([&] { PackRuns({run}, {}); }), HasSubstr("'bingo'"));
}

TEST(KeptRecord, WhatRunsShareStandsOnce) {
  std::vector<KeptRecord> kept = PackRuns(TwoRuns(), {});
  const KeptRecord shared = TakeShared(&kept);
  for (const char* name : {"scores/test/patterns", "scores/validation/start"}) {
    EXPECT_FALSE(kept[0].arrays.count(name) || kept[1].arrays.count(name)) << name;
  }
  EXPECT_TRUE(kept[0].arrays.count("scores/test/later"));
  EXPECT_THAT(ErrorOf([&] { PutShared({}, &kept[0], "run.h5"); }), HasSubstr("shared.h5.gz"));
}

// HDF5 has times of a second.
TEST(KeptRecord, EqualRecordsGiveEqualBytesAtAnyTime) {
  const std::vector<KeptRecord> kept = PackRuns(TwoRuns(), {});
  WriteKeptRecord(kept[0], Path("early.h5"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  WriteKeptRecord(kept[0], Path("late.h5"));
  EXPECT_TRUE(ReadFile(Path("early.h5")) == ReadFile(Path("late.h5")));
}

TEST(KeptRecord, NoOtherFileIsRead) {
  EXPECT_THAT(ErrorOf([] { ReadKeptRecord(Path("missing.h5")); }), HasSubstr("missing.h5"));
}

}  // namespace
}  // namespace suite
