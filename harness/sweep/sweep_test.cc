#include "harness/sweep/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "harness/metrics/metrics_store.h"
#include "harness/metrics/run_lease.h"
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
  auto lease = RunLease::Take(cut.folder + "/lease", {}, &holder);
  EXPECT_EQ(LookAtRun(cut).state, RunState::kRunning);
  EXPECT_THAT(LookAtRun(cut).holder, HasSubstr("process "));
  lease.reset();
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

TEST(LaunchOrder, PutsHigherPrioritiesFirst) {
  std::vector<SweepRun> runs;
  for (const char* arm : {"a", "b", "c"}) {
    for (const int64_t seed : {9, 3}) {
      runs.push_back(MakeRun("order", arm, seed));
      runs.back().priority = std::string(arm) == "c" ? 1 : std::string(arm) == "b" && seed == 9 ? -1 : 0;
    }
  }
  std::vector<std::string> names;
  for (const SweepRun& run : LaunchOrder(runs)) names.push_back(run.name);
  EXPECT_THAT(names, ElementsAre("c seed 9", "c seed 3", "a seed 9", "a seed 3", "b seed 3", "b seed 9"));
}

TEST(LaunchOrder, TellsWhichRunsABudgetLeaves) {
  Sweep sweep;
  sweep.name = "budget";
  for (const int64_t seed : {1, 2, 3}) sweep.runs.push_back(MakeRun("leaves" + std::to_string(seed), "a", seed));
  sweep.runs[2].priority = 1;
  sweep.runs = LaunchOrder(std::move(sweep.runs));
  sweep.budget.runs = 1;
  const std::vector<RunView> views = LookAtAll(sweep);
  EXPECT_THAT(WithinBudget(sweep, views), ElementsAre(true, false, false));
  EXPECT_THAT(PlanText(sweep, views, {}),
              AllOf(HasSubstr("leaves3  to run       a seed 3"), HasSubstr("leaves1  over budget  a seed 1")));
  EXPECT_THAT(StatusText(sweep, views), HasSubstr("leaves3  to run       a seed 3"));
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

Surroundings Free(int64_t bytes) {
  Surroundings surroundings;
  surroundings.parallel = 2;
  surroundings.free_bytes = bytes;
  return surroundings;
}

TEST_F(SweepTextTest, PlanAddsUpWhatIsKnown) {
  // Left: 10 s of the run that was cut off and three times 20 s: two at once take 10 + 20 and 20 + 20.
  const std::string plan = PlanText(sweep_, LookAtAll(sweep_), Free(int64_t{1} << 40));
  EXPECT_THAT(plan, AllOf(HasSubstr("4 of 6 runs to do, 2 at once"), HasSubstr("time    0:40"), HasSubstr("done"),
                          HasSubstr("failed"), HasSubstr("memory  209.7 MB"), Not(HasSubstr("NOT ENOUGH"))));
  EXPECT_THAT(PlanText(sweep_, LookAtAll(sweep_), Free(1000)), HasSubstr("NOT ENOUGH"));
}

TEST_F(SweepTextTest, PlanSaysUnknownWithoutARunOfTheKind) {
  sweep_.runs[5].config.rl.group_size = 16;
  const std::string plan = PlanText(sweep_, LookAtAll(sweep_), Free(int64_t{1} << 40));
  EXPECT_THAT(plan, AllOf(HasSubstr("gspo seed 5  4 steps  time unknown"), HasSubstr("gspo seed 4  4 steps  time 0:20"),
                          HasSubstr("time    unknown (no run of the same kind is finished)"),
                          HasSubstr("memory  unknown"), HasSubstr("disk    unknown")));
}

TEST_F(SweepTextTest, PlanKnowsThatCountingCostsNextToNothing) {
  sweep_.runs[5].config.policy.kind = "neighbours";
  TakeCountedForm(&sweep_.runs[5].config);
  const std::string plan = PlanText(sweep_, LookAtAll(sweep_), Free(int64_t{1} << 40));
  EXPECT_THAT(plan, AllOf(HasSubstr("gspo seed 5  0 steps  time 0:"), HasSubstr("4 of 6 runs to do"),
                          Not(HasSubstr("unknown"))));
}

TEST_F(SweepTextTest, PlanCountsStages) {
  Surroundings surroundings = Free(int64_t{1} << 40);
  const auto plan = [&] { return PlanText(sweep_, LookAtAll(sweep_), surroundings); };
  EXPECT_THAT(plan(), AllOf(HasSubstr("stages  all there\n"), HasSubstr("time    0:40\n")));
  surroundings.stages = {{"pretrain", "a", 5, 300, 2e6}, {"sft", "b", 30, 100, 1e6}, {"sft", "c", 30, 200, 1e6}};
  EXPECT_THAT(plan(), AllOf(HasSubstr("stages  1 base policy to train (time 0:05, memory 314.6 MB, disk 2.0 MB), 2 SFT "
                                      "policies to train (time 1:00, memory 209.7 MB, disk 2.0 MB); making "
                                      "demonstrations not counted\n"),
                            HasSubstr("time    1:45\n"), HasSubstr("memory  314.6 MB\n")));
  surroundings.stages = {{"pretrain", "a", -1, -1, -1}};
  EXPECT_THAT(plan(), AllOf(HasSubstr("stages  1 base policy to train (time unknown, memory unknown, disk unknown)\n"),
                            HasSubstr("time    0:40, shared stages not counted\n"), HasSubstr("disk    unknown")));
}

// 4 steps of 2 s and 12 s beyond them, for 4 / 4 + 3 evaluations. 8 steps, evaluated each 2: 16 s and 7 / 4 of 12 s.
TEST_F(SweepTextTest, PlanGuessesFromRunsOfOtherSweeps) {
  SweepRun other = MakeRun("elsewhere", "grpo", 7);
  other.config.eval.every = 4;
  other.config.sft.steps = 5;
  Record(other, 4, End::kDone);
  Sweep sweep;
  sweep.name = "new";
  sweep.runs = {MakeRun("guessed", "gspo", 1)};
  sweep.runs[0].config.rl.steps = 8;
  sweep.runs[0].config.eval.every = 2;
  Surroundings surroundings = Free(int64_t{1} << 40);
  surroundings.finished = {{"quickstart", other, LookAtRun(other)}};
  EXPECT_THAT(PlanText(sweep, LookAtAll(sweep), surroundings),
              AllOf(HasSubstr("gspo seed 1  8 steps  time ~0:37\n"),
                    HasSubstr("time    ~0:37 (~: a guess from finished runs with other steps or other stages, in "
                              "quickstart)\n"),
                    HasSubstr("memory  104.9 MB")));
  sweep.runs[0].config.rl.group_size = 16;
  EXPECT_THAT(PlanText(sweep, LookAtAll(sweep), surroundings), HasSubstr("8 steps  time unknown"));
}

TEST_F(SweepTextTest, StatusCountsAndTellsTheTimeLeft) {
  std::string holder;
  const auto lease = RunLease::Take(sweep_.runs[1].folder + "/lease", {}, &holder);
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
  sweep_.budget.hours = 45. / 3600;  // 24 s are spent, 4 of them by the run that failed; the next run takes 20 s
  EXPECT_THAT(within(), ElementsAre(true, true, true, false, false, false));
  sweep_.budget.hours = 43. / 3600;
  EXPECT_THAT(within(), ElementsAre(true, false, true, false, false, false));
  sweep_.budget.hours = 1. / 3600;
  EXPECT_THAT(within(), ElementsAre(true, false, true, false, false, false));
  EXPECT_TRUE(IsOver(sweep_, LookAtAll(sweep_))) << "what is left is over budget";
}

}  // namespace
}  // namespace suite
