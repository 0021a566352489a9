#include "harness/sweep/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "harness/metrics/metrics_store.h"
#include "harness/metrics/run_claim.h"
#include "harness/sweep/run_view.h"

namespace suite {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

SweepRun MakeRun(const std::string& folder, const std::string& arm, int64_t seed) {
  SweepRun run;
  run.name = arm + " seed " + std::to_string(seed);
  run.folder = std::string(std::getenv("TEST_TMPDIR")) + "/" + folder;
  std::filesystem::create_directories(run.folder);
  run.config.seed = seed;
  run.config.objective.preset = arm;
  run.config.rl.steps = 4;
  return run;
}

enum class End { kNone, kDone, kFailed };

// A store with `steps` steps of 2 s each.
void Record(const SweepRun& run, int64_t steps, End end, const std::string& wall_s = "20.0") {
  StoreSchema schema;
  schema.run_name = "x";
  schema.series = {{"reward", 1}, {"step_s", 1}};
  schema.scores = {{"validation", {"a", "b"}, {"recall@5", "ndcg@5"}}};
  MetricsStore store = MetricsStore::Create(run.folder + "/store.h5", schema);
  store.AppendScores("validation", 0, {{0, 0}, {.25, .5}});
  for (int64_t step = 1; step <= steps; ++step) store.AppendStep(step, {{"reward", {.5}}, {"step_s", {2}}});
  if (end == End::kDone) store.Finish({{"wall_s", wall_s}, {"peak_rss_mib", "100"}, {"alarm.collapse", "2 steps"}});
  if (end == End::kFailed) store.Fail("the loss is nan at step 3");
}

TEST(LookAtRun, TellsAllStates) {
  const SweepRun waiting = MakeRun("waiting", "gspo", 1), cut = MakeRun("cut", "gspo", 2);
  const SweepRun done = MakeRun("done", "gspo", 3), failed = MakeRun("failed", "gspo", 4);
  const SweepRun damaged = MakeRun("damaged", "gspo", 5);
  Record(cut, 3, End::kNone);
  Record(done, 4, End::kDone);
  Record(failed, 2, End::kFailed);
  std::ofstream(damaged.folder + "/store.h5") << "not HDF5";
  EXPECT_EQ(LookAtRun(waiting).state, RunState::kWaiting);
  EXPECT_EQ(LookAtRun(cut).state, RunState::kCutOff);
  EXPECT_EQ(LookAtRun(cut).step, 3);
  EXPECT_EQ(LookAtRun(cut).step_s, 2);
  EXPECT_EQ(LookAtRun(done).state, RunState::kDone);
  EXPECT_EQ(LookAtRun(done).wall_s, 20);
  EXPECT_THAT(LookAtRun(done).alarms, ElementsAre("collapse: 2 steps"));
  EXPECT_EQ(LookAtRun(failed).state, RunState::kFailed);
  EXPECT_EQ(LookAtRun(failed).note, "the loss is nan at step 3");
  EXPECT_EQ(LookAtRun(damaged).state, RunState::kCutOff);
  EXPECT_THAT(LookAtRun(damaged).note, HasSubstr("not an HDF5 file"));
  ASSERT_EQ(LookAtRun(cut).last.size(), 2u);
  EXPECT_EQ(LookAtRun(cut).last[1].first, "validation ndcg@5");
  EXPECT_DOUBLE_EQ(LookAtRun(cut).last[1].second, .375);

  std::string holder;
  auto claim = RunClaim::Take(cut.folder + "/claim", {}, &holder);
  EXPECT_EQ(LookAtRun(cut).state, RunState::kRunning);
  EXPECT_THAT(LookAtRun(cut).holder, HasSubstr("process "));
  claim.reset();
  EXPECT_EQ(LookAtRun(cut).state, RunState::kCutOff);
}

TEST(LookAtRun, AResumedRunTookAtLeastItsSteps) {
  const SweepRun run = MakeRun("resumed", "gspo", 1);
  Record(run, 4, End::kDone, "3.0");
  EXPECT_EQ(LookAtRun(run).wall_s, 8);
}

TEST(LaunchOrder, GoesSeedBySeed) {
  std::vector<SweepRun> runs;
  for (const char* arm : {"b", "a"}) {
    for (const int64_t seed : {9, 3}) runs.push_back(MakeRun("order", arm, seed));
  }
  std::vector<std::string> names;
  for (const SweepRun& run : LaunchOrder(runs)) names.push_back(run.name);
  EXPECT_THAT(names, ElementsAre("b seed 9", "a seed 9", "b seed 3", "a seed 3"));
}

// Five runs of one kind (one done in 20 s, one cut off half-way, one failed, two to do) and one of another kind.
class SweepTextTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    sweep_.name = "five";
    for (int i = 0; i < 6; ++i) sweep_.runs.push_back(MakeRun(name + std::to_string(i), "gspo", i));
    Record(sweep_.runs[0], 4, End::kDone);
    Record(sweep_.runs[1], 2, End::kNone);
    Record(sweep_.runs[2], 2, End::kFailed);
  }
  Sweep sweep_;
};

TEST_F(SweepTextTest, PlanAddsUpWhatIsKnown) {
  // Left: 10 s of the run that was cut off and three times 20 s: two at once take 10 + 20 and 20 + 20.
  const std::string plan = PlanText(sweep_, LookAtAll(sweep_), {2, int64_t{1} << 40});
  EXPECT_THAT(plan, AllOf(HasSubstr("4 of 6 runs to do, 2 at once"), HasSubstr("time    0:40"), HasSubstr("done"),
                          HasSubstr("failed"), HasSubstr("memory  209.7 MB"), Not(HasSubstr("NOT ENOUGH"))));
  EXPECT_THAT(PlanText(sweep_, LookAtAll(sweep_), {2, 1000}), HasSubstr("NOT ENOUGH"));
}

TEST_F(SweepTextTest, PlanSaysUnknownWithoutARunOfTheKind) {
  sweep_.runs[5].config.rl.group_size = 16;
  const std::string plan = PlanText(sweep_, LookAtAll(sweep_), {2, int64_t{1} << 40});
  EXPECT_THAT(plan, AllOf(HasSubstr("gspo seed 5  4 steps  time unknown"), HasSubstr("gspo seed 4  4 steps  time 0:20"),
                          HasSubstr("time    unknown (no run of the same kind is finished)"),
                          HasSubstr("memory  unknown"), HasSubstr("disk    unknown")));
}

TEST_F(SweepTextTest, StatusCountsAndTellsTheTimeLeft) {
  std::string holder;
  const auto claim = RunClaim::Take(sweep_.runs[1].folder + "/claim", {}, &holder);
  const std::string status = StatusText(sweep_, LookAtAll(sweep_));
  EXPECT_THAT(status, AllOf(HasSubstr("five: 1 done, 1 running, 1 failed, 0 cut off, 3 to run; time left 1:10"),
                            HasSubstr("2/4  left 0:10  host"), HasSubstr("the loss is nan at step 3"),
                            HasSubstr("validation ndcg@5 0.375"), HasSubstr("alarm collapse: 2 steps")));
  EXPECT_FALSE(IsOver(sweep_, LookAtAll(sweep_)));
}

TEST_F(SweepTextTest, BudgetsCutTheRest) {
  const auto within = [&] { return WithinBudget(sweep_, LookAtAll(sweep_)); };
  EXPECT_THAT(within(), ElementsAre(true, true, true, true, true, true));
  sweep_.budget.runs = 4;  // done, failed, and two more
  EXPECT_THAT(within(), ElementsAre(true, true, true, true, false, false));
  EXPECT_THAT(StatusText(sweep_, LookAtAll(sweep_)), HasSubstr("2 over budget"));
  sweep_.budget.runs.reset();
  sweep_.budget.hours = 45. / 3600;  // 20 s are spent; the next run takes 20 s, the one after it would go beyond
  EXPECT_THAT(within(), ElementsAre(true, true, true, false, false, false));
  sweep_.budget.hours = 1. / 3600;
  EXPECT_THAT(within(), ElementsAre(true, false, true, false, false, false));
  EXPECT_TRUE(IsOver(sweep_, LookAtAll(sweep_))) << "what is left is over budget";
}

}  // namespace
}  // namespace suite
