#include "harness/sweep/stage_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"

namespace suite {
namespace {

using testing::ElementsAre;

class MissingStagesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    cache_ = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
    lookup_.folder = [this](const RunConfig& config, const std::string& stage) {
      return cache_ + "/" + stage + "-" + StageHash(config, stage);
    };
    lookup_.has = [this](const RunConfig& config, const std::string& stage) {
      return std::filesystem::exists(lookup_.folder(config, stage));
    };
  }

  // A stage of 1000 bytes.
  void Finish(const RunConfig& config, const std::string& stage, const std::string& record) {
    const std::string folder = lookup_.folder(config, stage);
    std::filesystem::create_directories(folder);
    WriteFileAtomically(folder + "/config.json", std::string(1000, ' '));
    WriteFileAtomically(folder + ".training.json", record);
  }

  std::vector<MissingStage> Missing(const std::vector<RunConfig>& configs, const std::vector<RunConfig>& known = {}) {
    std::vector<SweepRun> runs;
    for (const RunConfig& config : configs) runs.push_back({"", "", config});
    return MissingStages(runs, lookup_, known);
  }

  std::vector<std::string> Names(const std::vector<RunConfig>& configs) {
    std::vector<std::string> names;
    for (const MissingStage& stage : Missing(configs)) names.push_back(stage.stage);
    return names;
  }

  std::string cache_;
  StageLookup lookup_;
};

TEST_F(MissingStagesTest, AreCountedOnceAndOnlyWhenTheyAreNeeded) {
  RunConfig config, other_seed, other_sft, no_sft, checkpoint, counted;
  counted.policy.kind = "neighbours";
  other_seed.seed = 1;
  other_sft.sft.steps = 5;
  no_sft.sft.demonstrations = "none";
  checkpoint.policy.path = "somewhere";
  EXPECT_THAT(Names({config, other_seed}), ElementsAre("pretrain", "sft"));
  EXPECT_THAT(Names({config, other_sft, no_sft}), ElementsAre("pretrain", "sft", "sft"));
  EXPECT_THAT(Names({no_sft}), ElementsAre("pretrain"));
  EXPECT_THAT(Names({checkpoint}), ElementsAre("sft"));
  EXPECT_TRUE(Names({counted}).empty()) << "nothing is trained for a run that counts";
  Finish(config, "pretrain", "{}");
  EXPECT_THAT(Names({config, other_sft}), ElementsAre("sft", "sft"));
  EXPECT_TRUE(Names({no_sft}).empty());
  Finish(config, "sft", "{}");
  EXPECT_TRUE(Names({config, other_seed}).empty());
  std::filesystem::remove_all(lookup_.folder(config, "pretrain"));
  EXPECT_TRUE(Names({config}).empty()) << "the SFT policy is there: nobody asks for its base policy";
}

TEST_F(MissingStagesTest, CostWhatStagesOfTheirKindDid) {
  RunConfig config, done, none;
  config.sft.steps = 300;
  config.data.world_seed = 3;
  config.teacher.noise = .1;
  done.sft.steps = 100;
  const MissingStage unknown = Missing({config}).at(1);
  EXPECT_EQ(unknown.wall_s, -1);
  EXPECT_EQ(unknown.peak_rss_mib, -1);
  EXPECT_GT(unknown.disk_bytes, 4 * 1500 * 64) << "the embedding alone";
  Finish(done, "sft", R"({"steps": 100, "wall_s": 20.0, "peak_rss_mib": 150})");
  EXPECT_EQ(Missing({config}).at(1).wall_s, -1) << "nobody told of the finished one";
  const MissingStage known = Missing({config}, {done}).at(1);
  EXPECT_DOUBLE_EQ(known.wall_s, 60);
  EXPECT_EQ(known.peak_rss_mib, 150);
  EXPECT_EQ(known.disk_bytes, 1000);
  config.sft.stop_at_step = 50;
  EXPECT_DOUBLE_EQ(Missing({config}, {done}).at(1).wall_s, 10);
  config.sft.batch = 64;
  EXPECT_EQ(Missing({config}, {done}).at(1).wall_s, -1) << "of another kind";
  EXPECT_EQ(Missing({config}, {done}).at(0).wall_s, -1) << "a base policy is no SFT policy";
}

TEST_F(MissingStagesTest, CostNothingKnownWhereTheRecordSaysNothing) {
  RunConfig config, done;
  config.sft.steps = 300;
  for (const char* record : {"{}", "not JSON", "[]", R"({"steps": 0, "wall_s": 1.0})", R"({"steps": 5})"}) {
    Finish(done, "sft", record);
    EXPECT_EQ(Missing({config, done}).back().wall_s, -1) << record;
  }
}

}  // namespace
}  // namespace suite
