// Each kind of damaged or unfit file of a Hugging Face folder but the weights, and the one error that it gets: the file
// and the key, what was found, and what is allowed. For the weights see policy_folder_bad_weights_test.cc.
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/testing/error_of.h"
#include "models/checkpoints/safetensors.h"
#include "models/llama/tiny_llama.h"
#include "models/policy/bad_policy_folder.h"
#include "models/policy/policy_folder.h"
#include "models/policy/tiny_policy.h"
#include "models/tokenizer/chat_template.h"
#include "models/tokenizer/known_chat_templates.h"

namespace suite {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Damage Config(const std::string& key, const json& value) { return Set("config.json", "/" + key, value); }

std::vector<BadFolder> MissingFiles() {
  return {
      {"no folder", [](const std::string& folder) { fs::remove_all(folder); },
       "FOLDER: is not a folder; allowed: a Hugging Face model folder"},
      {"an adapter",
       [](const std::string& folder) {
         fs::remove(folder + "/config.json");
         WriteFileAtomically(folder + "/adapter_config.json", R"({"base_model_name_or_path": "org/base"})");
       },
       "FOLDER: is a PEFT adapter of 'org/base'; allowed: a whole model; PEFT's merge_and_unload makes one of both"},
      {"an adapter beside a model", Text("adapter_config.json", "{}"),
       "FOLDER: is a PEFT adapter of ''; allowed: a whole model; PEFT's merge_and_unload makes one of both"},
      {"no config.json", Without("config.json"), "FOLDER/config.json: cannot be read: No such file or directory"},
      {"no tokenizer.json", Without("tokenizer.json"),
       "FOLDER/tokenizer.json: cannot be read: No such file or directory"},
      {"no weights", Without("model.safetensors"),
       "FOLDER: has no weights; allowed: model.safetensors, or shards with model.safetensors.index.json"},
      {"weights are a folder",
       [](const std::string& folder) {
         fs::remove(folder + "/model.safetensors");
         fs::create_directories(folder + "/model.safetensors");
       },
       "FOLDER/model.safetensors: is not a regular file; allowed: a safetensors file"},
  };
}

std::vector<BadFolder> BadConfigs() {
  return {
      {"no JSON", Text("config.json", "model_type = llama"),
       "FOLDER/config.json: parse error at line 1, column 1: syntax error while parsing value - invalid literal; last "
       "read: 'm'; allowed: JSON"},
      {"no object", Text("config.json", "[]"), "FOLDER/config.json: is []; allowed: a JSON object"},
      {"deep nesting", Text("config.json", "{\"auto_map\": " + Brackets(100000) + "}"),
       "FOLDER/config.json: JSON is nested too deep; allowed: 64 levels"},
      {"a key twice", Text("config.json", R"({"hidden_size": 12, "hidden_size": 16})"),
       "FOLDER/config.json: the key 'hidden_size' is given twice in one object; allowed: each key once"},
      {"NaN", Text("config.json", R"({"rms_norm_eps": NaN})"),
       "FOLDER/config.json: NaN at line 1, column 18; allowed: finite numbers: JSON has no other"},
      {"overflow", Text("config.json", R"({"rope_theta": 1e999})"),
       "FOLDER/config.json: number overflow parsing '1e999'; allowed: JSON"},
      {"architecture", Config("model_type", "gemma"),
       "FOLDER/config.json: model_type: is 'gemma'; allowed: llama, mistral, qwen2, qwen3"},
      {"no architecture", Config("model_type", nullptr),
       "FOLDER/config.json: model_type: is ''; allowed: llama, mistral, qwen2, qwen3"},
      {"activation", Config("hidden_act", "gelu"), "FOLDER/config.json: hidden_act: is 'gelu'; allowed: silu"},
      {"rope_scaling type", Config("rope_scaling", {{"rope_type", "longrope"}, {"factor", 4.0}}),
       "FOLDER/config.json: rope_scaling: rope_type: is 'longrope'; allowed: default, linear, dynamic, yarn, llama3"},
      {"rope_scaling part", Config("rope_scaling", {{"rope_type", "llama3"}, {"factor", 8.0}}),
       "FOLDER/config.json: rope_scaling: has no key 'low_freq_factor'; allowed: an object with it"},
      {"heads", Config("num_key_value_heads", 3),
       "FOLDER/config.json: num_key_value_heads: is 3; allowed: a divisor of num_attention_heads 4"},
      {"odd head", Config("head_dim", 3),
       "FOLDER/config.json: head_dim: head dimension 3; allowed: an even number (rotary pairs)"},
      {"negative size", Config("hidden_size", -12),
       "FOLDER/config.json: hidden_size: is -12; allowed: a whole number from 1 to 2^31 - 1"},
      {"zero size", Config("vocab_size", 0),
       "FOLDER/config.json: vocab_size: is 0; allowed: a whole number from 1 to 2^31 - 1"},
      {"text for size", Config("num_hidden_layers", "2"),
       "FOLDER/config.json: num_hidden_layers: is \"2\"; allowed: a whole number from 1 to 2^31 - 1"},
      {"fraction for size", Config("intermediate_size", 20.5),
       "FOLDER/config.json: intermediate_size: is 20.5; allowed: a whole number from 1 to 2^31 - 1"},
      {"size past 64 bits", Config("vocab_size", 18446744073709551615u),
       "FOLDER/config.json: vocab_size: is 18446744073709551615; allowed: a whole number from 1 to 2^31 - 1"},
      {"heads that overflow", Config("head_dim", 2147483646),
       "FOLDER/config.json: num_attention_heads: 4 heads of dimension 2147483646; allowed: a product of at most 2^31 - "
       "1"},
      {"positions", Config("max_position_embeddings", 2147483647),
       "FOLDER/config.json: max_position_embeddings: is 2147483647; allowed: at most 2^22: tables of all positions are "
       "kept"},
      {"layers", Config("num_hidden_layers", 2147483647),
       "FOLDER/model.safetensors: tensor 'model.layers.2.input_layernorm.weight' is missing"},
      {"hidden size", Config("hidden_size", 2147483647),
       "FOLDER/model.safetensors: tensor 'model.embed_tokens.weight' has shape [29, 12]; allowed: [29, 2147483647]"},
      {"no hidden size", Config("hidden_size", nullptr),
       "FOLDER/config.json: has no key 'hidden_size'; allowed: an object with it"},
      {"eps", Config("rms_norm_eps", -1e-6), "FOLDER/config.json: rms_norm_eps: is -1e-06; allowed: a number above 0"},
      {"tied", Config("tie_word_embeddings", "yes"),
       "FOLDER/config.json: tie_word_embeddings: is \"yes\"; allowed: true, false"},
      {"untied", Config("tie_word_embeddings", false), "FOLDER/model.safetensors: tensor 'lm_head.weight' is missing"},
      {"end token", Config("eos_token_id", "<|end|>"),
       "FOLDER/config.json: eos_token_id: is \"<|end|>\"; allowed: a token id or a list of them"},
  };
}

std::vector<BadFolder> BadGenerationConfigs() {
  const std::string file = "generation_config.json";
  return {
      {"generation: no object", Text(file, "[]"), "FOLDER/generation_config.json: is []; allowed: a JSON object"},
      {"generation: temperature", Text(file, R"({"temperature": "hot"})"),
       "FOLDER/generation_config.json: temperature: is \"hot\"; allowed: a number from 0"},
      {"generation: top_p", Text(file, R"({"top_p": 2})"),
       "FOLDER/generation_config.json: top_p: is 2; allowed: a number from 0 to 1"},
      {"generation: top_k", Text(file, R"({"top_k": -3})"),
       "FOLDER/generation_config.json: top_k: is -3; allowed: a whole number from 0"},
      {"generation: do_sample", Text(file, R"({"do_sample": 1})"),
       "FOLDER/generation_config.json: do_sample: is 1; allowed: true, false"},
      {"generation: end tokens", Text(file, R"({"eos_token_id": [1, null]})"),
       "FOLDER/generation_config.json: eos_token_id: is [1,null]; allowed: a token id or a list of them"},
      {"generation: padding", Text(file, R"({"pad_token_id": {}})"),
       "FOLDER/generation_config.json: pad_token_id: is {}; allowed: a token id or a list of them"},
  };
}

std::vector<BadFolder> BadTokenizers() {
  const std::string file = "tokenizer.json";
  return {
      {"tokenizer: no JSON", Text(file, "<html>"),
       "FOLDER/tokenizer.json: parse error at line 1, column 1: syntax error while parsing value - invalid literal; "
       "last read: '<'; allowed: JSON"},
      {"tokenizer: deep", Text(file, Brackets(1000)),
       "FOLDER/tokenizer.json: JSON is nested too deep; allowed: 64 levels"},
      {"tokenizer: key twice", Text(file, R"({"version": "1.0", "version": "1.0"})"),
       "FOLDER/tokenizer.json: the key 'version' is given twice in one object; allowed: each key once"},
      {"tokenizer: unknown key", Set(file, "/modle", 1),
       "FOLDER/tokenizer.json: unknown key 'modle' (did you mean 'model'?); allowed: version, truncation, padding, "
       "added_tokens, normalizer, pre_tokenizer, post_processor, decoder, model"},
      {"tokenizer: model", Set(file, "/model/type", "Unigram"),
       "FOLDER/tokenizer.json: model.type: 'Unigram' is not supported; allowed: 'BPE', null"},
      {"tokenizer: hole in the ids", Set(file, "/model/vocab/a", 1000000000),
       "FOLDER/tokenizer.json: model.vocab.a: 1000000000 is not an id; allowed: an integer from 0 to 20"},
      {"tokenizer: an id twice", Set(file, "/model/vocab/a", 3),
       "FOLDER/tokenizer.json: model.vocab.a: the id 3 is taken; allowed: ids used once"},
      {"tokenizer: merge", Set(file, "/model/merges/0", {"Q", "Q"}),
       "FOLDER/tokenizer.json: model.merges[0]: 'Q' is not in the vocabulary; allowed: tokens of model.vocab"},
      {"tokenizer: normalizer", Set(file, "/normalizer", {{"type", "Lowercase"}}),
       "FOLDER/tokenizer.json: normalizer.type: 'Lowercase' is not supported; allowed: 'NFC', or null instead"},
      {"tokenizer: pre-tokenizer", Set(file, "/pre_tokenizer", {{"type", "Whitespace"}}),
       "FOLDER/tokenizer.json: pre_tokenizer.type: unknown pre-tokenizer 'Whitespace'; "
       "allowed: ByteLevel, Digits, Sequence, Split"},
      {"tokenizer: decoder", Set(file, "/decoder", nullptr),
       "FOLDER/tokenizer.json: decoder: found null; allowed: an object"},
      {"more tokens than rows",
       [](const std::string& folder) {
         LlamaConfig config = TinyConfig();
         config.vocab_size = 5;
         SavePolicy(folder, TinyPolicy(config));
       },
       "FOLDER/tokenizer.json: has 21 tokens; allowed: at most config.json's vocab_size of 5"},
      {"tokenizer_config: no object", Text("tokenizer_config.json", "[]"),
       "FOLDER/tokenizer_config.json: is []; allowed: a JSON object"},
      {"tokenizer_config: template", Text("tokenizer_config.json", R"({"chat_template": [{"name": "a"}]})"),
       "FOLDER/tokenizer_config.json: chat_template: is [{\"name\":\"a\"}]; allowed: a string"},
      {"tokenizer_config: end token", Text("tokenizer_config.json", R"({"eos_token": 1})"),
       "FOLDER/tokenizer_config.json: eos_token: is 1; allowed: a string"},
  };
}

void Load(const std::string& folder) { LoadPolicy(folder, at::kFloat); }

TEST(BadPolicyFolder, MissingFiles) { ExpectErrors(MissingFiles(), Load); }

// The message names the script that makes a folder of the file, whether or not the file is there.
TEST(BadPolicyFolder, GgufFile) {
  EXPECT_EQ(ErrorOf([] { LoadPolicy("model.gguf", at::kFloat); }),
            "model.gguf: is a GGUF file, which is not read; allowed: a Hugging Face folder; "
            "models/checkpoints/gguf_to_hugging_face.py makes one of it");
}

// What does not concern the loader does not stop it.
TEST(PolicyFolder, TakesWhatOtherLibrariesLeaveInItsFiles) {
  const std::string folder = testing::TempDir() + "/leftovers";
  SavePolicy(folder, TinyPolicy());
  const std::string hash = LoadPolicy(folder, at::kFloat).tokenizer.ContentHash();
  Set("tokenizer.json", "/truncation",
      {{"direction", "Right"}, {"max_length", 2}, {"strategy", "LongestFirst"}, {"stride", 0}})(folder);
  Set("tokenizer.json", "/padding", {{"strategy", {{"Fixed", 9}}}, {"pad_id", 0}})(folder);
  Config("pad_token_id", -1)(folder);
  Text("generation_config.json", R"({"top_k": -1, "pad_token_id": [0, 1], "bos_token_id": -1})")(folder);
  NamedTensors named = TinyPolicy().weights.Parameters();
  named.emplace_back("model.layers.1.self_attn.rotary_emb.inv_freq", at::ones({2}));
  named.emplace_back("model.rotary_emb.inv_freq", at::ones({2}));
  named.emplace_back("lm_head.weight", named[0].second.clone());
  WriteSafetensors(folder + "/model.safetensors", named);
  const Policy policy = LoadPolicy(folder, at::kFloat);
  EXPECT_TRUE(policy.weights.flat().equal(TinyPolicy().weights.flat()));
  EXPECT_EQ(policy.tokenizer.ContentHash(), hash);
  EXPECT_EQ(policy.tokenizer.Encode("Heat (1995)\nAlien"), TinyPolicy().tokenizer.Encode("Heat (1995)\nAlien"));
  EXPECT_EQ(policy.config().pad_id, std::nullopt);
  EXPECT_EQ(policy.generation->top_k, 0);
  EXPECT_EQ(policy.generation->pad_id, 0);
  EXPECT_EQ(policy.generation->bos_id, std::nullopt);
}

TEST(BadPolicyFolder, Configs) { ExpectErrors(BadConfigs(), Load); }
TEST(BadPolicyFolder, GenerationConfigs) { ExpectErrors(BadGenerationConfigs(), Load); }
TEST(BadPolicyFolder, Tokenizers) { ExpectErrors(BadTokenizers(), Load); }

// Templates are looked at by whoever renders one: a policy may be trained on prompts without.
TEST(BadPolicyFolder, ChatTemplates) {
  const std::string file = "tokenizer_config.json";
  const std::vector<BadFolder> table = {
      {"unknown", Text(file, R"({"chat_template": "{{ messages }}"})"),
       "FOLDER/tokenizer_config.json: chat_template: the chat template with SHA-256 "
       "f24189f08c85a1eb19a737306c3a13e85462ee33d964f28108d64a2485fa2171 is not known; allowed: that of chatml, "
       "llama-3.2, miniature, qwen2.5, qwen3, smollm2, or the one that writes the same as policy.chat_template"},
      {"unknown file", Text("chat_template.jinja", "{{ messages }}"),
       "FOLDER/chat_template.jinja: the chat template with SHA-256 "
       "f24189f08c85a1eb19a737306c3a13e85462ee33d964f28108d64a2485fa2171 is not known; allowed: that of chatml, "
       "llama-3.2, miniature, qwen2.5, qwen3, smollm2, or the one that writes the same as policy.chat_template"},
      {"none", Text(file, "{}"),
       "FOLDER/tokenizer_config.json: the key 'chat_template' is missing; allowed: an object with it"},
      {"no text", Text(file, R"({"chat_template": 3})"),
       "FOLDER/tokenizer_config.json: chat_template: found 3; allowed: a string"},
  };
  ExpectErrors(table, [](const std::string& folder) { ReadChatTemplate(folder); });
}

}  // namespace
}  // namespace suite
