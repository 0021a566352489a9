// Whole runs at the smallest scale: what they record, and how they fail.
#include "harness/run/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/testing/error_of.h"
#include "harness/config/setting.h"
#include "harness/config/tiny_run.h"
#include "harness/metrics/run_record.h"
#include "harness/policy/small_policy.h"
#include "harness/policy/start_policy.h"
#include "models/policy/policy_chat.h"
#include "models/policy/policy_folder.h"
#include "models/tokenizer/known_chat_templates.h"

namespace suite {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RunTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    out_ = ::testing::TempDir() + "/run_test";
    std::filesystem::remove_all(out_);
  }

  RunTest() {
    config_.data.validation = 20;
    config_.sft.steps = 2;
    config_.sft.demonstrations = "ground_truth";
    config_.rl.prompts_per_step = 2;
    config_.rl.steps = 5;
    config_.eval.every = 2;
  }

  RunOutcome Execute() {
    CheckConsistent(config_);
    return ExecuteRun(config_, Folders(), {"program", "--flag"}, [](const WorkerReport&) {});
  }
  RunRecord Recorded() const { return ReadRun(StorePath(Folders(), config_)); }
  static RunFolders Folders() { return {out_ + "/runs", out_ + "/cache"}; }

  static std::string out_;
  RunConfig config_ = TinyRun();
};

std::string RunTest::out_;

TEST_F(RunTest, RecordsValidationLossWhereItEvaluates) {
  ASSERT_EQ(Execute(), RunOutcome::kDone);
  const RunRecord run = Recorded();
  EXPECT_EQ(run.status, "done");
  const std::vector<double> loss = FindSeries(run, "validation_loss").values;
  ASSERT_EQ(loss.size(), 5u);
  for (const size_t row : {0, 2}) EXPECT_TRUE(std::isnan(loss[row])) << row;
  // Steps 2 and 4, and the last. A policy of 400 tokens that has learned next to nothing.
  for (const size_t row : {1, 3, 4}) EXPECT_NEAR(loss[row], std::log(400.), 1.5) << row;
  EXPECT_EQ(FindScores(run, "validation").steps, (std::vector<int64_t>{0, 2, 4, 5}));
  EXPECT_TRUE(std::filesystem::exists(RunFolder(Folders(), config_) + "/policy/config.json"));
}

TEST_F(RunTest, TellsTimeAndMemoryByPhase) {
  config_.seed = 2;
  ASSERT_EQ(Execute(), RunOutcome::kDone);
  const RunRecord run = Recorded();
  double sum = 0;
  for (const char* phase : {"preparation", "training", "evaluation", "saving"}) {
    const std::string seconds = FindText(run.summary, std::string(phase) + "_s");
    EXPECT_FALSE(seconds.empty()) << phase;
    sum += std::atof(seconds.c_str());
  }
  EXPECT_NEAR(std::atof(FindText(run.summary, "wall_s").c_str()), sum, .3);
  EXPECT_FALSE(FindText(run.summary, "peak_rss_mib").empty());
  EXPECT_EQ(FindText(run.summary, "peak_gpu_mib"), "") << "of a run on the CPU";
  EXPECT_EQ(FindText(run.provenance, "accelerator"), "none");
  EXPECT_EQ(FindText(run.provenance, "command"), "program --flag");
}

TEST_F(RunTest, WithoutRlStepsItEvaluatesTheSftPolicy) {
  config_.rl.steps = 0;
  ASSERT_EQ(Execute(), RunOutcome::kDone);
  const RunRecord run = Recorded();
  EXPECT_EQ(run.status, "done");
  EXPECT_TRUE(run.series.empty());
  EXPECT_EQ(FindScores(run, "test").steps, std::vector<int64_t>{0});
  EXPECT_EQ(run.answers.size(), 5u);
  EXPECT_TRUE(run.first_answers.empty()) << "they are the answers";
  EXPECT_EQ(FindText(run.summary, "training_s"), "") << "there is no trainer";
  // The same start as a run that goes on to train.
  config_.rl.steps = 5;
  ASSERT_EQ(Execute(), RunOutcome::kDone);
  const RunRecord trained = Recorded();
  ASSERT_EQ(trained.first_answers.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(trained.first_answers[i].text, run.answers[i].text);
    EXPECT_EQ(trained.first_answers[i].conversation_id, trained.answers[i].conversation_id);
  }
  const ScoreTable& there = FindScores(trained, "test");
  const std::vector<float>& here = FindScores(run, "test").values;
  ASSERT_GE(there.values.size(), here.size());
  for (size_t i = 0; i < here.size(); ++i) {
    EXPECT_TRUE(here[i] == there.values[i] || (std::isnan(here[i]) && std::isnan(there.values[i]))) << i;
  }
}

// The rule that a stage's divergence is the failure of the run that needed it.
TEST_F(RunTest, AStageThatDivergesFailsTheRun) {
  config_.sft.learning_rate = 1e30;
  config_.sft.steps = 8;
  TrainSharedStages(config_, Folders().cache, [](const WorkerReport&) {});  // leaves it to the run
  EXPECT_THROW(Execute(), InputError);
  const RunRecord run = Recorded();
  EXPECT_EQ(run.status, "failed");
  EXPECT_THAT(FindText(run.summary, "reason"), HasSubstr("sft.learning_rate: the loss is not finite at step"));
  EXPECT_NE(FindText(run.summary, "preparation_s"), "");
  try {
    Execute();
    FAIL() << "it ran again";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("failed before: sft.learning_rate"));
  }
}

TEST_F(RunTest, ALossThatIsNotFiniteFailsTheRun) {
  config_.seed = 3;
  config_.rl.learning_rate = 1e30;
  config_.objective.entropy_bonus = 1;  // rewards are all alike this early
  EXPECT_THROW(Execute(), InputError);
  const RunRecord run = Recorded();
  EXPECT_EQ(run.status, "failed");
  EXPECT_THAT(FindText(run.summary, "reason"), HasSubstr("not_finite"));
  EXPECT_NE(FindText(run.summary, "training_s"), "");
}

// A checkpoint of finite weights whose second layer overflows: the run that only evaluates, the one that trains by
// reward, and the one that begins with a supervised stage.
class OverflowingCheckpoint : public RunTest {
 protected:
  OverflowingCheckpoint() {
    Policy policy = SmallPolicy();
    policy.weights.Tensors().layers[1].down.fill_(3e38);
    config_.policy.path = out_ + "/overflowing";
    SavePolicy(config_.policy.path, policy);
    config_.policy.lock = PolicyContentHash(config_.policy.path);
  }

  void ExpectFailure(const std::string& reason, const std::string& advice) {
    try {
      Execute();
      FAIL() << "accepted";
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr(reason), HasSubstr(advice)));
    }
    EXPECT_EQ(Recorded().status, "failed");
    EXPECT_THAT(FindText(Recorded().summary, "reason"), HasSubstr(reason));
  }

  const std::string layer_ = "logits are not finite: the first output that is not is that of model.layers.1";
};

TEST_F(OverflowingCheckpoint, IsNotEvaluatedAsIfItAnsweredNothing) {
  config_.sft.demonstrations = "none";
  for (const int64_t steps : {0, 2}) {
    config_.rl.steps = steps;
    ExpectFailure("not_finite: after 0 RL steps: " + layer_, "allowed: an undamaged checkpoint at " + out_);
  }
}

TEST_F(OverflowingCheckpoint, IsNotTheFaultOfASupervisedLearningRate) {
  ExpectFailure("the policy that sft starts from: " + layer_ + "; allowed: an undamaged checkpoint",
                "a run.dtype that holds its numbers");
}

TEST_F(RunTest, RolloutsOfADivergedPolicyNameTheLayer) {
  config_.rl.learning_rate = 1e38;
  config_.objective.entropy_bonus = 1;
  config_.seed = 3;
  EXPECT_THROW(Execute(), InputError);
  EXPECT_THAT(FindText(Recorded().summary, "reason"),
              AllOf(HasSubstr("not_finite: after "), HasSubstr("logits are not finite"), HasSubstr("that of model.")));
}

// A base model: it says what to do, and runs under a template that a setting names.
TEST_F(RunTest, ABaseModelWithoutAChatTemplate) {
  Policy policy = SmallPolicy();
  policy.chat_template.clear();
  config_.policy.path = out_ + "/base";
  SavePolicy(config_.policy.path, policy);
  config_.policy.lock = PolicyContentHash(config_.policy.path);
  config_.rl.steps = 1;
  try {
    Execute();
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("base: has no chat template; allowed: policy.chat_template = plain"));
  }
  config_.policy.chat_template = "plain";
  ASSERT_EQ(Execute(), RunOutcome::kDone);
  const Policy trained = LoadPolicy(RunFolder(Folders(), config_) + "/policy", at::kFloat);
  EXPECT_EQ(ChatTemplateOf(trained, "trained").name, "plain");
}

// A policy that is made here: base and SFT come from the cache of the first run, which needed fewer.
TEST_F(RunTest, AMiniatureHasThePositionsThatItNeeds) {
  config_.seed = 5;
  config_.rl.steps = 1;
  ASSERT_EQ(Execute(), RunOutcome::kDone);
  const auto saved = [&] { return LoadPolicy(RunFolder(Folders(), config_) + "/policy", at::kFloat).config(); };
  EXPECT_EQ(saved().max_positions, 512);
  config_.rl.max_new_tokens = 600;
  ASSERT_EQ(Execute(), RunOutcome::kDone);
  EXPECT_GT(saved().max_positions, 600);
  config_.rl.max_new_tokens = 12;
  config_.data.list_length = 100;
  config_.sft.demonstrations = "full";
  ASSERT_EQ(Execute(), RunOutcome::kDone);
  EXPECT_GT(saved().max_positions, 512) << "demonstrations of a hundred films";
}

// A checkpoint whose positions do not hold what the run asks for.
class FewPositions : public RunTest {
 protected:
  void Save(int64_t positions) {
    const Policy small = SmallPolicy();
    LlamaConfig shape = small.config();
    shape.max_positions = positions;
    config_.policy.path = out_ + "/positions_" + std::to_string(positions);
    SavePolicy(config_.policy.path, {LlamaWeights::Random(shape, 5, 0.3), small.tokenizer, small.chat_template});
    config_.policy.lock = PolicyContentHash(config_.policy.path);
    config_.sft.demonstrations = "none";
    config_.rl.steps = 1;
  }
};

TEST_F(FewPositions, CutThePromptsOfARun) {
  Save(64);
  ASSERT_EQ(Execute(), RunOutcome::kDone) << "evaluation, rollouts and updates";
  config_.rl.steps = 0;
  ASSERT_EQ(Execute(), RunOutcome::kDone);
}

TEST_F(FewPositions, AreRefusedBeforeAnythingIsWritten) {
  Save(64);
  config_.rl.max_new_tokens = 60;
  EXPECT_THAT(ErrorOf([&] { Execute(); }),
              AllOf(HasSubstr("rl.max_new_tokens: 60 leaves 5 tokens"), HasSubstr("max_position_embeddings = 64"),
                    HasSubstr("data.max_prompt_tokens = 2048"), HasSubstr("at most 49")));
  config_.rl.max_new_tokens = 12;
  config_.data.max_prompt_tokens = 100;
  EXPECT_THAT(ErrorOf([&] { Execute(); }), AllOf(HasSubstr("data.max_prompt_tokens: 100"), HasSubstr("at most 53")));
  EXPECT_FALSE(std::filesystem::exists(RunFolder(Folders(), config_)));
}

TEST_F(FewPositions, NameTheDemonstrationThatDoesNotFit) {
  Save(28);
  config_.sft.demonstrations = "ground_truth";
  EXPECT_THAT(ErrorOf([&] { Execute(); }), AllOf(HasSubstr("demonstration 'train/"), HasSubstr("is 28")));
}

TEST(ChatTemplateSetting, TakesEveryKnownName) {
  for (const std::string& name : ChatTemplateNames()) {
    RunConfig config;
    ApplySettings({{"policy.chat_template", name, "a test"}}, {}, &config);
    EXPECT_EQ(config.policy.chat_template, name);
  }
}

}  // namespace
}  // namespace suite
