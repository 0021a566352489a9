#include "models/llama/weights.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "base/random.h"
#include "models/checkpoints/finite_tensor.h"

namespace suite {
namespace {

constexpr char kHead[] = "lm_head.weight";

// A tensor of the model in the flat buffer: parameters that lie side by side, stacked along their first dimension.
struct Block {
  std::vector<NamedShape> parameters;
  at::Tensor LlamaLayerTensors::*field = nullptr;  // null outside layers
  int64_t section = 0;                             // 0: embedding; 1, 2, ...: layers; then the rest
  int64_t offset = 0;
  int64_t size = 0;
};

int64_t Product(const std::vector<int64_t>& shape) {
  int64_t product = 1;
  for (const int64_t size : shape) product *= size;
  return product;
}

NamedShape Embedding(const LlamaConfig& c) { return {"model.embed_tokens.weight", {c.vocab_size, c.hidden_size}}; }

// What follows the layers: the final norm, and the head (none when tied).
std::vector<LayerBlock> Tail(const LlamaConfig& c) {
  std::vector<NamedShape> head;
  if (!c.tie_embeddings) head = {{kHead, {c.vocab_size, c.hidden_size}}};
  return {{nullptr, {{"model.norm.weight", {c.hidden_size}}}}, {nullptr, head}};
}

// Every block with its place: embedding, the blocks of each layer, final norm, head (empty when tied).
std::vector<Block> Blocks(const LlamaConfig& config) {
  std::vector<Block> blocks = {{{Embedding(config)}}};
  const auto append = [&](std::vector<LayerBlock> more, int64_t section) {
    for (LayerBlock& block : more) blocks.push_back({std::move(block.parameters), block.field, section});
  };
  for (int64_t layer = 0; layer < config.layers; ++layer) append(LayerBlocks(config, layer), layer + 1);
  append(Tail(config), config.layers + 1);
  int64_t offset = 0;
  for (Block& block : blocks) {
    block.offset = offset;
    for (const NamedShape& parameter : block.parameters) block.size += Product(parameter.shape);
    offset += (block.size + 15) / 16 * 16;  // 64-byte alignment in float32, for the vector units
  }
  return blocks;
}

int64_t FlatSize(const std::vector<Block>& blocks) {
  return blocks.back().offset + (blocks.back().size + 15) / 16 * 16;
}

at::Tensor BlockTensor(const at::Tensor& flat, const Block& block) {
  if (block.parameters.empty()) return {};
  std::vector<int64_t> shape = block.parameters.front().shape;
  shape[0] = 0;
  for (const NamedShape& parameter : block.parameters) shape[0] += parameter.shape[0];
  return flat.narrow(0, block.offset, block.size).view(shape);
}

LlamaTensors Assemble(const LlamaConfig& config, const std::function<at::Tensor(const Block&)>& tensor_of) {
  const std::vector<Block> blocks = Blocks(config);
  LlamaTensors tensors;
  tensors.embedding = tensor_of(blocks.front());
  tensors.layers.resize(static_cast<size_t>(config.layers));
  for (const Block& block : blocks) {
    if (block.field != nullptr) tensors.layers[static_cast<size_t>(block.section - 1)].*block.field = tensor_of(block);
  }
  tensors.final_norm = tensor_of(blocks[blocks.size() - 2]);
  tensors.head = config.tie_embeddings ? tensors.embedding : tensor_of(blocks.back());
  return tensors;
}

// The place of a layer's parameter among transformers' named_parameters().
size_t PlaceInLayer(const std::string& name) {
  const std::vector<std::string>& order = LayerParameterOrder();
  const auto ends_name = [&](const std::string& ending) {
    return name.size() >= ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
  };
  const auto found = std::find_if(order.begin(), order.end(), ends_name);
  SUITE_CHECK(found != order.end());
  return static_cast<size_t>(found - order.begin());
}

using FileOf = std::function<std::string(const std::string& tensor)>;

// Frequencies of the rotary embedding, which older versions of transformers saved and all ignore: config.json says
// them.
bool IsLeftover(const std::string& name) {
  constexpr std::string_view kEnding = "rotary_emb.inv_freq";
  return name.size() >= kEnding.size() && name.compare(name.size() - kEnding.size(), kEnding.size(), kEnding) == 0;
}

// What saved a tensor under such a name, as the end of a sentence; empty where nothing is known to.
std::string Origin(const std::string& name) {
  static const std::pair<std::string_view, std::string_view> kPrefixes[] = {
      {"_orig_mod.", ": it was saved from inside torch.compile; save the module's _orig_mod instead"},
      {"base_model.model.", ": it was saved from inside PEFT; merge_and_unload and save the model it gives"},
      {"module.", ": it was saved from inside DataParallel; save its module instead"},
      {"_fsdp_wrapped_module.", ": it was saved from inside FSDP; gather the model's own state dict and save that"}};
  for (const auto& [prefix, origin] : kPrefixes) {
    if (name.compare(0, prefix.size(), prefix) == 0) return std::string(origin);
  }
  if (name.find(".lora_") != std::string::npos) return ": it is of a LoRA adapter; merge it into the model first";
  return "";
}

void CheckPart(const NamedShape& part, const std::map<std::string, at::Tensor>& given, const FileOf& file_of,
               const std::string& where) {
  const auto found = given.find(part.name);
  if (found == given.end()) {
    // Where all names are wrapped, say by what rather than which is the first that is missing.
    for (const auto& [name, tensor] : given) {
      const std::string origin = Origin(name);
      if (!origin.empty())
        throw InputError(file_of(name), "tensor '" + name + "' is not part of this architecture" + origin);
    }
    throw InputError(where, "tensor '" + part.name + "' is missing");
  }
  const at::Tensor& tensor = found->second;
  const std::string thing = "tensor '" + part.name + "'";
  if (!at::isFloatingType(tensor.scalar_type())) {
    throw InputError(file_of(part.name), thing + " is of type " + c10::toString(tensor.scalar_type()), "a float type");
  }
  if (tensor.sizes() != at::IntArrayRef(part.shape)) {
    throw InputError(file_of(part.name), thing + " has shape " + c10::str(tensor.sizes()),
                     c10::str(at::IntArrayRef(part.shape)));
  }
}

// Layer by layer: a config with billions of layers fails at the first that is not there.
void CheckShapes(const LlamaConfig& config, const std::map<std::string, at::Tensor>& given, const FileOf& file_of,
                 const std::string& where) {
  std::set<std::string> wanted;
  const auto check = [&](const NamedShape& part) {
    CheckPart(part, given, file_of, where);
    wanted.insert(part.name);
  };
  const auto check_blocks = [&](const std::vector<LayerBlock>& blocks) {
    for (const LayerBlock& block : blocks) std::for_each(block.parameters.begin(), block.parameters.end(), check);
  };
  check(Embedding(config));
  for (int64_t layer = 0; layer < config.layers; ++layer) check_blocks(LayerBlocks(config, layer));
  check_blocks(Tail(config));
  for (const auto& [name, tensor] : given) {
    // A tied checkpoint may still carry its head (CheckTiedHead).
    if (wanted.count(name) > 0 || (name == kHead && config.tie_embeddings) || IsLeftover(name)) continue;
    throw InputError(file_of(name), "tensor '" + name + "' is not part of this architecture" + Origin(name),
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

// Where the embedding is the head, a head in the file can only be the embedding once more: one that differs is what the
// checkpoint was trained with, or a leftover, and the file does not say which.
void CheckTiedHead(const std::string& embedding, const std::map<std::string, at::Tensor>& given,
                   const FileOf& file_of) {
  const auto head = given.find(kHead);
  if (head == given.end()) return;
  const at::Tensor& tied = given.at(embedding);
  if (tied.sizes() == head->second.sizes() && tied.equal(head->second.to(tied.scalar_type()))) return;
  throw InputError(file_of(kHead),
                   "tensor '" + head->first + "' differs from '" + embedding +
                       "', though tie_word_embeddings of config.json is true",
                   "equal tensors, no '" + head->first + "', or tie_word_embeddings false");
}

}  // namespace

int64_t CountParameters(const LlamaConfig& config) {
  int64_t count = 0;
  for (const Block& block : Blocks(config)) count += block.size;
  return count;
}

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
    RefuseNotFinite(given.at(name), file_of(name), name);
    target.copy_(given.at(name));
    CheckRange(given.at(name), target, file_of(name), name);
  }
  if (config.tie_embeddings) CheckTiedHead(Embedding(config).name, given, file_of);
  return weights;
}

NamedTensors LlamaWeights::Parameters() const {
  NamedTensors all;
  std::vector<std::pair<int64_t, size_t>> places;
  for (const Block& block : Blocks(config_)) {
    int64_t offset = block.offset;
    for (const NamedShape& part : block.parameters) {
      const int64_t size = Product(part.shape);
      places.emplace_back(block.section, block.field == nullptr ? 0 : PlaceInLayer(part.name));
      all.emplace_back(part.name, flat_.narrow(0, offset, size).view(part.shape));
      offset += size;
    }
  }
  std::vector<size_t> order(all.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return places[a] < places[b]; });
  NamedTensors sorted;
  for (const size_t i : order) sorted.push_back(std::move(all[i]));
  return sorted;
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

LlamaTensors TrainableTensors(const LlamaWeights& weights, const LlamaWeights& gradients) {
  SUITE_CHECK_EQ(weights.flat().numel(), gradients.flat().numel());
  return Assemble(weights.config(), [&](const Block& block) -> at::Tensor {
    if (block.parameters.empty()) return {};
    at::Tensor leaf = BlockTensor(weights.flat(), block).detach().requires_grad_();
    leaf.mutable_grad() = BlockTensor(gradients.flat(), block);
    return leaf;
  });
}

}  // namespace suite
