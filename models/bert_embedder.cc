#include "models/bert_embedder.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/json/checked_json.h"
#include "models/checkpoints/config_keys.h"
#include "models/checkpoints/finite_tensor.h"
#include "models/checkpoints/safetensors.h"

namespace suite {
namespace {

using nlohmann::json;

struct BertConfig {
  int64_t hidden_size = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t intermediate_size = 0;
  int64_t vocab_size = 0;
  int64_t max_positions = 0;
  int64_t token_types = 0;
  double layer_norm_eps = 0;
};

struct Affine {
  at::Tensor weight;
  at::Tensor bias;
};

struct BertLayer {
  Affine qkv;
  Affine output;
  Affine output_norm;
  Affine up;
  Affine down;
  Affine down_norm;
};

struct BertWeights {
  at::Tensor words;      // [vocab, hidden]
  at::Tensor positions;  // [positions, hidden]; the embedding of token type 0 is added to each
  Affine norm;
  std::vector<BertLayer> layers;
};

BertConfig ReadConfig(const std::string& path) {
  const ConfigKeys keys = ConfigKeys::FromText(ReadFile(path), path);
  keys.Get("model_type");
  keys.Only("model_type", "bert");
  keys.Only("hidden_act", "gelu");
  keys.Only("position_embedding_type", "absolute");
  keys.Only("is_decoder", false);
  keys.Only("add_cross_attention", false);
  BertConfig config;
  config.hidden_size = keys.Positive("hidden_size");
  config.layers = keys.Positive("num_hidden_layers");
  config.heads = keys.Positive("num_attention_heads");
  config.intermediate_size = keys.Positive("intermediate_size");
  config.vocab_size = keys.Positive("vocab_size");
  config.max_positions = keys.Positive("max_position_embeddings");
  config.token_types = keys.Positive("type_vocab_size");
  config.layer_norm_eps = keys.Real("layer_norm_eps");
  if (config.hidden_size % config.heads != 0) {
    throw InputError(keys.At("num_attention_heads"), std::to_string(config.heads) + " does not divide hidden_size " +
                                                         std::to_string(config.hidden_size));
  }
  return config;
}

// Checks that modules.json is the encoder, a pooling and the normalization; returns the pooling's folder.
std::string PoolingFolder(const std::string& folder) {
  const std::string path = folder + "/modules.json";
  json modules = ParseJson(ReadFile(path), path);
  const std::vector<std::string> wanted = {"Transformer", "Pooling", "Normalize"};
  if (!modules.is_array() || modules.size() != wanted.size()) {
    throw InputError(path, "is not a list of three modules", "Transformer, Pooling, Normalize");
  }
  std::string pooling;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const ConfigKeys module(std::move(modules[i]), path + ": module " + std::to_string(i));
    module.Get("type");
    module.Only("type", "sentence_transformers.models." + wanted[i]);
    const json& inside = module.Get("path");
    const bool plain = inside.is_string() && inside.get<std::string>().find_first_of("/\\") == std::string::npos &&
                       inside != ".." && (i != 0 || inside == "");
    if (!plain) throw InputError(module.At("path"), "is " + ShownJson(inside), i == 0 ? "\"\"" : "a folder inside");
    if (i == 1) pooling = folder + "/" + inside.get<std::string>();
  }
  return pooling;
}

void CheckPooling(const std::string& path, int64_t hidden_size) {
  const ConfigKeys keys = ConfigKeys::FromText(ReadFile(path), path);
  const std::string prefix = "pooling_mode_";
  for (const auto& [key, value] : keys.object().items()) {
    if (key.rfind(prefix, 0) != 0 || key == "pooling_mode_mean_tokens") continue;
    if (value != false) throw InputError(keys.At(key), "is " + ShownJson(value), "pooling_mode_mean_tokens alone");
  }
  keys.Get("pooling_mode_mean_tokens");
  keys.Only("pooling_mode_mean_tokens", true);
  keys.Only("word_embedding_dimension", hidden_size);
}

int64_t ReadMaxTokens(const std::string& path, int64_t max_positions, int64_t template_size) {
  const ConfigKeys keys = ConfigKeys::FromText(ReadFile(path), path);
  keys.Only("do_lower_case", false);
  const int64_t max_tokens = keys.Positive("max_seq_length");
  if (max_tokens <= template_size || max_tokens > max_positions) {
    throw InputError(
        keys.At("max_seq_length"), "is " + std::to_string(max_tokens),
        "from " + std::to_string(template_size + 1) + " to max_position_embeddings, " + std::to_string(max_positions));
  }
  return max_tokens;
}

// Takes tensors out of a file, checks them, and knows at the end which were left.
class WeightReader {
 public:
  WeightReader(const std::string& path, at::ScalarType dtype) : file_(path), dtype_(dtype) {
    for (const std::string& name : file_.names()) left_.insert(name);
  }

  at::Tensor Take(const std::string& name, std::vector<int64_t> shape) {
    if (!file_.Has(name)) throw InputError(file_.path(), "tensor '" + name + "' is missing");
    const at::Tensor tensor = file_.Load(name);
    if (!at::isFloatingType(tensor.scalar_type())) {
      throw InputError(file_.path(), "tensor '" + name + "' is not of a float type");
    }
    if (tensor.sizes() != at::IntArrayRef(shape)) {
      throw InputError(file_.path(), "tensor '" + name + "' has shape " + c10::str(tensor.sizes()),
                       c10::str(at::IntArrayRef(shape)));
    }
    RefuseNotFinite(tensor, file_.path(), name);
    left_.erase(name);
    // A copy: a view of the mapping would break with the file.
    return tensor.to(dtype_, /*non_blocking=*/false, /*copy=*/true);
  }

  Affine Linear(const std::string& name, int64_t out, int64_t in) {
    return {Take(name + ".weight", {out, in}), Take(name + ".bias", {out})};
  }

  Affine Norm(const std::string& name, int64_t size) {
    return {Take(name + ".weight", {size}), Take(name + ".bias", {size})};
  }

  // BertModel's pooler serves next-sentence prediction, and position_ids count from 0: neither is used.
  void RefuseOthers() const {
    for (const std::string& name : left_) {
      if (name == "embeddings.position_ids" || name == "pooler.dense.weight" || name == "pooler.dense.bias") continue;
      throw InputError(file_.path(), "tensor '" + name + "' is not part of this architecture");
    }
  }

 private:
  SafetensorsFile file_;
  at::ScalarType dtype_;
  std::set<std::string> left_;
};

BertLayer ReadLayer(const std::string& name, const BertConfig& config, WeightReader* reader) {
  const int64_t hidden = config.hidden_size;
  const Affine q = reader->Linear(name + "attention.self.query", hidden, hidden);
  const Affine k = reader->Linear(name + "attention.self.key", hidden, hidden);
  const Affine v = reader->Linear(name + "attention.self.value", hidden, hidden);
  BertLayer layer;
  layer.qkv = {at::cat({q.weight, k.weight, v.weight}), at::cat({q.bias, k.bias, v.bias})};
  layer.output = reader->Linear(name + "attention.output.dense", hidden, hidden);
  layer.output_norm = reader->Norm(name + "attention.output.LayerNorm", hidden);
  layer.up = reader->Linear(name + "intermediate.dense", config.intermediate_size, hidden);
  layer.down = reader->Linear(name + "output.dense", hidden, config.intermediate_size);
  layer.down_norm = reader->Norm(name + "output.LayerNorm", hidden);
  return layer;
}

BertWeights ReadWeights(const std::string& path, const BertConfig& config, at::ScalarType dtype) {
  const std::string embeddings = "embeddings.";
  const int64_t hidden = config.hidden_size;
  WeightReader reader(path, dtype);
  BertWeights weights;
  weights.words = reader.Take(embeddings + "word_embeddings.weight", {config.vocab_size, hidden});
  weights.positions = reader.Take(embeddings + "position_embeddings.weight", {config.max_positions, hidden});
  weights.positions.add_(reader.Take(embeddings + "token_type_embeddings.weight", {config.token_types, hidden})[0]);
  weights.norm = reader.Norm(embeddings + "LayerNorm", hidden);
  for (int64_t i = 0; i < config.layers; ++i) {
    weights.layers.push_back(ReadLayer("encoder.layer." + std::to_string(i) + ".", config, &reader));
  }
  reader.RefuseOthers();
  return weights;
}

// Texts of one length, side by side in the packed tokens of a batch.
struct Run {
  int64_t begin = 0;  // its first token
  int64_t texts = 0;
  int64_t length = 0;  // tokens of each text
};

struct Batch {
  std::vector<int64_t> ids;
  std::vector<int64_t> positions;
  std::vector<size_t> texts;
  std::vector<Run> runs;
};

// Texts come in the order of their length, so that those of one length meet.
void Append(const std::vector<int64_t>& ids, size_t text, Batch* batch) {
  const auto length = static_cast<int64_t>(ids.size());
  if (batch->runs.empty() || batch->runs.back().length != length) {
    batch->runs.push_back({static_cast<int64_t>(batch->ids.size()), 0, length});
  }
  ++batch->runs.back().texts;
  batch->texts.push_back(text);
  batch->ids.insert(batch->ids.end(), ids.begin(), ids.end());
  for (int64_t position = 0; position < length; ++position) batch->positions.push_back(position);
}

at::Tensor IndexOf(const std::vector<int64_t>& list) {
  at::Tensor index = at::empty({static_cast<int64_t>(list.size())}, at::dtype(at::kLong));
  std::copy(list.begin(), list.end(), index.mutable_data_ptr<int64_t>());
  return index;
}

at::Tensor Apply(const Affine& affine, const at::Tensor& x) { return at::linear(x, affine.weight, affine.bias); }

// Letters of the shapes: T packed tokens, n texts of a run, t tokens of each, H hidden, h heads, d hidden / heads.
at::Tensor Attention(const at::Tensor& qkv_T3H, const std::vector<Run>& runs, int64_t heads) {
  std::vector<at::Tensor> outputs;
  for (const Run& run : runs) {
    const at::Tensor parts_3nhtd = qkv_T3H.narrow(0, run.begin, run.texts * run.length)
                                       .view({run.texts, run.length, 3, heads, qkv_T3H.size(1) / 3 / heads})
                                       .permute({2, 0, 3, 1, 4});
    const at::Tensor mixed_nhtd = at::scaled_dot_product_attention(parts_3nhtd[0], parts_3nhtd[1], parts_3nhtd[2]);
    outputs.push_back(mixed_nhtd.transpose(1, 2).reshape({run.texts * run.length, qkv_T3H.size(1) / 3}));
  }
  return at::cat(outputs);
}

}  // namespace

struct BertEmbedder::State {
  BertConfig config;
  WordPieceTokenizer tokenizer;
  int64_t max_tokens;
  BertWeights weights;

  at::Tensor Norm(const Affine& norm, const at::Tensor& x) const {
    return at::layer_norm(x, {config.hidden_size}, norm.weight, norm.bias, config.layer_norm_eps);
  }

  // [T, H]: the last hidden states.
  at::Tensor Encode(const Batch& batch) const {
    at::Tensor x_TH = weights.words.index_select(0, IndexOf(batch.ids));
    x_TH = Norm(weights.norm, x_TH.add_(weights.positions.index_select(0, IndexOf(batch.positions))));
    for (const BertLayer& layer : weights.layers) {
      const at::Tensor mixed_TH = Attention(Apply(layer.qkv, x_TH), batch.runs, config.heads);
      x_TH = Norm(layer.output_norm, Apply(layer.output, mixed_TH).add_(x_TH));
      const at::Tensor up = at::gelu(Apply(layer.up, x_TH));
      x_TH = Norm(layer.down_norm, Apply(layer.down, up).add_(x_TH));
    }
    return x_TH;
  }

  // Sets the rows of the batch's texts in `unit_NH`.
  void EmbedBatch(const Batch& batch, at::Tensor* unit_NH) const {
    const at::Tensor encoded_TH = Encode(batch);
    const at::Tensor x_TH = encoded_TH.scalar_type() == at::kDouble ? encoded_TH : encoded_TH.to(at::kFloat);
    std::vector<at::Tensor> means;
    for (const Run& run : batch.runs) {
      const at::Tensor tokens = x_TH.narrow(0, run.begin, run.texts * run.length);
      means.push_back(tokens.view({run.texts, run.length, config.hidden_size}).mean(1));
    }
    at::Tensor mean_nH = at::cat(means);
    constexpr double kSmallest = 1e-12;  // torch.nn.functional.normalize
    mean_nH.div_(mean_nH.norm(2, {1}, /*keepdim=*/true).clamp_min(kSmallest));
    const std::vector<int64_t> rows(batch.texts.begin(), batch.texts.end());
    unit_NH->index_copy_(0, IndexOf(rows), mean_nH.to(at::kFloat));
  }
};

BertEmbedder::BertEmbedder(std::shared_ptr<const State> state) : state_(std::move(state)) {}

BertEmbedder BertEmbedder::Load(const std::string& folder, at::ScalarType dtype) {
  const std::string config_path = folder + "/config.json";
  const BertConfig config = ReadConfig(config_path);
  CheckPooling(PoolingFolder(folder) + "/config.json", config.hidden_size);
  const WordPieceTokenizer tokenizer = WordPieceTokenizer::FromFile(folder + "/tokenizer.json");
  if (tokenizer.vocab_size() > config.vocab_size) {
    throw InputError(config_path + ": vocab_size", "is " + std::to_string(config.vocab_size),
                     "at least the " + std::to_string(tokenizer.vocab_size()) + " tokens of tokenizer.json");
  }
  const int64_t max_tokens =
      ReadMaxTokens(folder + "/sentence_bert_config.json", config.max_positions, tokenizer.template_size());
  BertWeights weights = ReadWeights(folder + "/model.safetensors", config, dtype);
  return BertEmbedder(std::make_shared<const State>(State{config, tokenizer, max_tokens, std::move(weights)}));
}

at::Tensor BertEmbedder::Embed(const std::vector<std::string>& texts) const {
  const at::NoGradGuard no_grad;
  constexpr size_t kBatchTokens = 4096;
  std::vector<std::vector<int64_t>> ids;
  for (const std::string& text : texts) ids.push_back(state_->tokenizer.EncodeForModel(text, max_tokens()));
  std::vector<size_t> order(texts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return ids[a].size() < ids[b].size(); });
  at::Tensor unit_NH = at::empty({static_cast<int64_t>(texts.size()), hidden_size()}, at::dtype(at::kFloat));
  Batch batch;
  for (const size_t text : order) {
    if (!batch.ids.empty() && batch.ids.size() + ids[text].size() > kBatchTokens) {
      state_->EmbedBatch(std::exchange(batch, Batch()), &unit_NH);
    }
    Append(ids[text], text, &batch);
  }
  if (!batch.texts.empty()) state_->EmbedBatch(batch, &unit_NH);
  return unit_NH;
}

int64_t BertEmbedder::max_tokens() const { return state_->max_tokens; }

int64_t BertEmbedder::hidden_size() const { return state_->config.hidden_size; }

const WordPieceTokenizer& BertEmbedder::tokenizer() const { return state_->tokenizer; }

}  // namespace suite
