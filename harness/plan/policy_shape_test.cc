#include "harness/plan/policy_shape.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "models/llama/weights.h"

namespace suite {
namespace {

RunConfig At(const std::string& path) {
  RunConfig config;
  config.policy.path = path;
  return config;
}

// The numbers of parameters that the models' publishers give: 0.49, 1.24 and 3.21 billion.
TEST(ShapeOfRun, KnowsThePublishedModelsByTheirFolders) {
  const auto parameters = [](const std::string& path) { return CountParameters(ShapeOfRun(At(path))->config); };
  EXPECT_EQ(parameters("nowhere/Qwen2.5-0.5B-Instruct"), 494032768);
  EXPECT_EQ(parameters("nowhere/llama-3.2-1b-instruct/"), 1235814400);
  EXPECT_EQ(parameters("nowhere/Llama-3.2-3B"), 3212749824);
  EXPECT_EQ(ShapeOfRun(At("nowhere/Llama-3.2-3B"))->source, "published sizes of Llama-3.2-3B");
}

TEST(ShapeOfRun, CountsTheTokensOfItems) {
  RunConfig run;
  const auto rows = [&] { return ShapeOfRun(run)->config.vocab_size - RunConfig().policy.vocab_size; };
  EXPECT_EQ(rows(), 0);
  run.data.item_form = "title";
  EXPECT_EQ(rows(), 0);
  run.data.item_form = "id";
  EXPECT_EQ(rows(), 280);
  run.data.item_form = "codes";
  run.data.codes = "random";
  run.data.code_levels = 2;
  run.data.code_size = 16;
  EXPECT_EQ(rows(), 48);
  run.data.collision_rule = "share";
  EXPECT_EQ(rows(), 32);
  run.data.codes = "index";
  EXPECT_EQ(rows(), 0);
}

TEST(ShapeOfRun, HasNoShapeForAnUnknownName) {
  EXPECT_FALSE(ShapeOfRun(At("nowhere/Llama-3.2-11B")).has_value());
  EXPECT_FALSE(ShapeOfRun(At("Llama-3.2-3B/other")).has_value());
}

TEST(ShapeOfRun, PrefersTheFileThatIsThere) {
  const std::string folder = std::string(testing::TempDir()) + "/Llama-3.2-3B";
  std::filesystem::create_directories(folder);
  WriteFileAtomically(folder + "/config.json", R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama",
      "hidden_size": 8, "intermediate_size": 12, "num_attention_heads": 2, "num_hidden_layers": 3, "vocab_size": 20,
      "max_position_embeddings": 64, "rms_norm_eps": 1e-6, "hidden_act": "silu"})");
  EXPECT_EQ(ShapeOfRun(At(folder))->config.layers, 3);
  WriteFileAtomically(folder + "/config.json", "{");
  EXPECT_THROW(ShapeOfRun(At(folder)), InputError);
}

TEST(ShapeOfRun, FollowsTheSettingsWithoutACheckpoint) {
  RunConfig config;
  config.policy.hidden_size = 96;
  config.policy.heads = 4;
  const auto shape = ShapeOfRun(config);
  EXPECT_EQ(shape->config.hidden_size, 96);
  EXPECT_EQ(shape->config.head_dim, 24);
  EXPECT_EQ(shape->config.vocab_size, config.policy.vocab_size);
}

}  // namespace
}  // namespace suite
