#include "harness/sweep/run_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "base/files.h"
#include "harness/metrics/metrics_store.h"

namespace suite {
namespace {

using testing::ElementsAre;

RunConfig ConfigOf(int64_t seed) {
  RunConfig config;
  config.seed = seed;
  config.rl.steps = 4;
  config.eval.every = 4;
  return config;
}

// 4 steps of 2 s, and 8 s beyond.
SweepRun Finish(const std::string& folder, const RunConfig& config) {
  const SweepRun run = {"", std::string(std::getenv("TEST_TMPDIR")) + "/" + folder, config};
  std::filesystem::create_directories(run.folder);
  WriteFileAtomically(run.folder + "/config.toml", ToToml(config));
  StoreSchema schema;
  schema.run_name = "x";
  schema.series = {{"step_s", 1}};
  MetricsStore store = MetricsStore::Create(run.folder + "/store.h5", schema);
  for (int64_t step = 1; step <= 4; ++step) store.AppendStep(step, {{"step_s", {2}}});
  store.Finish({{"wall_s", "16"}, {"peak_rss_mib", "100"}});
  return run;
}

TEST(FinishedRunsIn, FindsAllSweepsAndPassesOverWhatItCannotRead) {
  const std::string out = std::string(std::getenv("TEST_TMPDIR")) + "/found";
  EXPECT_TRUE(FinishedRunsIn(out).empty());
  Finish("found/b/runs/1", ConfigOf(1));
  Finish("found/a/runs/2", ConfigOf(2));
  Finish("found/a/runs/foreign", ConfigOf(3));
  WriteFileAtomically(out + "/a/runs/foreign/config.toml", "of = \"another version\"\n");
  std::filesystem::create_directories(out + "/a/runs/new");
  WriteFileAtomically(out + "/a/runs/new/config.toml", ToToml(ConfigOf(4)));
  std::filesystem::create_directories(out + "/cache/sft-1");
  const std::vector<FinishedRun> finished = FinishedRunsIn(out);
  ASSERT_EQ(finished.size(), 2u);
  EXPECT_EQ(finished[0].sweep, "a");
  EXPECT_EQ(ConfigHash(finished[0].run.config), ConfigHash(ConfigOf(2)));
  EXPECT_EQ(finished[1].sweep, "b");
  EXPECT_EQ(finished[1].view.wall_s, 16);
}

class RoughCostsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    const SweepRun run = Finish(name, ConfigOf(1));
    guides_ = {{"quickstart", run, LookAtRun(run)}};
  }
  RunCost CostOf(const RunConfig& config, double known = -1) {
    std::vector<RunCost> costs = {{known}};
    TakeRoughCosts({{"", "", config}}, guides_, &costs);
    return costs[0];
  }
  std::vector<FinishedRun> guides_;
};

TEST_F(RoughCostsTest, ScaleStepsAndEvaluations) {
  RunConfig config = ConfigOf(2);
  config.objective.preset = "gspo";
  config.sft.steps = 7;
  config.teacher.noise = .1;
  config.run.stage_threads = 1;
  EXPECT_DOUBLE_EQ(CostOf(config).wall_s, 16);
  EXPECT_TRUE(CostOf(config).rough);
  EXPECT_DOUBLE_EQ(CostOf(config).peak_rss_mib, 100);
  config.rl.steps = 40;  // 13 evaluations instead of 4
  EXPECT_DOUBLE_EQ(CostOf(config).wall_s, 80 + 8. * 13 / 4);
  config.eval.every = 20;
  EXPECT_DOUBLE_EQ(CostOf(config).wall_s, 80 + 8. * 5 / 4);
}

TEST_F(RoughCostsTest, CountTheAnswersOfEvaluations) {
  guides_[0].view.evaluation_s = 6;  // of 8 s beyond the steps
  guides_[0].view.validation = 10;
  guides_[0].view.test = 50;
  RunConfig config = ConfigOf(2);
  config.rl.steps = 40;
  config.eval.every = 20;
  EXPECT_DOUBLE_EQ(CostOf(config).wall_s, 80 + 2 + 6. * (3 * 10 + 2 * 50) / (2 * 10 + 2 * 50));
}

TEST_F(RoughCostsTest, TakeNothingFromAnotherKind) {
  for (const auto& change : std::vector<std::function<void(RunConfig*)>>{
           [](RunConfig* c) { c->rl.group_size = 16; }, [](RunConfig* c) { c->data.test = 10; },
           [](RunConfig* c) { c->run.threads = 2; }, [](RunConfig* c) { c->sft.demonstrations = "none"; },
           [](RunConfig* c) { c->policy.layers = 3; }, [](RunConfig* c) { c->rl.updates_per_rollout = 4; }}) {
    RunConfig config = ConfigOf(2);
    change(&config);
    EXPECT_EQ(CostOf(config).wall_s, -1);
    EXPECT_FALSE(CostOf(config).rough);
  }
}

TEST_F(RoughCostsTest, LeaveWhatIsKnown) {
  EXPECT_EQ(CostOf(ConfigOf(2), 5).wall_s, 5);
  EXPECT_FALSE(CostOf(ConfigOf(2), 5).rough);
  std::vector<RunCost> costs(2);
  costs[0].wall_s = 1;
  RunConfig other = ConfigOf(2);
  other.rl.group_size = 16;
  EXPECT_TRUE(TakeRoughCosts({{"", "", ConfigOf(2)}, {"", "", other}}, guides_, &costs).empty());
  costs[0].wall_s = -1;
  EXPECT_THAT(TakeRoughCosts({{"", "", ConfigOf(2)}, {"", "", other}}, guides_, &costs), ElementsAre("quickstart"));
}

}  // namespace
}  // namespace suite
