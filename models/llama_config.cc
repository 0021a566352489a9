#include "models/llama_config.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/error.h"

namespace suite {
namespace {

using nlohmann::json;

// Reads keys of one JSON object and names file and key in every error.
class KeyReader {
 public:
  KeyReader(const json& object, std::string where) : object_(object), where_(std::move(where)) {}

  bool Has(const char* key) const { return object_.contains(key) && !object_.at(key).is_null(); }

  int64_t Positive(const char* key, std::optional<int64_t> absent = std::nullopt) const {
    if (!Has(key) && absent) return *absent;
    const json& value = Get(key);
    constexpr int64_t kLargest = int64_t{1} << 31;
    if (!value.is_number_integer() || value.get<int64_t>() < 1 || value.get<int64_t>() > kLargest) {
      throw InputError(Key(key), "is " + value.dump(), "a whole number from 1 to 2^31");
    }
    return value.get<int64_t>();
  }

  double Real(const char* key, std::optional<double> absent = std::nullopt) const {
    if (!Has(key) && absent) return *absent;
    const json& value = Get(key);
    if (!value.is_number() || !(value.get<double>() > 0)) {
      throw InputError(Key(key), "is " + value.dump(), "a number above 0");
    }
    return value.get<double>();
  }

  bool Bool(const char* key, bool absent) const {
    if (!Has(key)) return absent;
    const json& value = Get(key);
    if (!value.is_boolean()) throw InputError(Key(key), "is " + value.dump(), "true, false");
    return value.get<bool>();
  }

  std::string Text(const char* key, const std::string& absent) const {
    if (!Has(key)) return absent;
    const json& value = Get(key);
    if (!value.is_string()) throw InputError(Key(key), "is " + value.dump(), "a string");
    return value.get<std::string>();
  }

  std::vector<int64_t> Ids(const char* key) const {
    if (!Has(key)) return {};
    const json& value = Get(key);
    std::vector<int64_t> ids;
    for (const json& id : value.is_array() ? value : json::array({value})) {
      if (!id.is_number_integer() || id.get<int64_t>() < 0) {
        throw InputError(Key(key), "is " + value.dump(), "a token id or a list of them");
      }
      ids.push_back(id.get<int64_t>());
    }
    return ids;
  }

  const json& Get(const char* key) const {
    if (!Has(key)) throw InputError(where_, std::string("has no key '") + key + "'", "Hugging Face's config.json");
    return object_.at(key);
  }

  std::string Key(const char* key) const { return where_ + ": " + key; }

 private:
  const json& object_;
  std::string where_;
};

std::optional<Llama3RopeScaling> ReadRopeScaling(const KeyReader& keys, const char* key) {
  if (!keys.Has(key)) return std::nullopt;
  const json& object = keys.Get(key);
  if (!object.is_object()) throw InputError(keys.Key(key), "is " + object.dump(), "an object or null");
  const KeyReader scaling(object, keys.Key(key));
  const std::string type = scaling.Text("rope_type", scaling.Text("type", ""));
  if (type == "default") return std::nullopt;
  if (type != "llama3") throw InputError(scaling.Key("rope_type"), "is '" + type + "'", "llama3, default");
  Llama3RopeScaling result;
  result.factor = scaling.Real("factor");
  result.low_freq_factor = scaling.Real("low_freq_factor");
  result.high_freq_factor = scaling.Real("high_freq_factor");
  result.original_max_positions = scaling.Positive("original_max_position_embeddings");
  if (result.high_freq_factor <= result.low_freq_factor) {
    throw InputError(scaling.Key("high_freq_factor"), "is not above low_freq_factor");
  }
  return result;
}

// transformers 5 keeps all rotary settings in one object, `rope_parameters`; before, the scaling alone had one.
void ReadRotary(const KeyReader& keys, LlamaConfig& config) {
  config.rope_theta = keys.Real("rope_theta", 10000.0);
  if (!keys.Has("rope_parameters")) {
    config.rope_scaling = ReadRopeScaling(keys, "rope_scaling");
    return;
  }
  config.rope_scaling = ReadRopeScaling(keys, "rope_parameters");
  config.rope_theta =
      KeyReader(keys.Get("rope_parameters"), keys.Key("rope_parameters")).Real("rope_theta", config.rope_theta);
}

void RefuseWhatIsNotSupported(const KeyReader& keys) {
  const std::string activation = keys.Text("hidden_act", "silu");
  if (activation != "silu") throw InputError(keys.Key("hidden_act"), "is '" + activation + "'", "silu");
  if (keys.Bool("use_sliding_window", false)) {
    throw InputError(keys.Key("use_sliding_window"), "is true; sliding-window attention is not supported", "false");
  }
}

void CheckSizes(const LlamaConfig& config, const std::string& where) {
  if (config.heads % config.kv_heads != 0) {
    throw InputError(
        where + ": num_key_value_heads",
        std::to_string(config.kv_heads) + " does not divide num_attention_heads " + std::to_string(config.heads));
  }
  if (config.head_dim < 2 || config.head_dim % 2 != 0) {
    throw InputError(where + ": head_dim", "is " + std::to_string(config.head_dim), "an even number (rotary pairs)");
  }
}

}  // namespace

LlamaConfig LlamaConfigFromJson(const std::string& text, const std::string& where) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) throw InputError(where, "is not a JSON object", "Hugging Face's config.json");
  const KeyReader keys(object, where);
  LlamaConfig config;
  config.model_type = keys.Text("model_type", "");
  if (config.model_type != "llama" && config.model_type != "qwen2") {
    throw InputError(keys.Key("model_type"), "is '" + config.model_type + "'", "llama, qwen2");
  }
  RefuseWhatIsNotSupported(keys);
  config.hidden_size = keys.Positive("hidden_size");
  config.layers = keys.Positive("num_hidden_layers");
  config.heads = keys.Positive("num_attention_heads");
  config.kv_heads = keys.Positive("num_key_value_heads", config.heads);
  config.head_dim = keys.Positive("head_dim", config.hidden_size / config.heads);
  config.intermediate_size = keys.Positive("intermediate_size");
  config.vocab_size = keys.Positive("vocab_size");
  config.max_positions = keys.Positive("max_position_embeddings", 2048);
  config.rms_norm_eps = keys.Real("rms_norm_eps", 1e-6);
  ReadRotary(keys, config);
  config.tie_embeddings = keys.Bool("tie_word_embeddings", false);
  const bool attention_bias = keys.Bool("attention_bias", false);
  config.qkv_bias = config.model_type == "qwen2" || attention_bias;
  config.output_bias = config.model_type == "llama" && attention_bias;
  config.mlp_bias = config.model_type == "llama" && keys.Bool("mlp_bias", false);
  config.eos_ids = keys.Ids("eos_token_id");
  if (const auto ids = keys.Ids("bos_token_id"); !ids.empty()) config.bos_id = ids.front();
  if (const auto ids = keys.Ids("pad_token_id"); !ids.empty()) config.pad_id = ids.front();
  CheckSizes(config, where);
  return config;
}

std::string LlamaConfigToJson(const LlamaConfig& config, const std::string& dtype) {
  const bool qwen2 = config.model_type == "qwen2";
  // What the keys cannot say: Qwen2 always has exactly these biases, and Llama has them on q, k, v and o or on none.
  SUITE_CHECK_EQ(config.qkv_bias, qwen2 || config.output_bias);
  SUITE_CHECK(!qwen2 || (!config.output_bias && !config.mlp_bias));
  nlohmann::ordered_json object;
  object["architectures"] = {qwen2 ? "Qwen2ForCausalLM" : "LlamaForCausalLM"};
  object["model_type"] = config.model_type;
  object["hidden_size"] = config.hidden_size;
  object["num_hidden_layers"] = config.layers;
  object["num_attention_heads"] = config.heads;
  object["num_key_value_heads"] = config.kv_heads;
  object["head_dim"] = config.head_dim;
  object["intermediate_size"] = config.intermediate_size;
  object["vocab_size"] = config.vocab_size;
  object["max_position_embeddings"] = config.max_positions;
  object["rms_norm_eps"] = config.rms_norm_eps;
  object["rope_theta"] = config.rope_theta;
  object["rope_scaling"] = nullptr;
  if (config.rope_scaling) {
    object["rope_scaling"] = {{"rope_type", "llama3"},
                              {"factor", config.rope_scaling->factor},
                              {"low_freq_factor", config.rope_scaling->low_freq_factor},
                              {"high_freq_factor", config.rope_scaling->high_freq_factor},
                              {"original_max_position_embeddings", config.rope_scaling->original_max_positions}};
  }
  object["tie_word_embeddings"] = config.tie_embeddings;
  if (!qwen2) {
    object["attention_bias"] = config.output_bias;
    object["mlp_bias"] = config.mlp_bias;
  }
  object["hidden_act"] = "silu";
  if (config.bos_id) object["bos_token_id"] = *config.bos_id;
  if (config.eos_ids.size() == 1) object["eos_token_id"] = config.eos_ids.front();
  if (config.eos_ids.size() > 1) object["eos_token_id"] = config.eos_ids;
  if (config.pad_id) object["pad_token_id"] = *config.pad_id;
  object["torch_dtype"] = dtype;
  return object.dump(2) + "\n";
}

}  // namespace suite
