// Python's transformers loaded the policies that we saved and gave these logits
// (tests/transformers_loads_our_checkpoint.py). Here the same policies are saved again: byte by byte the same files, so
// transformers would load them today; and our own logits are its logits.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "base/files.h"
#include "base/hash.h"
#include "models/llama/tiny_llama.h"
#include "models/policy/policy_folder.h"
#include "models/policy/tiny_policy.h"
#include "tests/recorded/record.h"

namespace suite {
namespace {

using nlohmann::json;

TEST(RecordedCheckpoints, AreStillSavedAndScoredAlike) {
  const json record = recorded::ReadRecord("checkpoints.json");
  std::set<std::string> model_types;
  ASSERT_EQ(record.at("policies").size(), TinyConfigs().size());
  for (const auto& [name, config] : TinyConfigs()) {
    SCOPED_TRACE(name + ", recorded by: " + record.at("command").get<std::string>());
    const json& entry = record.at("policies").at(name);
    const std::string folder = testing::TempDir() + "/recorded_" + name;
    SavePolicy(folder, TinyPolicy(config));
    json files = json::object();
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      files[file.path().filename().string()] = Sha256Hex(ReadFile(file.path().string()));
    }
    EXPECT_EQ(files, entry.at("files"));
    recorded::ExpectLogits(LoadWeights(folder, at::kFloat), entry.at("ids"), entry);
    model_types.insert(config.model_type);
  }
  EXPECT_EQ(model_types, (std::set<std::string>{"llama", "qwen2", "qwen3"}));
}

}  // namespace
}  // namespace suite
