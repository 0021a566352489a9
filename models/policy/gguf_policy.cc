#include "models/policy/gguf_policy.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/text/utf8.h"
#include "models/policy/gguf_tokenizer.h"

namespace suite {
namespace {

constexpr char kArchitecture[] = "general.architecture", kChatTemplate[] = "tokenizer.chat_template";
constexpr char kEmbedding[] = "token_embd.weight", kHead[] = "output.weight";
constexpr char kRopeFactors[] = "rope_freqs.weight";
constexpr double kPi = 3.14159265358979323846;

// The keys of one architecture ("llama.block_count").
class Keys {
 public:
  Keys(const GgufFile& file, std::string architecture) : file_(file), architecture_(std::move(architecture)) {}

  bool Has(const std::string& key) const { return file_.HasKey(architecture_ + "." + key); }

  int64_t Positive(const std::string& key, std::optional<int64_t> absent = std::nullopt) const {
    if (!Has(key) && absent) return *absent;
    const int64_t value = file_.Integer(architecture_ + "." + key);
    constexpr int64_t kLargest = (int64_t{1} << 31) - 1;
    if (value < 1 || value > kLargest) throw InputError(At(key), "is " + std::to_string(value), "from 1 to 2^31 - 1");
    return value;
  }

  double Real(const std::string& key, std::optional<double> absent = std::nullopt) const {
    if (!Has(key) && absent) return *absent;
    const double value = file_.Real(architecture_ + "." + key);
    if (!(value > 0) || !std::isfinite(value)) {
      throw InputError(At(key), "is " + std::to_string(value), "a number above 0");
    }
    return value;
  }

  // A size that may be given a second time under `key`.
  void ExpectIfThere(const std::string& key, int64_t expected, const std::string& meaning) const {
    const int64_t value = Positive(key, expected);
    if (value == expected) return;
    throw InputError(At(key), "is " + std::to_string(value), std::to_string(expected) + ", " + meaning);
  }

  void RefuseOtherText(const std::string& key, const std::string& only) const {
    if (!Has(key)) return;
    const std::string& value = file_.Text(architecture_ + "." + key);
    if (value != only) throw InputError(At(key), "is '" + ShownText(value) + "'", only);
  }

  std::string At(const std::string& key) const { return file_.path() + ": " + architecture_ + "." + key; }

 private:
  const GgufFile& file_;
  std::string architecture_;
};

std::string ShapeText(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (const int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

void ExpectShape(const GgufFile& file, const std::string& name, const std::vector<int64_t>& expected) {
  const auto found = file.tensors().find(name);
  if (found == file.tensors().end()) throw InputError(file.path(), "tensor '" + name + "' is missing");
  if (found->second.shape == expected) return;
  throw InputError(file.path(), "tensor '" + name + "' has shape " + ShapeText(found->second.shape) + " (out, in)",
                   ShapeText(expected));
}

// By how much llama.cpp's converter stretches the wavelength of rotary pair `i` (modeling_rope_utils, "llama3").
double Llama3Factor(const Llama3RopeScaling& scaling, const LlamaConfig& config, int64_t i) {
  const double exponent = 2.0 * static_cast<double>(i) / static_cast<double>(config.head_dim);
  const double wavelength = 2 * kPi * std::pow(config.rope_theta, exponent);
  const double turns = static_cast<double>(scaling.original_max_positions) / wavelength;
  const double width = scaling.high_freq_factor - scaling.low_freq_factor;
  const double smooth = std::clamp((turns - scaling.low_freq_factor) / width, 0.0, 1.0);
  return 1 / ((1 - smooth) / scaling.factor + smooth);
}

// GGUF keeps the stretching of each pair and not what it was computed from. Of that the factor is the largest value;
// the rest is the same in Llama 3.1 and 3.2, and checked against all values.
std::optional<Llama3RopeScaling> ReadRopeScaling(const GgufFile& file, const LlamaConfig& config) {
  if (!file.Has(kRopeFactors)) return std::nullopt;
  ExpectShape(file, kRopeFactors, {config.head_dim / 2});
  const at::Tensor factors = file.Load(kRopeFactors);
  const float* values = factors.const_data_ptr<float>();
  Llama3RopeScaling scaling{static_cast<double>(*std::max_element(values, values + factors.numel())), 1.0, 4.0, 8192};
  for (int64_t i = 0; i < factors.numel(); ++i) {
    const double expected = Llama3Factor(scaling, config, i);
    if (std::abs(values[i] - expected) <= 1e-4 * expected) continue;
    throw InputError(
        file.path(),
        std::string("tensor '") + kRopeFactors + "' holds " + std::to_string(values[i]) + " at " + std::to_string(i),
        std::to_string(expected) + ", by Llama 3's scaling with factor " + std::to_string(scaling.factor));
  }
  return scaling;
}

std::optional<int64_t> TokenId(const GgufFile& file, const std::string& name, int64_t vocab_size) {
  const std::string key = "tokenizer.ggml." + name;
  if (!file.HasKey(key)) return std::nullopt;
  const int64_t id = file.Integer(key);
  if (id >= 0 && id < vocab_size) return id;
  throw InputError(file.path() + ": " + key, "is " + std::to_string(id), "from 0 to " + std::to_string(vocab_size - 1));
}

// Hugging Face lists every token that ends an answer; GGUF has one key for the end of a text and one for that of a
// turn.
void ReadTokenIds(const GgufFile& file, LlamaConfig* config) {
  config->bos_id = TokenId(file, "bos_token_id", config->vocab_size);
  config->pad_id = TokenId(file, "padding_token_id", config->vocab_size);
  for (const char* name : {"eos_token_id", "eot_token_id"}) {
    const auto id = TokenId(file, name, config->vocab_size);
    auto& ids = config->eos_ids;
    if (id && std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(*id);
  }
}

void ReadHeads(const Keys& keys, LlamaConfig* config) {
  config->heads = keys.Positive("attention.head_count");
  config->kv_heads = keys.Positive("attention.head_count_kv", config->heads);
  const int64_t rotated =
      keys.Positive("rope.dimension_count", std::max<int64_t>(1, config->hidden_size / config->heads));
  config->head_dim = keys.Positive("attention.key_length", rotated);
  keys.ExpectIfThere("rope.dimension_count", config->head_dim, "all of a head");
  keys.ExpectIfThere("attention.value_length", config->head_dim, "as key_length");
}

// One tensor under both its names. `heads` of a tensor with permuted rows; 0 otherwise.
struct Place {
  std::string gguf;
  std::string hf;
  std::vector<int64_t> shape;
  int64_t heads = 0;
};

// `bias` adds the bias of a matrix.
void AddProjection(const Place& matrix, bool bias, std::vector<Place>* places) {
  places->push_back({matrix.gguf + ".weight", matrix.hf + ".weight", matrix.shape, matrix.heads});
  if (bias) places->push_back({matrix.gguf + ".bias", matrix.hf + ".bias", {matrix.shape[0]}, matrix.heads});
}

std::vector<Place> LayerPlaces(const LlamaConfig& c, int64_t layer) {
  const std::string from = "blk." + std::to_string(layer) + ".", to = "model.layers." + std::to_string(layer) + ".";
  const int64_t q = c.heads * c.head_dim, kv = c.kv_heads * c.head_dim, h = c.hidden_size, i = c.intermediate_size;
  const bool permuted = c.model_type == "llama";
  std::vector<Place> places;
  AddProjection({from + "attn_norm", to + "input_layernorm", {h}}, false, &places);
  AddProjection({from + "attn_q", to + "self_attn.q_proj", {q, h}, permuted ? c.heads : 0}, c.qkv_bias, &places);
  AddProjection({from + "attn_k", to + "self_attn.k_proj", {kv, h}, permuted ? c.kv_heads : 0}, c.qkv_bias, &places);
  AddProjection({from + "attn_v", to + "self_attn.v_proj", {kv, h}}, c.qkv_bias, &places);
  AddProjection({from + "attn_output", to + "self_attn.o_proj", {h, q}}, c.output_bias, &places);
  AddProjection({from + "ffn_norm", to + "post_attention_layernorm", {h}}, false, &places);
  AddProjection({from + "ffn_gate", to + "mlp.gate_proj", {i, h}}, c.mlp_bias, &places);
  AddProjection({from + "ffn_up", to + "mlp.up_proj", {i, h}}, c.mlp_bias, &places);
  AddProjection({from + "ffn_down", to + "mlp.down_proj", {h, i}}, c.mlp_bias, &places);
  return places;
}

// Within each head GGUF's rows 0, 1, 2, 3, ... are the pairs' first and second members in turn; Hugging Face's are all
// first members, then all second ones.
at::Tensor UndoPermutation(const at::Tensor& rows, int64_t heads) {
  const int64_t half = rows.size(0) / heads / 2;
  return rows.view({heads, half, 2, -1}).transpose(1, 2).reshape(rows.sizes());
}

}  // namespace

LlamaConfig GgufLlamaConfig(const GgufFile& file) {
  LlamaConfig config;
  config.model_type = file.Text(kArchitecture);
  if (config.model_type != "llama" && config.model_type != "qwen2") {
    throw UnknownName(file.path() + ": " + kArchitecture, "architecture", ShownText(config.model_type),
                      {"llama", "qwen2"});
  }
  const Keys keys(file, config.model_type);
  config.hidden_size = keys.Positive("embedding_length");
  config.layers = keys.Positive("block_count");
  config.intermediate_size = keys.Positive("feed_forward_length");
  config.max_positions = keys.Positive("context_length");
  config.rms_norm_eps = keys.Real("attention.layer_norm_rms_epsilon");
  config.rope_theta = keys.Real("rope.freq_base", 10000.0);
  ReadHeads(keys, &config);
  const std::string prefix = config.model_type + ".";
  CheckLlamaSizes(config, file.path(),
                  {prefix + "attention.head_count", prefix + "attention.head_count_kv", prefix + "rope.dimension_count",
                   prefix + "context_length"});
  const auto embedding = file.tensors().find(kEmbedding);
  if (embedding == file.tensors().end()) {
    throw InputError(file.path(), std::string("tensor '") + kEmbedding + "' is missing");
  }
  config.vocab_size = embedding->second.shape.front();
  keys.ExpectIfThere("vocab_size", config.vocab_size, std::string("the rows of ") + kEmbedding);
  keys.RefuseOtherText("rope.scaling.type", "none");
  config.rope_scaling = ReadRopeScaling(file, config);
  config.tie_embeddings = !file.Has(kHead);
  const bool llama = config.model_type == "llama";
  config.output_bias = llama && file.Has("blk.0.attn_output.bias");
  config.qkv_bias = !llama || config.output_bias;  // Llama has all four biases or none
  config.mlp_bias = llama && file.Has("blk.0.ffn_down.bias");
  ReadTokenIds(file, &config);
  return config;
}

NamedTensors GgufNamedTensors(const GgufFile& file, const LlamaConfig& config) {
  NamedTensors named;
  std::set<std::string> used = {kRopeFactors};
  const auto take = [&](const Place& place) {
    ExpectShape(file, place.gguf, place.shape);
    const at::Tensor tensor = file.Load(place.gguf);
    named.emplace_back(place.hf, place.heads == 0 ? tensor : UndoPermutation(tensor, place.heads));
    used.insert(place.gguf);
  };
  const std::vector<int64_t> vocab_by_hidden = {config.vocab_size, config.hidden_size};
  take({kEmbedding, "model.embed_tokens.weight", vocab_by_hidden});
  for (int64_t layer = 0; layer < config.layers; ++layer) {
    for (const Place& place : LayerPlaces(config, layer)) take(place);
  }
  take({"output_norm.weight", "model.norm.weight", {config.hidden_size}});
  if (!config.tie_embeddings) take({kHead, "lm_head.weight", vocab_by_hidden});
  for (const auto& [name, tensor] : file.tensors()) {
    if (used.count(name)) continue;
    throw InputError(file.path(),
                     "tensor '" + ShownText(name, 80) + "' is not part of architecture " + config.model_type);
  }
  return named;
}

Policy LoadGgufPolicy(const std::string& path, at::ScalarType dtype) {
  const GgufFile file(path);
  const LlamaConfig config = GgufLlamaConfig(file);
  Tokenizer tokenizer = GgufTokenizer(file);
  if (tokenizer.vocab_size() > config.vocab_size) {
    throw InputError(path, "has " + std::to_string(tokenizer.vocab_size()) + " tokens",
                     "at most the " + std::to_string(config.vocab_size) + " rows of " + kEmbedding);
  }
  const NamedTensors named = GgufNamedTensors(file, config);
  const std::string chat_template = file.HasKey(kChatTemplate) ? file.Text(kChatTemplate) : "";
  return {LlamaWeights::FromNamed(config, named, dtype, path), std::move(tokenizer), chat_template};
}

}  // namespace suite
