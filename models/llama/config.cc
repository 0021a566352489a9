#include "models/llama/config.h"

#include <map>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/error.h"
#include "models/checkpoints/config_keys.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr int64_t kQwen3HeadDim = 128;  // where a config does not say

// By model_type: the class of transformers.
const std::map<std::string, std::string>& Architectures() {
  static const std::map<std::string, std::string> kArchitectures = {{"llama", "LlamaForCausalLM"},
                                                                    {"mistral", "MistralForCausalLM"},
                                                                    {"qwen2", "Qwen2ForCausalLM"},
                                                                    {"qwen3", "Qwen3ForCausalLM"}};
  return kArchitectures;
}

// transformers 5 keeps all rotary settings in one object, `rope_parameters`; before, the scaling alone had one.
void ReadRotary(const ConfigKeys& keys, LlamaConfig& config) {
  config.rope_theta = keys.Real("rope_theta", 10000.0);
  keys.Only("partial_rotary_factor", 1.0);
  const char* const key = keys.Has("rope_parameters") ? "rope_parameters" : "rope_scaling";
  if (!keys.Has(key)) return;
  const ConfigKeys rotary(keys.Get(key), keys.At(key));
  rotary.Only("partial_rotary_factor", 1.0);
  config.rope_theta = rotary.Real("rope_theta", config.rope_theta);
  config.rope_scaling = RopeScalingFromKeys(rotary, config.max_positions);
}

// Mistral's window is in use where positions go beyond it; a config that does not name one has transformers' 4096.
void RefuseSlidingWindows(const ConfigKeys& keys, const LlamaConfig& config) {
  if (keys.Bool("use_sliding_window", false)) {
    throw InputError(keys.At("use_sliding_window"), "is true; sliding-window attention is not supported", "false");
  }
  if (keys.Has("layer_types") && keys.Get("layer_types").dump().find("sliding_attention") != std::string::npos) {
    throw InputError(keys.At("layer_types"), "has sliding_attention, which is not supported", "full_attention alone");
  }
  const bool none = keys.object().contains("sliding_window") && !keys.Has("sliding_window");
  if (config.model_type != "mistral" || none) return;
  const int64_t window = keys.Positive("sliding_window", 4096);
  if (config.max_positions <= window) return;
  throw InputError(keys.At("sliding_window"),
                   "is " + std::to_string(window) + (keys.Has("sliding_window") ? "" : " by default") +
                       ", which max_position_embeddings " + std::to_string(config.max_positions) +
                       " is beyond; sliding-window attention is not supported",
                   "null, or a max_position_embeddings of at most the window, within which it changes nothing");
}

void RefuseWhatIsNotSupported(const ConfigKeys& keys) {
  const std::string activation = keys.Text("hidden_act", "silu");
  if (activation != "silu") throw InputError(keys.At("hidden_act"), "is '" + activation + "'", "silu");
  if (keys.Has("quantization_config")) {
    throw InputError(keys.At("quantization_config"), "is there: a quantised checkpoint",
                     "weights as float32, bfloat16, float16 or float64");
  }
}

// Sizes are each above 0 and below 2^31.
void CheckSizes(const LlamaConfig& config, const ConfigKeys& keys) {
  const auto text = [](int64_t number) { return std::to_string(number); };
  if (config.heads % config.kv_heads != 0) {
    throw InputError(keys.At("num_key_value_heads"), "is " + text(config.kv_heads),
                     "a divisor of num_attention_heads " + text(config.heads));
  }
  if (config.head_dim < 2 || config.head_dim % 2 != 0) {
    throw InputError(keys.At("head_dim"), "head dimension " + text(config.head_dim), "an even number (rotary pairs)");
  }
  // Each factor is below 2^31, so the product fits; three such sizes make the rows of q, k and v.
  if (config.heads * config.head_dim > ConfigKeys::kLargestSize) {
    throw InputError(keys.At("num_attention_heads"),
                     text(config.heads) + " heads of dimension " + text(config.head_dim),
                     "a product of at most 2^31 - 1");
  }
  if (config.max_positions > kMostPositions) {
    throw InputError(keys.At("max_position_embeddings"), "is " + text(config.max_positions),
                     "at most 2^22: tables of all positions are kept");
  }
}

}  // namespace

LlamaConfig LlamaConfigFromJson(const std::string& text, const std::string& where) {
  const ConfigKeys keys = ConfigKeys::FromText(text, where);
  LlamaConfig config;
  config.model_type = keys.Text("model_type", "");
  if (Architectures().count(config.model_type) == 0) {
    throw InputError(keys.At("model_type"), "is '" + config.model_type + "'", "llama, mistral, qwen2, qwen3");
  }
  const bool llama = config.model_type == "llama", qwen2 = config.model_type == "qwen2";
  config.qk_norm = config.model_type == "qwen3";
  RefuseWhatIsNotSupported(keys);
  config.hidden_size = keys.Positive("hidden_size");
  config.layers = keys.Positive("num_hidden_layers");
  config.heads = keys.Positive("num_attention_heads");
  config.kv_heads = keys.Positive("num_key_value_heads", config.heads);
  config.head_dim = keys.Positive("head_dim", config.qk_norm ? kQwen3HeadDim : config.hidden_size / config.heads);
  config.intermediate_size = keys.Positive("intermediate_size");
  config.vocab_size = keys.Positive("vocab_size");
  config.max_positions = keys.Positive("max_position_embeddings", 2048);
  config.rms_norm_eps = keys.Real("rms_norm_eps", 1e-6);
  RefuseSlidingWindows(keys, config);
  ReadRotary(keys, config);
  config.tie_embeddings = keys.Bool("tie_word_embeddings", false);
  const bool attention_bias = config.model_type != "mistral" && keys.Bool("attention_bias", false);
  config.qkv_bias = qwen2 || attention_bias;
  config.output_bias = !qwen2 && attention_bias;
  config.mlp_bias = llama && keys.Bool("mlp_bias", false);
  config.eos_ids = keys.Ids("eos_token_id");
  config.bos_id = keys.OneId("bos_token_id");
  config.pad_id = keys.OneId("pad_token_id");
  CheckSizes(config, keys);
  return config;
}

std::string LlamaConfigToJson(const LlamaConfig& config, const std::string& dtype) {
  const bool llama = config.model_type == "llama", qwen2 = config.model_type == "qwen2";
  const bool mistral = config.model_type == "mistral";
  // What the keys cannot say: Qwen2 always has exactly these biases, Mistral none, the others have them on q, k,
  // v and o or on none.
  SUITE_CHECK_EQ(config.qkv_bias, qwen2 || config.output_bias);
  SUITE_CHECK(!(qwen2 || mistral) || !config.output_bias);
  SUITE_CHECK(llama || !config.mlp_bias);
  SUITE_CHECK_EQ(config.qk_norm, config.model_type == "qwen3");
  nlohmann::ordered_json object;
  object["architectures"] = {Architectures().at(config.model_type)};
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
  object["rope_scaling"] = config.rope_scaling ? RopeScalingToJson(*config.rope_scaling) : nullptr;
  if (mistral) object["sliding_window"] = nullptr;  // absent, it would be 4096
  object["tie_word_embeddings"] = config.tie_embeddings;
  if (!qwen2 && !mistral) object["attention_bias"] = config.output_bias;
  if (llama) object["mlp_bias"] = config.mlp_bias;
  object["hidden_act"] = "silu";
  if (config.bos_id) object["bos_token_id"] = *config.bos_id;
  if (config.eos_ids.size() == 1) object["eos_token_id"] = config.eos_ids.front();
  if (config.eos_ids.size() > 1) object["eos_token_id"] = config.eos_ids;
  if (config.pad_id) object["pad_token_id"] = *config.pad_id;
  object["torch_dtype"] = dtype;
  return object.dump(2) + "\n";
}

}  // namespace suite
