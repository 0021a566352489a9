#include "models/llama/config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>
#include <variant>

#include "base/error.h"
#include "models/llama/rope_scaling.h"

namespace suite {
namespace {

using nlohmann::json;

// Qwen2.5-0.5B-Instruct, as published.
const char* kQwen = R"({
  "architectures": ["Qwen2ForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 151643, "eos_token_id": 151645,
  "hidden_act": "silu", "hidden_size": 896, "initializer_range": 0.02, "intermediate_size": 4864,
  "max_position_embeddings": 32768, "max_window_layers": 21, "model_type": "qwen2", "num_attention_heads": 14,
  "num_hidden_layers": 24, "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
  "sliding_window": 32768, "tie_word_embeddings": true, "torch_dtype": "bfloat16", "use_cache": true,
  "use_sliding_window": false, "vocab_size": 151936})";

// Llama-3.2-1B-Instruct, as published.
const char* kLlama = R"({
  "architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 128000,
  "eos_token_id": [128001, 128008, 128009], "head_dim": 64, "hidden_act": "silu", "hidden_size": 2048,
  "initializer_range": 0.02, "intermediate_size": 8192, "max_position_embeddings": 131072, "mlp_bias": false,
  "model_type": "llama", "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8,
  "pretraining_tp": 1, "rms_norm_eps": 1e-05,
  "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                   "original_max_position_embeddings": 8192, "rope_type": "llama3"},
  "rope_theta": 500000.0, "tie_word_embeddings": true, "torch_dtype": "bfloat16", "use_cache": true,
  "vocab_size": 128256})";

// Qwen3-0.6B, as published.
const char* kQwen3 = R"({
  "architectures": ["Qwen3ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 151643,
  "eos_token_id": 151645, "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024, "initializer_range": 0.02,
  "intermediate_size": 3072, "max_position_embeddings": 40960, "max_window_layers": 28, "model_type": "qwen3",
  "num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 8, "rms_norm_eps": 1e-06,
  "rope_scaling": null, "rope_theta": 1000000, "sliding_window": null, "tie_word_embeddings": true,
  "torch_dtype": "bfloat16", "use_cache": true, "use_sliding_window": false, "vocab_size": 151936})";

// SmolLM2-135M-Instruct, as published, with its rope_scaling of null.
const char* kSmol = R"({
  "architectures": ["LlamaForCausalLM"], "attention_bias": false, "bos_token_id": 1, "eos_token_id": 2,
  "hidden_act": "silu", "hidden_size": 576, "intermediate_size": 1536, "is_llama_config": true,
  "max_position_embeddings": 8192, "mlp_bias": false, "model_type": "llama", "num_attention_heads": 9,
  "num_hidden_layers": 30, "num_key_value_heads": 3, "pad_token_id": 2, "rms_norm_eps": 1e-05,
  "rope_interleaved": false, "rope_scaling": null, "rope_theta": 100000, "tie_word_embeddings": true,
  "torch_dtype": "bfloat16", "vocab_size": 49152})";

TEST(LlamaConfigFromJson, ReadsQwen) {
  const LlamaConfig config = LlamaConfigFromJson(kQwen, "config.json");
  EXPECT_EQ(config.model_type, "qwen2");
  EXPECT_EQ(config.hidden_size, 896);
  EXPECT_EQ(config.layers, 24);
  EXPECT_EQ(config.heads, 14);
  EXPECT_EQ(config.kv_heads, 2);
  EXPECT_EQ(config.head_dim, 64);  // 896 / 14
  EXPECT_EQ(config.intermediate_size, 4864);
  EXPECT_EQ(config.vocab_size, 151936);
  EXPECT_EQ(config.max_positions, 32768);
  EXPECT_EQ(config.rms_norm_eps, 1e-6);
  EXPECT_EQ(config.rope_theta, 1e6);
  EXPECT_FALSE(config.rope_scaling.has_value());
  EXPECT_TRUE(config.tie_embeddings);
  EXPECT_TRUE(config.qkv_bias);
  EXPECT_FALSE(config.output_bias);
  EXPECT_FALSE(config.mlp_bias);
  EXPECT_EQ(config.bos_id, 151643);
  EXPECT_EQ(config.eos_ids, std::vector<int64_t>{151645});
  EXPECT_EQ(config.pad_id, std::nullopt);
  EXPECT_EQ(config.qkv_size(), 18 * 64);
  EXPECT_EQ(config.heads_per_kv_head(), 7);
}

TEST(LlamaConfigFromJson, ReadsLlama) {
  const LlamaConfig config = LlamaConfigFromJson(kLlama, "config.json");
  EXPECT_EQ(config.model_type, "llama");
  EXPECT_FALSE(config.qkv_bias);
  EXPECT_EQ(config.rms_norm_eps, 1e-5);
  EXPECT_EQ(config.rope_theta, 500000.0);
  ASSERT_TRUE(config.rope_scaling.has_value());
  EXPECT_EQ(std::get<Llama3RopeScaling>(*config.rope_scaling).factor, 32.0);
  EXPECT_EQ(std::get<Llama3RopeScaling>(*config.rope_scaling).low_freq_factor, 1.0);
  EXPECT_EQ(std::get<Llama3RopeScaling>(*config.rope_scaling).high_freq_factor, 4.0);
  EXPECT_EQ(std::get<Llama3RopeScaling>(*config.rope_scaling).original_max_positions, 8192);
  EXPECT_EQ(config.eos_ids, (std::vector<int64_t>{128001, 128008, 128009}));
}

TEST(LlamaConfigFromJson, ReadsQwen3) {
  LlamaConfig config = LlamaConfigFromJson(kQwen3, "config.json");
  EXPECT_EQ(config.model_type, "qwen3");
  EXPECT_TRUE(config.qk_norm);
  EXPECT_EQ(config.head_dim, 128);  // not 1024 / 16
  EXPECT_FALSE(config.qkv_bias || config.output_bias || config.mlp_bias);
  json object = json::parse(kQwen3);
  object.erase("head_dim");
  EXPECT_EQ(LlamaConfigFromJson(object.dump(), "config.json").head_dim, 128);
  object["attention_bias"] = true;
  config = LlamaConfigFromJson(object.dump(), "config.json");
  EXPECT_TRUE(config.qkv_bias && config.output_bias);
  EXPECT_FALSE(LlamaConfigFromJson(kQwen, "config.json").qk_norm);
}

TEST(LlamaConfigFromJson, ReadsSmolLM) {
  const LlamaConfig config = LlamaConfigFromJson(kSmol, "config.json");
  EXPECT_EQ(config.head_dim, 64);
  EXPECT_EQ(config.rope_theta, 100000.0);  // written as a whole number
  EXPECT_FALSE(config.rope_scaling.has_value());
  EXPECT_EQ(config.pad_id, 2);
}

// The keys that transformers itself leaves to defaults.
TEST(LlamaConfigFromJson, FillsInTransformersDefaults) {
  const LlamaConfig config = LlamaConfigFromJson(
      R"({"model_type": "llama", "hidden_size": 48, "num_hidden_layers": 1, "num_attention_heads": 4,
          "intermediate_size": 9, "vocab_size": 7, "attention_bias": true})",
      "config.json");
  EXPECT_EQ(config.kv_heads, 4);
  EXPECT_EQ(config.head_dim, 12);
  EXPECT_EQ(config.rms_norm_eps, 1e-6);
  EXPECT_EQ(config.rope_theta, 10000.0);
  EXPECT_FALSE(config.tie_embeddings);
  EXPECT_TRUE(config.qkv_bias);
  EXPECT_TRUE(config.output_bias);
}

// transformers 5 writes all rotary settings into one object.
TEST(LlamaConfigFromJson, ReadsRopeParametersOfTransformers5) {
  json object = json::parse(kLlama);
  object["rope_parameters"] = object["rope_scaling"];
  object["rope_parameters"]["rope_theta"] = object["rope_theta"];
  object.erase("rope_scaling");
  object.erase("rope_theta");
  const LlamaConfig config = LlamaConfigFromJson(object.dump(), "config.json");
  EXPECT_EQ(config.rope_theta, 500000.0);
  ASSERT_TRUE(config.rope_scaling.has_value());
  EXPECT_EQ(std::get<Llama3RopeScaling>(*config.rope_scaling).factor, 32.0);
  object["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 7000}};
  EXPECT_EQ(LlamaConfigFromJson(object.dump(), "config.json").rope_theta, 7000.0);
  EXPECT_FALSE(LlamaConfigFromJson(object.dump(), "config.json").rope_scaling.has_value());
}

// Of Mistral-7B-Instruct-v0.3, which has no sliding window, the keys that matter here.
json Mistral() {
  return json::parse(R"({
    "architectures": ["MistralForCausalLM"], "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu",
    "hidden_size": 4096, "intermediate_size": 14336, "max_position_embeddings": 32768, "model_type": "mistral",
    "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8, "rms_norm_eps": 1e-05,
    "rope_theta": 1000000.0, "sliding_window": null, "tie_word_embeddings": false, "vocab_size": 32768})");
}

TEST(LlamaConfigFromJson, ReadsMistralWhereItsWindowIsNotInUse) {
  json object = Mistral();
  object["attention_bias"] = true;  // a key that Mistral does not know
  const LlamaConfig config = LlamaConfigFromJson(object.dump(), "config.json");
  EXPECT_EQ(config.model_type, "mistral");
  EXPECT_EQ(config.head_dim, 128);
  EXPECT_FALSE(config.qkv_bias || config.output_bias || config.mlp_bias || config.qk_norm || config.tie_embeddings);
  const json written = json::parse(LlamaConfigToJson(config));
  EXPECT_EQ(written["architectures"], json{"MistralForCausalLM"});
  EXPECT_TRUE(written.contains("sliding_window") && written["sliding_window"].is_null());
  object["sliding_window"] = 32768;
  EXPECT_NO_THROW(LlamaConfigFromJson(object.dump(), "config.json"));
  const auto error_of = [&] {
    try {
      LlamaConfigFromJson(object.dump(), "config.json");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  const std::string end =
      ", which max_position_embeddings 32768 is beyond; sliding-window attention is not supported; allowed: null, or a "
      "max_position_embeddings of at most the window, within which it changes nothing";
  object["sliding_window"] = 4095;
  EXPECT_EQ(error_of(), "config.json: sliding_window: is 4095" + end);
  object.erase("sliding_window");
  EXPECT_EQ(error_of(), "config.json: sliding_window: is 4096 by default" + end);
  object["max_position_embeddings"] = 4096;
  EXPECT_EQ(error_of(), "accepted");
}

TEST(LlamaConfigFromJson, ReadsEachWayOfStretchingPositions) {
  const auto read = [](const json& scaling) {
    json object = json::parse(kSmol), newer = object;
    object["rope_scaling"] = scaling;
    const LlamaConfig config = LlamaConfigFromJson(object.dump(), "config.json");
    newer["rope_parameters"] = scaling;
    newer["rope_parameters"]["rope_theta"] = 100000;
    newer.erase("rope_theta");
    EXPECT_EQ(LlamaConfigToJson(LlamaConfigFromJson(newer.dump(), "config.json")), LlamaConfigToJson(config));
    const std::string written = LlamaConfigToJson(config);
    EXPECT_EQ(LlamaConfigToJson(LlamaConfigFromJson(written, "written")), written);
    return config.rope_scaling.value();
  };
  EXPECT_EQ(std::get<LinearRopeScaling>(read({{"type", "linear"}, {"factor", 2}})).factor, 2.0);
  EXPECT_EQ(std::get<DynamicRopeScaling>(read({{"rope_type", "dynamic"}, {"factor", 4.5}})).factor, 4.5);
  YarnRopeScaling yarn = std::get<YarnRopeScaling>(read({{"rope_type", "yarn"}, {"factor", 4}}));
  EXPECT_EQ(yarn.original_max_positions, 8192);  // max_position_embeddings
  EXPECT_EQ(yarn.beta_fast, 32.0);
  EXPECT_EQ(yarn.beta_slow, 1.0);
  EXPECT_TRUE(yarn.truncate);
  EXPECT_DOUBLE_EQ(yarn.attention_factor, 0.1 * std::log(4) + 1);
  yarn = std::get<YarnRopeScaling>(
      read({{"rope_type", "yarn"}, {"factor", 4}, {"mscale", 1.2}, {"mscale_all_dim", 0.8}, {"truncate", false}}));
  EXPECT_FALSE(yarn.truncate);
  EXPECT_DOUBLE_EQ(yarn.attention_factor, (0.12 * std::log(4) + 1) / (0.08 * std::log(4) + 1));
  yarn = std::get<YarnRopeScaling>(read({{"rope_type", "yarn"}, {"factor", 4}, {"attention_factor", 0.5}}));
  EXPECT_EQ(yarn.attention_factor, 0.5);
}

// As old configs write it; transformers 5 and some fine-tunes write lists.
TEST(LlamaConfigFromJson, APaddingTokenMayBeNoneOrInAList) {
  json object = json::parse(kSmol);
  object["pad_token_id"] = -1;
  object["bos_token_id"] = -1;
  EXPECT_EQ(LlamaConfigFromJson(object.dump(), "config.json").pad_id, std::nullopt);
  EXPECT_EQ(LlamaConfigFromJson(object.dump(), "config.json").bos_id, std::nullopt);
  object["pad_token_id"] = {5, 6};
  EXPECT_EQ(LlamaConfigFromJson(object.dump(), "config.json").pad_id, 5);
}

TEST(LlamaConfigToJson, RoundTrips) {
  for (const char* text : {kQwen, kQwen3, kLlama, kSmol}) {
    const LlamaConfig config = LlamaConfigFromJson(text, "config.json");
    const std::string written = LlamaConfigToJson(config, "bfloat16");
    EXPECT_EQ(LlamaConfigToJson(LlamaConfigFromJson(written, "written"), "bfloat16"), written);
    // Every key that we write has the published value, where there is one.
    const json original = json::parse(text), mine = json::parse(written);
    for (const auto& [key, value] : mine.items()) {
      if (original.contains(key)) {
        EXPECT_EQ(value, original[key]) << key;
      }
    }
    EXPECT_EQ(mine["architectures"], original["architectures"]);
    EXPECT_EQ(mine["head_dim"], text == kQwen3 ? 128 : 64);
  }
}

struct BadConfig {
  const char* key;
  json value;  // a discarded value: the key is taken out
  const char* message;
};

json Absent() { return json(json::value_t::discarded); }

TEST(LlamaConfigFromJson, NamesWhatIsWrong) {
  const BadConfig kBad[] = {
      {"model_type", "gemma", "x/config.json: model_type: is 'gemma'; allowed: llama, mistral, qwen2, qwen3"},
      {"model_type", Absent(), "x/config.json: model_type: is ''; allowed: llama, mistral, qwen2, qwen3"},
      {"model_type", 3, "x/config.json: model_type: is 3; allowed: a string"},
      {"hidden_act", "gelu", "x/config.json: hidden_act: is 'gelu'; allowed: silu"},
      {"use_sliding_window", true,
       "x/config.json: use_sliding_window: is true; sliding-window attention is not "
       "supported; allowed: false"},
      {"hidden_size", Absent(), "x/config.json: has no key 'hidden_size'; allowed: an object with it"},
      {"hidden_size", nullptr, "x/config.json: has no key 'hidden_size'; allowed: an object with it"},
      {"hidden_size", 0, "x/config.json: hidden_size: is 0; allowed: a whole number from 1 to 2^31 - 1"},
      {"hidden_size", -64, "x/config.json: hidden_size: is -64; allowed: a whole number from 1 to 2^31 - 1"},
      {"hidden_size", 64.5, "x/config.json: hidden_size: is 64.5; allowed: a whole number from 1 to 2^31 - 1"},
      {"hidden_size", "64", "x/config.json: hidden_size: is \"64\"; allowed: a whole number from 1 to 2^31 - 1"},
      {"vocab_size", 18446744073709551615u,
       "x/config.json: vocab_size: is 18446744073709551615; allowed: a whole number from 1 to 2^31 - 1"},
      {"num_hidden_layers", Absent(), "x/config.json: has no key 'num_hidden_layers'; allowed: an object with it"},
      {"num_key_value_heads", 5,
       "x/config.json: num_key_value_heads: is 5; allowed: a divisor of num_attention_heads 32"},
      {"num_key_value_heads", 64,
       "x/config.json: num_key_value_heads: is 64; allowed: a divisor of num_attention_heads 32"},
      {"head_dim", 63, "x/config.json: head_dim: head dimension 63; allowed: an even number (rotary pairs)"},
      {"rms_norm_eps", 0, "x/config.json: rms_norm_eps: is 0; allowed: a number above 0"},
      {"rope_theta", "big", "x/config.json: rope_theta: is \"big\"; allowed: a number above 0"},
      {"tie_word_embeddings", "yes", "x/config.json: tie_word_embeddings: is \"yes\"; allowed: true, false"},
      {"eos_token_id", -1, "x/config.json: eos_token_id: is -1; allowed: a token id or a list of them"},
      {"eos_token_id", {1, "a"}, "x/config.json: eos_token_id: is [1,\"a\"]; allowed: a token id or a list of them"},
      {"rope_scaling", 3, "x/config.json: rope_scaling: is 3; allowed: a JSON object"},
      {"rope_scaling",
       {{"rope_type", "longrope"}},
       "x/config.json: rope_scaling: rope_type: is 'longrope'; allowed: default, linear, dynamic, yarn, llama3"},
      {"rope_scaling",
       {{"rope_type", "yarn"}},
       "x/config.json: rope_scaling: has no key 'factor'; allowed: an object with it"},
      {"rope_scaling",
       {{"type", "linear"}, {"factor", -2}},
       "x/config.json: rope_scaling: factor: is -2; allowed: a number above 0"},
      {"rope_parameters",
       {{"rope_type", "default"}, {"partial_rotary_factor", 0.5}},
       "x/config.json: rope_parameters: partial_rotary_factor: is 0.5; allowed: 1.0"},
      {"partial_rotary_factor", 0.25, "x/config.json: partial_rotary_factor: is 0.25; allowed: 1.0"},
      {"pad_token_id", -2, "x/config.json: pad_token_id: is -2; allowed: a token id or a list of them"},
      {"quantization_config",
       {{"quant_method", "gptq"}},
       "x/config.json: quantization_config: is there: a quantised checkpoint; allowed: weights as float32, bfloat16, "
       "float16 or float64"},
      {"layer_types",
       {"full_attention", "sliding_attention"},
       "x/config.json: layer_types: has sliding_attention, which is not supported; allowed: full_attention alone"},
      {"rope_scaling",
       {{"rope_type", "llama3"}, {"factor", 8}},
       "x/config.json: rope_scaling: has no key 'low_freq_factor'; allowed: an object with it"},
  };
  for (const BadConfig& bad : kBad) {
    json object = json::parse(kLlama);
    object[bad.key] = bad.value;
    if (bad.value.is_discarded()) object.erase(bad.key);
    try {
      LlamaConfigFromJson(object.dump(), "x/config.json");
      ADD_FAILURE() << bad.key << " was accepted; expected: " << bad.message;
    } catch (const InputError& error) {
      EXPECT_STREQ(error.what(), bad.message);
    }
  }
}

TEST(LlamaConfigFromJson, RefusesWhatLeavesNoHead) {
  json object = json::parse(kLlama);
  object.erase("head_dim");
  object["hidden_size"] = 16;  // fewer than the 32 heads
  EXPECT_THROW(LlamaConfigFromJson(object.dump(), "config.json"), InputError);
}

TEST(LlamaConfigFromJson, RefusesFactorsThatCross) {
  json object = json::parse(kLlama);
  object["rope_scaling"]["high_freq_factor"] = 1.0;
  EXPECT_THROW(LlamaConfigFromJson(object.dump(), "config.json"), InputError);
}

TEST(LlamaConfigFromJson, RefusesTextThatIsNoObject) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "config.json: parse error at line 1, column 1: "},
      {"[]", "config.json: is []; allowed: a JSON object"},
      {"{", "config.json: parse error at line 1, column 2: "},
      {"null", "config.json: is null; allowed: a JSON object"},
      {"\xff", "config.json: byte 1 is not UTF-8; allowed: UTF-8 text"},
      {"{\"model_type\": \"llama\"} more", "config.json: parse error at line 1, column 25: "},
      {"{\"a\": 1, \"b\": {\"a\": 2}, \"a\": 3}",
       "config.json: the key 'a' is given twice in one object; allowed: each key once"},
      {"{\"rope_theta\": NaN}", "config.json: NaN at line 1, column 16; allowed: finite numbers: JSON has no other"},
      {"{\"rope_theta\": 1e999}", "config.json: number overflow parsing '1e999'; allowed: JSON"}};
  for (const auto& [text, message] : kCases) {
    try {
      LlamaConfigFromJson(text, "config.json");
      ADD_FAILURE() << text;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).substr(0, std::string(message).size()), message);
    }
  }
}

// Products of sizes that no memory holds, and that no 64 bits would.
TEST(LlamaConfigFromJson, RefusesAbsurdSizes) {
  const std::tuple<const char*, int64_t, const char*> kCases[] = {
      {"head_dim", 2147483646,
       "config.json: num_attention_heads: 32 heads of dimension 2147483646; allowed: a product of at most 2^31 - 1"},
      {"max_position_embeddings", (1 << 22) + 1,
       "config.json: max_position_embeddings: is 4194305; allowed: at most 2^22: tables of all positions are kept"}};
  for (const auto& [key, value, message] : kCases) {
    json object = json::parse(kLlama);
    object[key] = value;
    try {
      LlamaConfigFromJson(object.dump(), "config.json");
      ADD_FAILURE() << key;
    } catch (const InputError& error) {
      EXPECT_STREQ(error.what(), message);
    }
  }
}

}  // namespace
}  // namespace suite
