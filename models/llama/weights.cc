#include "models/llama/weights.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "base/random.h"

namespace suite {
namespace {

// One named parameter inside a block of the flat buffer.
struct Part {
  std::string name;
  std::vector<int64_t> shape;
};

// Parts that lie side by side and are used as one tensor.
struct Block {
  std::vector<Part> parts;
  int64_t offset = 0;
  int64_t size = 0;
};

int64_t Product(const std::vector<int64_t>& shape) {
  int64_t product = 1;
  for (const int64_t size : shape) product *= size;
  return product;
}

// The blocks of one layer, in the order of LlamaLayerTensors. A block without parts is an absent bias.
std::vector<std::vector<Part>> LayerParts(const LlamaConfig& c, int64_t layer) {
  const std::string prefix = "model.layers." + std::to_string(layer) + ".";
  const std::string attention = prefix + "self_attn.";
  const std::string mlp = prefix + "mlp.";
  const int64_t q = c.heads * c.head_dim;
  const int64_t kv = c.kv_heads * c.head_dim;
  const int64_t h = c.hidden_size;
  const int64_t i = c.intermediate_size;
  using Parts = std::vector<Part>;
  return {
      {{prefix + "input_layernorm.weight", {h}}},
      {{attention + "q_proj.weight", {q, h}},
       {attention + "k_proj.weight", {kv, h}},
       {attention + "v_proj.weight", {kv, h}}},
      c.qkv_bias ? Parts{{attention + "q_proj.bias", {q}},
                         {attention + "k_proj.bias", {kv}},
                         {attention + "v_proj.bias", {kv}}}
                 : Parts{},
      {{attention + "o_proj.weight", {h, q}}},
      c.output_bias ? Parts{{attention + "o_proj.bias", {h}}} : Parts{},
      {{prefix + "post_attention_layernorm.weight", {h}}},
      {{mlp + "gate_proj.weight", {i, h}}, {mlp + "up_proj.weight", {i, h}}},
      c.mlp_bias ? Parts{{mlp + "gate_proj.bias", {i}}, {mlp + "up_proj.bias", {i}}} : Parts{},
      {{mlp + "down_proj.weight", {h, i}}},
      c.mlp_bias ? Parts{{mlp + "down_proj.bias", {h}}} : Parts{},
  };
}

constexpr size_t kBlocksPerLayer = 10;

std::vector<Part> EmbeddingParts(const LlamaConfig& c) {
  return {{"model.embed_tokens.weight", {c.vocab_size, c.hidden_size}}};
}

std::vector<Part> FinalNormParts(const LlamaConfig& c) { return {{"model.norm.weight", {c.hidden_size}}}; }

std::vector<Part> HeadParts(const LlamaConfig& c) {
  if (c.tie_embeddings) return {};
  return {{"lm_head.weight", {c.vocab_size, c.hidden_size}}};
}

// Every block with its place: embedding, kBlocksPerLayer for each layer, final norm, head (empty when tied).
std::vector<Block> Blocks(const LlamaConfig& config) {
  std::vector<Block> blocks;
  blocks.push_back({EmbeddingParts(config)});
  for (int64_t layer = 0; layer < config.layers; ++layer) {
    for (auto& parts : LayerParts(config, layer)) blocks.push_back({std::move(parts)});
  }
  blocks.push_back({FinalNormParts(config)});
  blocks.push_back({HeadParts(config)});
  int64_t offset = 0;
  for (Block& block : blocks) {
    block.offset = offset;
    for (const Part& part : block.parts) block.size += Product(part.shape);
    offset += (block.size + 15) / 16 * 16;  // 64-byte alignment in float32, for the vector units
  }
  return blocks;
}

int64_t FlatSize(const std::vector<Block>& blocks) {
  return blocks.back().offset + (blocks.back().size + 15) / 16 * 16;
}

// The block as one tensor: parts are stacked along their first dimension.
at::Tensor BlockTensor(const at::Tensor& flat, const Block& block) {
  if (block.parts.empty()) return {};
  std::vector<int64_t> shape = block.parts.front().shape;
  shape[0] = 0;
  for (const Part& part : block.parts) shape[0] += part.shape[0];
  return flat.narrow(0, block.offset, block.size).view(shape);
}

LlamaTensors Assemble(const LlamaConfig& config, const std::function<at::Tensor(const Block&)>& tensor_of) {
  const std::vector<Block> blocks = Blocks(config);
  LlamaTensors tensors;
  tensors.embedding = tensor_of(blocks.front());
  for (int64_t layer = 0; layer < config.layers; ++layer) {
    const Block* b = &blocks[1 + static_cast<size_t>(layer) * kBlocksPerLayer];
    tensors.layers.push_back({tensor_of(b[0]), tensor_of(b[1]), tensor_of(b[2]), tensor_of(b[3]), tensor_of(b[4]),
                              tensor_of(b[5]), tensor_of(b[6]), tensor_of(b[7]), tensor_of(b[8]), tensor_of(b[9])});
  }
  tensors.final_norm = tensor_of(blocks[blocks.size() - 2]);
  tensors.head = config.tie_embeddings ? tensors.embedding : tensor_of(blocks.back());
  return tensors;
}

// transformers lists a layer's attention, then its MLP, then its norms, each projection with weight before bias.
int OrderInLayer(const std::string& name) {
  static const std::vector<std::string> kOrder = {
      "q_proj.weight",    "q_proj.bias",    "k_proj.weight",          "k_proj.bias",
      "v_proj.weight",    "v_proj.bias",    "o_proj.weight",          "o_proj.bias",
      "gate_proj.weight", "gate_proj.bias", "up_proj.weight",         "up_proj.bias",
      "down_proj.weight", "down_proj.bias", "input_layernorm.weight", "post_attention_layernorm.weight"};
  for (size_t i = 0; i < kOrder.size(); ++i) {
    if (name.size() >= kOrder[i].size() &&
        name.compare(name.size() - kOrder[i].size(), kOrder[i].size(), kOrder[i]) == 0) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

std::string ShapeText(at::IntArrayRef shape) {
  std::string text = "[";
  for (const int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

using FileOf = std::function<std::string(const std::string& tensor)>;

void CheckPart(const Part& part, const std::map<std::string, at::Tensor>& given, const FileOf& file_of,
               const std::string& where) {
  const auto found = given.find(part.name);
  if (found == given.end()) throw InputError(where, "tensor '" + part.name + "' is missing");
  const at::Tensor& tensor = found->second;
  const std::string thing = "tensor '" + part.name + "'";
  if (!at::isFloatingType(tensor.scalar_type())) {
    throw InputError(file_of(part.name), thing + " is of type " + c10::toString(tensor.scalar_type()), "a float type");
  }
  if (tensor.sizes() != at::IntArrayRef(part.shape)) {
    throw InputError(file_of(part.name), thing + " has shape " + ShapeText(tensor.sizes()), ShapeText(part.shape));
  }
}

// Layer by layer: a config with billions of layers fails at the first that is not there.
void CheckShapes(const LlamaConfig& config, const std::map<std::string, at::Tensor>& given, const FileOf& file_of,
                 const std::string& where) {
  std::set<std::string> wanted;
  const auto check = [&](const std::vector<Part>& parts) {
    for (const Part& part : parts) {
      CheckPart(part, given, file_of, where);
      wanted.insert(part.name);
    }
  };
  check(EmbeddingParts(config));
  for (int64_t layer = 0; layer < config.layers; ++layer) {
    for (const auto& parts : LayerParts(config, layer)) check(parts);
  }
  check(FinalNormParts(config));
  check(HeadParts(config));
  for (const auto& [name, tensor] : given) {
    // A tied checkpoint may still carry its head; it is the embedding once more.
    if (wanted.count(name) > 0 || (name == "lm_head.weight" && config.tie_embeddings)) continue;
    throw InputError(file_of(name), "tensor '" + name + "' is not part of this architecture",
                     "the tensors of " + config.model_type + " with " + std::to_string(config.layers) + " layers");
  }
}

void CheckRange(const at::Tensor& from, const at::Tensor& to, const std::string& where, const std::string& name) {
  const bool same_range = to.scalar_type() != at::kHalf && from.scalar_type() != at::kDouble;
  if (same_range || to.scalar_type() == from.scalar_type()) return;
  const at::Tensor lost = at::logical_and(at::isfinite(from), at::logical_not(at::isfinite(to)));
  if (!lost.any().item<bool>()) return;
  const double largest = from.abs().masked_fill(at::logical_not(lost), 0).max().item<double>();
  throw InputError(where, "tensor '" + name + "' holds " + std::to_string(largest),
                   std::string("what ") + c10::toString(to.scalar_type()) + " can hold");
}

}  // namespace

LlamaWeights LlamaWeights::Zeros(const LlamaConfig& config, at::ScalarType dtype) {
  return LlamaWeights(config, at::zeros({FlatSize(Blocks(config))}, at::dtype(dtype)));
}

LlamaWeights LlamaWeights::WithoutNumbers(const LlamaConfig& config, const at::TensorOptions& options) {
  return LlamaWeights(config, at::zeros({1}, options).expand({FlatSize(Blocks(config))}));
}

LlamaWeights LlamaWeights::Random(const LlamaConfig& config, uint64_t seed, double std) {
  LlamaWeights weights = Zeros(config, at::kFloat);
  uint64_t index = 0;
  for (const auto& [name, tensor] : weights.Parameters()) {
    RandomStream stream(seed, "init", {index++});
    if (tensor.dim() == 1) {
      const bool norm = name.find("norm") != std::string::npos;
      tensor.fill_(norm ? 1.0 : 0.0);
      continue;
    }
    float* data = tensor.mutable_data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i) data[i] = static_cast<float>(std * stream.Normal());
  }
  return weights;
}

LlamaWeights LlamaWeights::FromNamed(const LlamaConfig& config, const NamedTensors& named, at::ScalarType dtype,
                                     const std::string& where, const std::map<std::string, std::string>& files) {
  const auto file_of = [&](const std::string& name) { return files.count(name) > 0 ? files.at(name) : where; };
  const std::map<std::string, at::Tensor> given(named.begin(), named.end());
  CheckShapes(config, given, file_of, where);
  LlamaWeights weights = Zeros(config, dtype);
  for (const auto& [name, target] : weights.Parameters()) {
    target.copy_(given.at(name));
    CheckRange(given.at(name), target, file_of(name), name);
  }
  return weights;
}

NamedTensors LlamaWeights::Parameters() const {
  NamedTensors embedding, layers, tail;
  const std::vector<Block> blocks = Blocks(config_);
  for (size_t index = 0; index < blocks.size(); ++index) {
    int64_t offset = blocks[index].offset;
    for (const Part& part : blocks[index].parts) {
      const int64_t size = Product(part.shape);
      const bool in_layer = index > 0 && index + 2 < blocks.size();
      NamedTensors& list = index == 0 ? embedding : in_layer ? layers : tail;
      list.emplace_back(part.name, flat_.narrow(0, offset, size).view(part.shape));
      offset += size;
    }
  }
  const auto layer_of = [](const std::string& name) {
    return std::stoi(name.substr(std::string("model.layers.").size()));
  };
  std::stable_sort(layers.begin(), layers.end(), [&](const auto& a, const auto& b) {
    return std::make_pair(layer_of(a.first), OrderInLayer(a.first)) <
           std::make_pair(layer_of(b.first), OrderInLayer(b.first));
  });
  NamedTensors all = std::move(embedding);
  all.insert(all.end(), layers.begin(), layers.end());
  all.insert(all.end(), tail.begin(), tail.end());
  return all;
}

LlamaTensors LlamaWeights::Tensors() const {
  return Assemble(config_, [&](const Block& block) { return BlockTensor(flat_, block); });
}

LlamaWeights LlamaWeights::Converted(at::ScalarType dtype, const std::string& where) const {
  LlamaWeights converted = To(flat_.device(), dtype);
  const NamedTensors before = Parameters(), after = converted.Parameters();
  for (size_t i = 0; i < before.size(); ++i) CheckRange(before[i].second, after[i].second, where, before[i].first);
  return converted;
}

LlamaWeights LlamaWeights::Clone() const { return LlamaWeights(config_, flat_.clone()); }

LlamaWeights LlamaWeights::To(at::Device device, at::ScalarType dtype) const {
  return LlamaWeights(config_, flat_.to(device, dtype));
}

int64_t LlamaWeights::ParameterCount() const {
  int64_t count = 0;
  for (const Block& block : Blocks(config_)) count += block.size;
  return count;
}

LlamaTensors TrainableTensors(const LlamaWeights& weights, const LlamaWeights& gradients) {
  SUITE_CHECK_EQ(weights.flat().numel(), gradients.flat().numel());
  return Assemble(weights.config(), [&](const Block& block) -> at::Tensor {
    if (block.parts.empty()) return {};
    at::Tensor leaf = BlockTensor(weights.flat(), block).detach().requires_grad_();
    leaf.mutable_grad() = BlockTensor(gradients.flat(), block);
    return leaf;
  });
}

}  // namespace suite
