// The weights of a Llama-architecture decoder: one flat buffer, seen as Hugging Face's named parameters.
//
// Everything lies in one tensor, so that the optimizer, gradient clipping, checkpoints and sharding work on one range
// of numbers. Matrices that are multiplied with the same input lie side by side and are used as one (q, k, v; gate,
// up).
//
//   LlamaWeights weights = LlamaWeights::Random(config, /*seed=*/1, /*std=*/0.02);
//   for (const auto& [name, tensor] : weights.Parameters()) ...     // "model.embed_tokens.weight", ...
//   LlamaTensors tensors = weights.Tensors();                       // what the forward pass reads
//
// To train, give the buffer a gradient buffer of the same shape:
//
//   LlamaWeights gradients = LlamaWeights::Zeros(config, at::kFloat);
//   LlamaTensors leaves = TrainableTensors(weights, gradients);     // backward() adds into `gradients`
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoints/safetensors.h"
#include "models/llama/config.h"
#include "models/llama/layer_tensors.h"

namespace suite {

struct LlamaTensors {
  at::Tensor embedding;  // [vocab, hidden]
  std::vector<LlamaLayerTensors> layers;
  at::Tensor final_norm;
  at::Tensor head;  // [vocab, hidden]; the embedding itself when tied
};

// Number of parameters of a model of this shape, without padding; an embedding that is also the head counts once.
int64_t CountParameters(const LlamaConfig& config);

class LlamaWeights {
 public:
  // Zeros everywhere, for gradients and optimizer moments.
  static LlamaWeights Zeros(const LlamaConfig& config, at::ScalarType dtype);

  // Shapes alone: every number is one and the same zero, so this takes no memory. For leaves of a graph whose numbers
  // lie elsewhere (compute_copy.h).
  static LlamaWeights WithoutNumbers(const LlamaConfig& config, const at::TensorOptions& options);

  // Matrices and embeddings normal with standard deviation `std` (named stream "init"), norms 1, biases 0; float32.
  static LlamaWeights Random(const LlamaConfig& config, uint64_t seed, double std);

  // From Hugging Face's named tensors in any float dtype, converted to `dtype`. Throws InputError naming the tensor,
  // and `where` or, of a tensor that is in `files`, its file: for a missing, an unknown or a wrongly shaped tensor, for
  // NaN and infinity, for a value that is finite and is not in `dtype` (float16 ends at 65504), and for a head beside a
  // tied embedding that is not the same. All shapes are looked at before memory is asked for, so what is asked for is
  // bounded by what was given.
  static LlamaWeights FromNamed(const LlamaConfig& config, const NamedTensors& named, at::ScalarType dtype,
                                const std::string& where, const std::map<std::string, std::string>& files = {});

  // Views under Hugging Face's names, in transformers' order of named_parameters().
  NamedTensors Parameters() const;

  LlamaTensors Tensors() const;

  LlamaWeights Clone() const;
  LlamaWeights To(at::Device device, at::ScalarType dtype) const;

  // As To on the same device, but throws InputError with `where` and the tensor for a value that was finite and is not
  // in `dtype`.
  LlamaWeights Converted(at::ScalarType dtype, const std::string& where) const;

  const LlamaConfig& config() const { return config_; }
  // [total], with up to 15 zeros of padding after each block.
  const at::Tensor& flat() const { return flat_; }
  int64_t ParameterCount() const { return CountParameters(config_); }

 private:
  LlamaWeights(LlamaConfig config, at::Tensor flat) : config_(std::move(config)), flat_(std::move(flat)) {}

  LlamaConfig config_;
  at::Tensor flat_;
};

// Leaf tensors that share memory with `weights` and whose .grad shares memory with `gradients` (same config and dtype).
LlamaTensors TrainableTensors(const LlamaWeights& weights, const LlamaWeights& gradients);

}  // namespace suite
