// Every kind of demonstration and every switch goes through the stages, at the smallest scale that has them all.
#include "harness/sft/stages.h"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "harness/config/tiny_run.h"
#include "harness/sft/stage_curve.h"

namespace suite {
namespace {

class StagesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = ::testing::TempDir() + "/stages";
    std::filesystem::remove_all(folder_);
  }

  Policy Prepared(const RunConfig& config) {
    CheckConsistent(config);
    return PrepareSft(config, LoadDataset(config.data), StageCache(folder_),
                      [this](const WorkerReport&) { ++reports_; });
  }

  at::Tensor Weights(const RunConfig& config) { return Prepared(config).weights.flat().clone(); }

  static std::string folder_;
  RunConfig config_ = TinyRun();
  int64_t reports_ = 0;
};

std::string StagesTest::folder_;

TEST_F(StagesTest, EveryKindOfDemonstrationLeadsToAPolicyOfItsOwn) {
  std::map<std::string, at::Tensor> policies;
  for (const char* kind : {"none", "teacher_raw", "teacher_exact", "remap", "full", "without_reflect", "without_remap",
                           "without_remap_and_reflect", "without_adjust", "ground_truth"}) {
    config_.sft.demonstrations = kind;
    const at::Tensor weights = Weights(config_);
    EXPECT_TRUE(weights.isfinite().all().item<bool>()) << kind;
    for (const auto& [other, theirs] : policies) EXPECT_FALSE(at::equal(weights, theirs)) << kind << " = " << other;
    policies[kind] = weights;
  }
  // R1-zero starts from the base policy itself, and what is there is loaded.
  reports_ = 0;
  config_.sft.demonstrations = "none";
  EXPECT_TRUE(at::equal(Weights(config_),
                        LoadPolicy(StageCache(folder_).Folder(config_, "pretrain"), at::kFloat).weights.flat()));
  config_.sft.demonstrations = "full";
  EXPECT_TRUE(at::equal(Weights(config_), policies["full"]));
  EXPECT_EQ(reports_, 0);
}

TEST_F(StagesTest, SwitchesOverARecipeAreTheRecipeThatLacksThem) {
  const auto weights_of = [&](const char* kind, std::optional<bool> remap, std::optional<bool> reflect,
                              std::optional<bool> adjust) {
    RunConfig config = config_;
    config.sft.demonstrations = kind;
    config.demonstrations.remap = remap;
    config.demonstrations.reflect = reflect;
    config.demonstrations.adjust = adjust;
    return Weights(config);
  };
  EXPECT_TRUE(at::equal(weights_of("full", {}, false, {}), weights_of("without_reflect", {}, {}, {})));
  EXPECT_TRUE(at::equal(weights_of("full", false, {}, {}), weights_of("without_remap", {}, {}, {})));
  EXPECT_TRUE(at::equal(weights_of("full", {}, {}, false), weights_of("without_adjust", {}, {}, {})));
  EXPECT_TRUE(at::equal(weights_of("full", false, false, false), weights_of("teacher_exact", {}, {}, {})));
}

TEST_F(StagesTest, NumbersOfThePipelineReachTheDemonstrations) {
  config_.sft.demonstrations = "full";
  const at::Tensor usual = Weights(config_);
  for (const auto& change : std::vector<std::function<void(RunConfig&)>>{
           [](RunConfig& c) { c.demonstrations.gamma = 2; }, [](RunConfig& c) { c.demonstrations.judged_items = 12; },
           [](RunConfig& c) { c.demonstrations.context_weight = 0; },
           [](RunConfig& c) { c.demonstrations.position_weights = "uniform"; },
           [](RunConfig& c) { c.demonstrations.adjust_l2 = 10; }, [](RunConfig& c) { c.teacher.noise = 3; }}) {
    RunConfig changed = config_;
    change(changed);
    EXPECT_FALSE(at::equal(Weights(changed), usual));
  }
}

TEST_F(StagesTest, EarlyStopAndItsCurveGoThroughTheStage) {
  config_.sft.demonstrations = "ground_truth";
  config_.sft.steps = 6;
  config_.sft.validate_every = 2;
  config_.sft.validation_share = .1;
  config_.sft.early_stop = 2;
  Weights(config_);
  const std::string folder = StageCache(folder_).Folder(config_, "sft");
  const auto rows = ReadCurve(folder + ".curve.csv");
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_TRUE(LowestValidationLoss(rows));
  EXPECT_NE(ReadFile(folder + ".training.json").find("\"held_out_sequences\": 4"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder + ".best"));
  config_.sft.validation_share = .99;
  EXPECT_THROW(Weights(config_), InputError);
}

TEST_F(StagesTest, Bfloat16AndRecomputationGoThroughTheStage) {
  config_.sft.demonstrations = "ground_truth";
  const at::Tensor exact = Weights(config_);
  RunConfig recomputed = config_, narrow = config_;
  recomputed.run.recompute_layers = true;
  narrow.run.dtype = "bfloat16";
  EXPECT_TRUE(at::equal(Weights(recomputed), exact)) << "the same bits";
  EXPECT_FALSE(at::equal(Weights(narrow), exact));
}

TEST_F(StagesTest, TokensOfItemsJoinTheNewPolicyBeforeItIsTrained) {
  config_.sft.demonstrations = "ground_truth";
  const Policy films = Prepared(config_);
  config_.data.item_form = "id";
  const Policy ids = Prepared(config_);
  EXPECT_EQ(ids.tokenizer.Encode("<item_279>\n<item_0>").size(), 3u);
  EXPECT_EQ(ids.tokenizer.vocab_size(), ids.config().vocab_size);
  EXPECT_FALSE(ids.tokenizer.TokenId("item")) << "no token is learned from what is a token itself";
  EXPECT_GT(films.tokenizer.Encode("<item_0>").size(), 1u);
  // SFT took them from the base policy.
  RunConfig base = config_;
  base.sft.demonstrations = "none";
  reports_ = 0;
  EXPECT_EQ(Prepared(base).tokenizer.ContentHash(), ids.tokenizer.ContentHash());
  EXPECT_EQ(reports_, 0) << "the stage is in the cache";
  // The settings of the start name the stages.
  RunConfig other = config_;
  other.policy.new_token_noise = 1;
  EXPECT_FALSE(at::equal(Prepared(other).weights.flat(), ids.weights.flat()));
}

TEST_F(StagesTest, CodesStartAtTheirCentroids) {
  config_.sft.demonstrations = "ground_truth";
  config_.data.item_form = "codes";
  config_.data.codes = "kmeans";
  const Policy mean = Prepared(config_);
  config_.policy.new_tokens = "centroids";
  const Policy centroids = Prepared(config_);
  EXPECT_EQ(mean.tokenizer.ContentHash(), centroids.tokenizer.ContentHash());
  EXPECT_FALSE(at::equal(mean.weights.flat(), centroids.weights.flat()));
}

// As for evaluating what a run has trained, or going on from it.
TEST_F(StagesTest, ACheckpointGetsTheTokensOnce) {
  config_.sft.demonstrations = "none";
  const std::string films = ::testing::TempDir() + "/films", ids = ::testing::TempDir() + "/ids";
  SavePolicy(films, Prepared(config_));
  config_.data.item_form = "id";
  config_.policy.path = films;
  config_.policy.chat_template = "miniature";
  const Policy grown = Prepared(config_);
  EXPECT_EQ(grown.tokenizer.Encode("<item_17>").size(), 1u);
  SavePolicy(ids, grown);
  config_.policy.path = ids;
  EXPECT_TRUE(at::equal(Prepared(config_).weights.flat(), grown.weights.flat()));
}

TEST_F(StagesTest, DemonstrationsAloneNeedATeacher) {
  const Dataset dataset = LoadDataset(config_.data);
  const auto make = [&] { return PrepareDemonstrations(config_, dataset, StageCache(folder_), [](const auto&) {}); };
  EXPECT_TRUE(std::filesystem::exists(make().audit_page));
  config_.sft.demonstrations = "ground_truth";
  EXPECT_THROW(make(), InputError);
}

}  // namespace
}  // namespace suite
