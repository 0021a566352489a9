#include "harness/sft/supervised_stage.h"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/files.h"
#include "harness/policy/small_policy.h"
#include "harness/sft/stage_curve.h"

namespace suite {
namespace {

struct Killed : std::runtime_error {
  Killed() : std::runtime_error("killed") {}
};

std::vector<ScoredSequence> Sequences(const Policy& policy, size_t first, size_t count) {
  std::vector<ScoredSequence> sequences;
  const auto items = SmallCatalog().items();
  for (size_t i = first; i < first + count; ++i) {
    const auto prompt = policy.tokenizer.Encode("<|user|>Like " + items[i].title + "<|assistant|>");
    const auto answer = policy.tokenizer.Encode(FormatList({items[i], items[(i + 1) % items.size()]}) + "<|end|>");
    ScoredSequence one = {prompt, static_cast<int64_t>(prompt.size())};
    one.ids.insert(one.ids.end(), answer.begin(), answer.end());
    sequences.push_back(one);
  }
  return sequences;
}

class SupervisedStageTest : public ::testing::Test {
 protected:
  SupervisedStageTest() {
    root_ = ::testing::TempDir() + "/stage_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
    stage_ = Stage("sft");
  }

  // Learns four of the small sequences by heart, so that the loss on the other two falls and then rises.
  SupervisedStage Stage(const std::string& name) const {
    SupervisedStage stage;
    stage.folder = root_ + "/" + name;
    stage.steps = 60;
    stage.options.stage = "sft";
    stage.options.batch = 4;
    stage.options.schedule.kind = ScheduleKind::kConstant;
    stage.options.schedule.base_rate = 2e-2;
    stage.validate_every = 2;
    stage.patience = 3;
    stage.checkpoint_every = 7;
    return stage;
  }

  // As if killed right after the report of step `kill_at`.
  StageResult Train(const SupervisedStage& stage, int64_t kill_at = 0) const {
    return TrainStage(stage, policy_.weights, Sequences(policy_, 0, 4), Sequences(policy_, 4, 2),
                      [&](const WorkerReport& report) {
                        if (report.step == kill_at) throw Killed();
                      });
  }

  std::vector<CurveRow> Curve(const SupervisedStage& stage) const { return ReadCurve(stage.folder + ".curve.csv"); }

  const Policy policy_ = SmallPolicy();
  std::string root_;
  SupervisedStage stage_;
};

TEST_F(SupervisedStageTest, StopsWhenPatienceIsOverAndKeepsTheLowest) {
  const StageResult result = Train(stage_);
  const auto rows = Curve(stage_);
  const auto lowest = LowestValidationLoss(rows);
  ASSERT_TRUE(lowest);
  EXPECT_EQ(result.stopped_by, "early stop");
  EXPECT_EQ(result.steps, static_cast<int64_t>(rows.size()));
  EXPECT_EQ(result.kept_step, lowest->step);
  EXPECT_EQ(result.steps, lowest->step + stage_.validate_every * stage_.patience);
  EXPECT_GT(lowest->step, 2) << "the loss fell before it rose";

  // The same steps without a patience lead to the weights that were kept.
  SupervisedStage plain = Stage("plain");
  plain.patience = 0;
  plain.steps = result.kept_step;
  EXPECT_TRUE(at::equal(Train(plain).weights.flat(), result.weights.flat()));

  const auto record = nlohmann::json::parse(ReadFile(stage_.folder + ".training.json"));
  EXPECT_EQ(record["stopped_by"], "early stop");
  EXPECT_EQ(record["kept_step"], lowest->step);
  EXPECT_EQ(record["held_out_sequences"], 2);
  EXPECT_GT(record["wall_s"], 0);
  EXPECT_GT(record["peak_rss_mib"], 0);
  EXPECT_EQ(record["lowest_validation_loss"], lowest->loss);
}

TEST_F(SupervisedStageTest, WithoutAPatienceItGoesToTheEnd) {
  stage_.patience = 0;
  stage_.steps = 11;
  const StageResult result = Train(stage_);
  EXPECT_EQ(result.stopped_by, "steps");
  EXPECT_EQ(result.kept_step, 11);
  const auto rows = Curve(stage_);
  ASSERT_EQ(rows.size(), 11u);
  EXPECT_TRUE(std::isnan(rows[8].validation_loss));
  EXPECT_FALSE(std::isnan(rows[9].validation_loss));
  EXPECT_FALSE(std::isnan(rows[10].validation_loss)) << "after the last step too";
  EXPECT_GT(rows[0].loss, rows[10].loss);
  EXPECT_GT(rows[5].tokens_per_second, 0);
}

TEST_F(SupervisedStageTest, AKilledStageEndsWithTheSameBits) {
  const StageResult whole = Train(stage_);
  const auto rows = Curve(stage_);
  for (int64_t kill_at = 1; kill_at < whole.steps; kill_at += 3) {
    const SupervisedStage broken = Stage("killed_at_" + std::to_string(kill_at));
    EXPECT_THROW(Train(broken, kill_at), Killed);
    const StageResult result = Train(broken);
    EXPECT_EQ(result.steps, whole.steps) << kill_at;
    EXPECT_EQ(result.kept_step, whole.kept_step) << kill_at;
    EXPECT_TRUE(at::equal(result.weights.flat(), whole.weights.flat())) << kill_at;
    const auto after = Curve(broken);
    ASSERT_EQ(after.size(), rows.size()) << kill_at;
    for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(after[i].loss, rows[i].loss) << kill_at << " " << i;
  }
}

TEST_F(SupervisedStageTest, AKillBetweenTheTwoCheckpointsLosesNothing) {
  const StageResult whole = Train(stage_);
  const SupervisedStage broken = Stage("between");
  // The weights of the newest lowest loss were not written, those of the one before are gone.
  EXPECT_THROW(Train(broken, whole.kept_step + 1), Killed);
  std::filesystem::remove_all(broken.folder + ".best");
  const StageResult result = Train(broken);
  EXPECT_TRUE(at::equal(result.weights.flat(), whole.weights.flat()));
}

TEST_F(SupervisedStageTest, WithoutTheKeptWeightsItBeginsAgain) {
  const StageResult whole = Train(stage_);
  const SupervisedStage broken = Stage("lost");
  EXPECT_THROW(Train(broken, whole.steps), Killed);
  std::filesystem::remove_all(broken.folder + ".best");
  const StageResult result = Train(broken);
  EXPECT_EQ(result.steps, whole.steps);
  EXPECT_TRUE(at::equal(result.weights.flat(), whole.weights.flat()));
  ForgetCheckpoints(broken);
  EXPECT_FALSE(std::filesystem::exists(broken.folder + ".checkpoints"));
  EXPECT_FALSE(std::filesystem::exists(broken.folder + ".best"));
}

}  // namespace
}  // namespace suite
