#include "models/policy/policy_folder.h"

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "models/checkpoints/generation_config.h"
#include "models/checkpoints/safetensors.h"
#include "models/llama/config.h"
#include "models/llama/tiny_llama.h"
#include "models/llama/weights.h"
#include "models/policy/tiny_policy.h"

namespace suite {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// An empty folder of this test's own.
std::string FreshFolder() {
  const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string folder = (fs::path(testing::TempDir()) / ("policy_folder_test." + name)).string();
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

std::vector<std::string> Entries(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string LoadError(const std::string& folder) {
  try {
    LoadPolicy(folder, at::kFloat);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(SavePolicy, RoundTripsToTheBit) {
  for (const auto& [name, config] : TinyConfigs()) {
    for (const auto dtype : {at::kFloat, at::kBFloat16}) {
      const std::string folder = FreshFolder() + "/saved";
      const Policy policy = TinyPolicy(config, dtype);
      SavePolicy(folder, policy);
      const Policy loaded = LoadPolicy(folder, dtype);
      EXPECT_TRUE(loaded.weights.flat().equal(policy.weights.flat())) << name;
      EXPECT_EQ(LlamaConfigToJson(loaded.config()), LlamaConfigToJson(policy.config())) << name;
      EXPECT_EQ(loaded.chat_template, kTinyTemplate);
      EXPECT_EQ(loaded.tokenizer.Encode("Heat (1995)\n<|end|>"), policy.tokenizer.Encode("Heat (1995)\n<|end|>"));
      const std::string weights = ReadFile(folder + "/model.safetensors"), written = ReadFile(folder + "/config.json");
      SavePolicy(folder, loaded);
      EXPECT_EQ(ReadFile(folder + "/model.safetensors"), weights);
      EXPECT_EQ(ReadFile(folder + "/config.json"), written);
      EXPECT_EQ(json::parse(written)["torch_dtype"], dtype == at::kFloat ? "float32" : "bfloat16");
    }
  }
}

TEST(SavePolicy, LeavesTheFolderAndNothingElse) {
  const std::string parent = FreshFolder();
  for (const std::string name : {"new", "new", "slash/", "deep/er/new", "./dot"})
    SavePolicy(parent + "/" + name, TinyPolicy());
  EXPECT_EQ(Entries(parent), (std::vector<std::string>{"deep", "dot", "new", "slash"}));
  EXPECT_EQ(Entries(parent + "/deep/er"), (std::vector<std::string>{"new"}));
  for (const std::string name : {"new", "slash", "deep/er/new", "dot"}) {
    EXPECT_EQ(Entries(parent + "/" + name), (std::vector<std::string>{"config.json", "model.safetensors",
                                                                      "tokenizer.json", "tokenizer_config.json"}));
  }
}

TEST(SavePolicy, ReplacesAnOlderPolicyAndRefusesAnythingElse) {
  const std::string parent = FreshFolder();
  SavePolicy(parent + "/old", TinyPolicy(TinyConfigs()[1].config));
  WriteFileAtomically(parent + "/old/model.safetensors.index.json", "{}");  // of an older form: must not stay behind
  SavePolicy(parent + "/old", TinyPolicy());
  EXPECT_TRUE(LoadPolicy(parent + "/old", at::kFloat).config().tie_embeddings);
  EXPECT_EQ(Entries(parent + "/old").size(), 4u);
  fs::create_directories(parent + "/empty");
  SavePolicy(parent + "/empty", TinyPolicy());
  fs::create_directories(parent + "/thesis");
  WriteFileAtomically(parent + "/thesis/chapter1.tex", "years of work");
  WriteFileAtomically(parent + "/file", "");
  for (const std::string name : {"thesis", "file"}) {
    try {
      SavePolicy(parent + "/" + name, TinyPolicy());
      ADD_FAILURE() << name;
    } catch (const InputError& error) {
      EXPECT_EQ(error.what(),
                parent + "/" + name +
                    ": is there and holds no policy; allowed: a new path, an empty folder, or an older policy");
    }
  }
  EXPECT_EQ(ReadFile(parent + "/thesis/chapter1.tex"), "years of work");
  EXPECT_EQ(Entries(parent), (std::vector<std::string>{"empty", "file", "old", "thesis"}));
}

TEST(SavePolicy, ThatFailsLeavesNothingBehind) {
  const std::string parent = FreshFolder();
  WriteFileAtomically(parent + "/file", "");
  EXPECT_THROW(SavePolicy(parent + "/file/policy", TinyPolicy()), InputError);
  Policy broken = TinyPolicy();  // fails at the last of the files
  broken.chat_template = "\xff";
  try {
    SavePolicy(parent + "/policy", broken);
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), parent + "/policy: cannot be written: the chat template is not UTF-8");
  }
  EXPECT_EQ(Entries(parent), std::vector<std::string>{"file"});
}

// Splits a saved policy's weights over two files with an index, as transformers does for large models.
void Shard(const std::string& folder) {
  const SafetensorsFile whole(folder + "/model.safetensors");
  NamedTensors parts[2];
  json index = {{"metadata", {{"total_size", 1}}}, {"weight_map", json::object()}};
  int64_t count = 0;
  for (const std::string& name : whole.names()) {
    const size_t part = count++ % 3 == 0 ? 0 : 1;
    parts[part].emplace_back(name, whole.Load(name));
    index["weight_map"][name] = part == 0 ? "model-00001-of-00002.safetensors" : "model-00002-of-00002.safetensors";
  }
  WriteSafetensors(folder + "/model-00001-of-00002.safetensors", parts[0]);
  WriteSafetensors(folder + "/model-00002-of-00002.safetensors", parts[1]);
  WriteFileAtomically(folder + "/model.safetensors.index.json", index.dump());
  fs::remove(folder + "/model.safetensors");
}

TEST(LoadPolicy, ReadsShards) {
  const std::string folder = FreshFolder() + "/saved";
  const Policy policy = TinyPolicy(TinyConfigs().back().config);
  SavePolicy(folder, policy);
  Shard(folder);
  EXPECT_TRUE(LoadPolicy(folder, at::kFloat).weights.flat().equal(policy.weights.flat()));
  const std::string second = folder + "/model-00002-of-00002.safetensors";
  fs::copy_file(second, folder + "/model-00001-of-00002.safetensors", fs::copy_options::overwrite_existing);
  EXPECT_NE(LoadError(folder).find(second + ": tensor '"), std::string::npos) << LoadError(folder);
  EXPECT_NE(LoadError(folder).find("' is in another shard too"), std::string::npos) << LoadError(folder);
}

TEST(LoadPolicy, ReadsAChatTemplateOfItsOwnFile) {
  const std::string folder = FreshFolder() + "/saved";
  SavePolicy(folder, TinyPolicy());
  WriteFileAtomically(folder + "/chat_template.jinja", "newer");
  EXPECT_EQ(LoadPolicy(folder, at::kFloat).chat_template, "newer");
  fs::remove(folder + "/chat_template.jinja");
  fs::remove(folder + "/tokenizer_config.json");
  EXPECT_EQ(LoadPolicy(folder, at::kFloat).chat_template, "");
}

TEST(LoadPolicy, StopsWhereGenerationConfigSays) {
  const std::string folder = FreshFolder() + "/saved";
  Policy policy = TinyPolicy();
  policy.eos_token = "H";
  policy.generation = GenerationConfigFromJson(R"({"eos_token_id": [3, 1], "top_p": 0.8, "max_length": 9})", "here");
  SavePolicy(folder, policy);
  const Policy loaded = LoadPolicy(folder, at::kFloat);
  EXPECT_EQ(loaded.config().eos_ids, (std::vector<int64_t>{3, 1}));
  EXPECT_EQ(LoadWeights(folder, at::kFloat).config().eos_ids, (std::vector<int64_t>{3, 1}));
  EXPECT_EQ(json::parse(ReadFile(folder + "/config.json"))["eos_token_id"], 1);
  EXPECT_EQ(json::parse(ReadFile(folder + "/tokenizer_config.json"))["eos_token"], "H");
  ASSERT_TRUE(loaded.generation.has_value());
  EXPECT_EQ(loaded.generation->top_p, 0.8);
  const std::string written = ReadFile(folder + "/generation_config.json");
  SavePolicy(folder, loaded);
  EXPECT_EQ(ReadFile(folder + "/generation_config.json"), written);
  EXPECT_EQ(json::parse(ReadFile(folder + "/tokenizer_config.json"))["eos_token"], "H");
  // Without ids of its own, those of config.json.
  WriteFileAtomically(folder + "/generation_config.json", R"({"temperature": 0.6})");
  WriteFileAtomically(folder + "/config.json", LlamaConfigToJson(policy.config()));
  EXPECT_EQ(LoadPolicy(folder, at::kFloat).config().eos_ids, std::vector<int64_t>{1});
}

TEST(LoadPolicy, ReadsEosTokensInBothForms) {
  const std::string folder = FreshFolder() + "/saved";
  SavePolicy(folder, TinyPolicy());
  for (const char* text : {R"({"eos_token": "<e>"})", R"({"eos_token": {"content": "<e>", "lstrip": false}})"}) {
    WriteFileAtomically(folder + "/tokenizer_config.json", text);
    EXPECT_EQ(LoadPolicy(folder, at::kFloat).eos_token, "<e>");
  }
}

// Every dtype of a file, in every dtype of the memory: the numbers are those of the file, rounded once.
TEST(LoadPolicy, ConvertsBetweenFloatTypes) {
  const at::ScalarType kTypes[] = {at::kFloat, at::kBFloat16, at::kHalf, at::kDouble};
  for (const auto& [name, config] : TinyConfigs()) {
    for (const auto stored : kTypes) {
      const std::string folder = FreshFolder() + "/saved";
      const Policy policy = TinyPolicy(config);
      SavePolicy(folder, policy, stored);
      EXPECT_EQ(SafetensorsFile(folder + "/model.safetensors").Load("model.norm.weight").scalar_type(), stored);
      const at::Tensor flat = policy.weights.flat().to(stored);
      for (const auto dtype : kTypes) {
        const LlamaWeights loaded = LoadWeights(folder, dtype);
        EXPECT_EQ(loaded.flat().scalar_type(), dtype);
        EXPECT_TRUE(loaded.flat().equal(flat.to(dtype))) << name << ", " << stored << " as " << dtype;
      }
      EXPECT_TRUE(LoadPolicy(folder, at::kHalf).weights.flat().equal(flat.to(at::kHalf))) << name;
    }
  }
}

TEST(SavePolicy, SaysWhichTypeItWrote) {
  const std::string folder = FreshFolder() + "/saved";
  const std::pair<at::ScalarType, const char*> kNames[] = {
      {at::kFloat, "float32"}, {at::kBFloat16, "bfloat16"}, {at::kHalf, "float16"}};
  for (const auto& [dtype, name] : kNames) {
    SavePolicy(folder, TinyPolicy(), dtype);
    EXPECT_EQ(json::parse(ReadFile(folder + "/config.json"))["torch_dtype"], name);
  }
  // float16 ends at 65504: nothing is saved as infinity, and the older policy stays.
  const Policy large = TinyPolicy();
  large.weights.flat()[0] = 70000.0;
  try {
    SavePolicy(folder, large, at::kHalf);
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), folder +
                                ": tensor 'model.embed_tokens.weight' holds 70000.000000; allowed: what Half can "
                                "hold");
  }
  EXPECT_TRUE(
      LoadPolicy(folder, at::kFloat).weights.flat().equal(TinyPolicy().weights.flat().to(at::kHalf).to(at::kFloat)));
}

TEST(LoadWeights, NeedsNoTokenizer) {
  const std::string folder = FreshFolder() + "/saved";
  SavePolicy(folder, TinyPolicy());
  fs::remove(folder + "/tokenizer.json");
  fs::remove(folder + "/tokenizer_config.json");
  EXPECT_TRUE(LoadWeights(folder, at::kFloat).flat().equal(TinyPolicy().weights.flat()));
  EXPECT_EQ(LoadError(folder), folder + "/tokenizer.json: cannot be read: No such file or directory");
}

}  // namespace
}  // namespace suite
