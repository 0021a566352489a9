#include "models/policy_folder.h"

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "models/safetensors.h"
#include "models/tiny_llama.h"
#include "models/tokenizer/bpe_trainer.h"

namespace suite {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kTemplate = "{% for m in messages %}{{ m['content'] }}<|end|>{% endfor %}";

Tokenizer SmallTokenizer() {
  BpeTrainerConfig config;
  config.vocab_size = 29;
  config.all_bytes = false;
  config.special_tokens = {"<|pad|>", "<|end|>"};
  return TrainBpe({"Heat (1995)\nAlien (1979)\n"}, config);
}

Policy SmallPolicy(LlamaConfig config = TinyConfig(), at::ScalarType dtype = at::kFloat) {
  config.eos_ids = {1};
  config.pad_id = 0;
  return {TinyWeights(config, 1, dtype), SmallTokenizer(), kTemplate};
}

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
      const Policy policy = SmallPolicy(config, dtype);
      SavePolicy(folder, policy);
      const Policy loaded = LoadPolicy(folder, dtype);
      EXPECT_TRUE(loaded.weights.flat().equal(policy.weights.flat())) << name;
      EXPECT_EQ(LlamaConfigToJson(loaded.config()), LlamaConfigToJson(policy.config())) << name;
      EXPECT_EQ(loaded.chat_template, kTemplate);
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
    SavePolicy(parent + "/" + name, SmallPolicy());
  EXPECT_EQ(Entries(parent), (std::vector<std::string>{"deep", "dot", "new", "slash"}));
  EXPECT_EQ(Entries(parent + "/deep/er"), (std::vector<std::string>{"new"}));
  for (const std::string name : {"new", "slash", "deep/er/new", "dot"}) {
    EXPECT_EQ(Entries(parent + "/" + name), (std::vector<std::string>{"config.json", "model.safetensors",
                                                                      "tokenizer.json", "tokenizer_config.json"}));
  }
}

TEST(SavePolicy, ReplacesAnOlderPolicyAndRefusesAnythingElse) {
  const std::string parent = FreshFolder();
  SavePolicy(parent + "/old", SmallPolicy(TinyConfigs()[1].config));
  WriteFileAtomically(parent + "/old/model.safetensors.index.json", "{}");  // of an older form: must not stay behind
  SavePolicy(parent + "/old", SmallPolicy());
  EXPECT_TRUE(LoadPolicy(parent + "/old", at::kFloat).config().tie_embeddings);
  EXPECT_EQ(Entries(parent + "/old").size(), 4u);
  fs::create_directories(parent + "/empty");
  SavePolicy(parent + "/empty", SmallPolicy());
  fs::create_directories(parent + "/thesis");
  WriteFileAtomically(parent + "/thesis/chapter1.tex", "years of work");
  WriteFileAtomically(parent + "/file", "");
  for (const std::string name : {"thesis", "file"}) {
    try {
      SavePolicy(parent + "/" + name, SmallPolicy());
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
  EXPECT_THROW(SavePolicy(parent + "/file/policy", SmallPolicy()), InputError);
  Policy broken = SmallPolicy();  // fails at the last of the files
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
  const Policy policy = SmallPolicy(TinyConfigs().back().config);
  SavePolicy(folder, policy);
  Shard(folder);
  EXPECT_TRUE(LoadPolicy(folder, at::kFloat).weights.flat().equal(policy.weights.flat()));
  const std::string second = folder + "/model-00002-of-00002.safetensors";
  fs::copy_file(second, folder + "/model-00001-of-00002.safetensors", fs::copy_options::overwrite_existing);
  EXPECT_NE(LoadError(folder).find(second + ": tensor '"), std::string::npos) << LoadError(folder);
  EXPECT_NE(LoadError(folder).find("' is in another shard too"), std::string::npos) << LoadError(folder);
  fs::remove(second);
  EXPECT_EQ(LoadError(folder), second + ": cannot be read: No such file or directory");
}

TEST(LoadPolicy, ReadsAChatTemplateOfItsOwnFile) {
  const std::string folder = FreshFolder() + "/saved";
  SavePolicy(folder, SmallPolicy());
  WriteFileAtomically(folder + "/chat_template.jinja", "newer");
  EXPECT_EQ(LoadPolicy(folder, at::kFloat).chat_template, "newer");
  fs::remove(folder + "/chat_template.jinja");
  fs::remove(folder + "/tokenizer_config.json");
  EXPECT_EQ(LoadPolicy(folder, at::kFloat).chat_template, "");
}

TEST(LoadPolicy, NamesWhatIsWrong) {
  const std::string folder = FreshFolder() + "/saved";
  const auto weights_with = [](const std::function<void(NamedTensors&)>& change) {
    return [change](const std::string& f) {
      NamedTensors named = SmallPolicy().weights.Parameters();
      change(named);
      WriteSafetensors(f + "/model.safetensors", named);
    };
  };
  const auto text = [](const std::string& file, const std::string& bytes) {
    return [file, bytes](const std::string& f) { WriteFileAtomically(f + "/" + file, bytes); };
  };
  const auto index = [&](const std::string& bytes) {
    return [bytes](const std::string& f) {
      fs::remove(f + "/model.safetensors");
      WriteFileAtomically(f + "/model.safetensors.index.json", bytes);
    };
  };
  const std::pair<std::function<void(const std::string&)>, std::string> kCases[] = {
      {[](const std::string& f) { fs::remove_all(f); }, ": is not a folder; allowed: a Hugging Face model folder"},
      {[](const std::string& f) { fs::remove(f + "/config.json"); },
       "/config.json: cannot be read: No such file or directory"},
      {[](const std::string& f) { fs::remove(f + "/tokenizer.json"); },
       "/tokenizer.json: cannot be read: No such file or directory"},
      {[](const std::string& f) { fs::remove(f + "/model.safetensors"); },
       ": has no weights; allowed: model.safetensors, or shards with model.safetensors.index.json"},
      {text("config.json", "{}"), "/config.json: model_type: is ''; allowed: llama, qwen2"},
      {text("model.safetensors", "damaged, surely"), "/model.safetensors: header of"},
      {text("tokenizer_config.json", "[]"), "/tokenizer_config.json: is not a JSON object"},
      {weights_with([](NamedTensors& named) { named.pop_back(); }), ": tensor 'model.norm.weight' is missing"},
      {weights_with([](NamedTensors& named) { named.emplace_back("extra", at::zeros({2})); }),
       ": tensor 'extra' is not part of this architecture"},
      {weights_with([](NamedTensors& named) { named.back().second = at::zeros({13}); }),
       ": tensor 'model.norm.weight' has shape [13]; allowed: [12]"},
      {index("[]"),
       "/model.safetensors.index.json: has no object 'weight_map'; allowed: tensor names and the shard each is in"},
      {index(R"({"weight_map": {"a": "../other.safetensors"}})"),
       "/model.safetensors.index.json: tensor 'a' is in \"../other.safetensors\"; allowed: a file name of the same "
       "folder"},
      {index(R"({"weight_map": {}})"), ": tensor 'model.embed_tokens.weight' is missing"},
  };
  for (const auto& [damage, message] : kCases) {
    fs::remove_all(folder);
    SavePolicy(folder, SmallPolicy());
    damage(folder);
    const std::string expected = folder + message;
    EXPECT_EQ(LoadError(folder).substr(0, expected.size()), expected);
  }
}

TEST(LoadPolicy, RefusesATokenizerLargerThanTheModel) {
  const std::string folder = FreshFolder() + "/saved";
  LlamaConfig config = TinyConfig();
  config.vocab_size = 5;
  SavePolicy(folder, SmallPolicy(config));
  const auto tokens = std::to_string(SmallTokenizer().vocab_size());
  EXPECT_EQ(LoadError(folder),
            folder + ": tokenizer.json has " + tokens + " tokens; allowed: at most config.json's vocab_size of 5");
}

}  // namespace
}  // namespace suite
