#include "models/checkpoints/generation_config.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace suite {
namespace {

// Qwen2.5-0.5B-Instruct's values.
constexpr const char* kQwen = R"({
  "bos_token_id": 151643,
  "do_sample": true,
  "eos_token_id": [
    151645,
    151643
  ],
  "pad_token_id": 151643,
  "repetition_penalty": 1.1,
  "temperature": 0.7,
  "top_k": 20,
  "top_p": 0.8,
  "transformers_version": "4.37.0"
}
)";

TEST(GenerationConfig, ReadsAndWritesBackEveryKey) {
  const GenerationConfig config = GenerationConfigFromJson(kQwen, "g.json");
  EXPECT_EQ(config.bos_id, 151643);
  EXPECT_EQ(config.eos_ids, (std::vector<int64_t>{151645, 151643}));
  EXPECT_EQ(config.pad_id, 151643);
  EXPECT_EQ(config.do_sample, true);
  EXPECT_EQ(config.temperature, 0.7);
  EXPECT_EQ(config.top_p, 0.8);
  EXPECT_EQ(config.top_k, 20);
  EXPECT_EQ(GenerationConfigToJson(config), kQwen);
}

TEST(GenerationConfig, KeysMayBeAbsentNullOrOneId) {
  const GenerationConfig config =
      GenerationConfigFromJson(R"({"eos_token_id": 2, "temperature": null, "cache_implementation": {"a": []}})", "g");
  EXPECT_EQ(config.eos_ids, std::vector<int64_t>{2});
  EXPECT_FALSE(config.temperature || config.top_p || config.top_k || config.do_sample || config.bos_id);
  EXPECT_EQ(GenerationConfigToJson(config),
            "{\n  \"cache_implementation\": {\n    \"a\": []\n  },\n  \"eos_token_id\": 2\n}\n");
  EXPECT_EQ(GenerationConfigToJson({}), "{}\n");
}

// What other programs write for no padding token and for no limit; of several padding tokens the first serves.
TEST(GenerationConfig, TakesNoPaddingNoLimitAndLists) {
  GenerationConfig config = GenerationConfigFromJson(R"({"pad_token_id": -1, "bos_token_id": -1, "top_k": -1})", "g");
  EXPECT_EQ(config.pad_id, std::nullopt);
  EXPECT_EQ(config.bos_id, std::nullopt);
  EXPECT_EQ(config.top_k, 0);
  config = GenerationConfigFromJson(R"({"pad_token_id": [7, 8]})", "g");
  EXPECT_EQ(config.pad_id, 7);
  EXPECT_EQ(GenerationConfigToJson(config), "{\n  \"pad_token_id\": 7\n}\n");
}

TEST(GenerationConfig, NamesWhatIsWrong) {
  const std::pair<const char*, const char*> kCases[] = {
      {"[]", "g.json: is []; allowed: a JSON object"},
      {R"({"eos_token_id": "</s>"})", "g.json: eos_token_id: is \"</s>\"; allowed: a token id or a list of them"},
      {R"({"eos_token_id": [1, -2]})", "g.json: eos_token_id: is [1,-2]; allowed: a token id or a list of them"},
      {R"({"pad_token_id": -2})", "g.json: pad_token_id: is -2; allowed: a token id or a list of them"},
      {R"({"do_sample": 1})", "g.json: do_sample: is 1; allowed: true, false"},
      {R"({"temperature": "hot"})", "g.json: temperature: is \"hot\"; allowed: a number from 0"},
      {R"({"temperature": -0.5})", "g.json: temperature: is -0.5; allowed: a number from 0"},
      {R"({"top_p": 1.5})", "g.json: top_p: is 1.5; allowed: a number from 0 to 1"},
      {R"({"top_k": 2.5})", "g.json: top_k: is 2.5; allowed: a whole number from 0"},
      {R"({"top_k": -2})", "g.json: top_k: is -2; allowed: a whole number from 0"},
  };
  for (const auto& [text, message] : kCases) {
    try {
      GenerationConfigFromJson(text, "g.json");
      ADD_FAILURE() << text << " was accepted";
    } catch (const InputError& error) {
      EXPECT_STREQ(error.what(), message);
    }
  }
}

}  // namespace
}  // namespace suite
