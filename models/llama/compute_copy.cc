#include "models/llama/compute_copy.h"

#include <torch/csrc/autograd/custom_function.h>

#include "base/check.h"
#include "models/llama/gradient_buffer.h"

namespace suite {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Reads `copy` where a graph says `leaf`.
struct ReadCopyFunction : torch::autograd::Function<ReadCopyFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& leaf, const at::Tensor& copy) {
    context->save_for_backward({leaf});
    return copy.variable_data();
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor leaf = context->get_saved_variables()[0];
    at::Tensor buffer = GradientBuffer(leaf);
    if (!buffer.defined()) return {gradients[0].to(leaf.scalar_type()), at::Tensor()};
    buffer.add_(gradients[0]);
    return {at::Tensor(), at::Tensor()};
  }
};

at::Tensor ReadCopy(const at::Tensor& leaf, const at::Tensor& copy) {
  return leaf.defined() ? ReadCopyFunction::apply(leaf, copy) : at::Tensor();
}

LlamaLayerTensors ReadCopy(const LlamaLayerTensors& leaf, const LlamaLayerTensors& copy) {
  return {ReadCopy(leaf.input_norm, copy.input_norm),
          ReadCopy(leaf.qkv, copy.qkv),
          ReadCopy(leaf.qkv_bias, copy.qkv_bias),
          ReadCopy(leaf.output, copy.output),
          ReadCopy(leaf.output_bias, copy.output_bias),
          ReadCopy(leaf.mlp_norm, copy.mlp_norm),
          ReadCopy(leaf.gate_up, copy.gate_up),
          ReadCopy(leaf.gate_up_bias, copy.gate_up_bias),
          ReadCopy(leaf.down, copy.down),
          ReadCopy(leaf.down_bias, copy.down_bias)};
}

}  // namespace

ComputeCopy::ComputeCopy(const LlamaWeights& master, at::ScalarType dtype)
    : master_(master), copy_(master.To(master.flat().device(), dtype)) {}

ComputeCopy ComputeCopy::WithoutMaster(const LlamaWeights& copy) {
  return ComputeCopy(LlamaWeights::WithoutNumbers(copy.config(), copy.flat().options().dtype(at::kFloat)), copy, false);
}

bool ComputeCopy::Narrows() const { return copy_.flat().scalar_type() != master_.flat().scalar_type(); }

void ComputeCopy::Refresh() {
  if (has_master_ && Narrows()) copy_.flat().copy_(master_.flat());
}

LlamaTensors ComputeCopy::Connect(const LlamaTensors& leaves) const {
  if (!Narrows()) return leaves;
  const LlamaTensors copy = copy_.Tensors();
  SUITE_CHECK_EQ(leaves.layers.size(), copy.layers.size());
  LlamaTensors connected;
  connected.embedding = ReadCopy(leaves.embedding, copy.embedding);
  for (size_t i = 0; i < copy.layers.size(); ++i) {
    connected.layers.push_back(ReadCopy(leaves.layers[i], copy.layers[i]));
  }
  connected.final_norm = ReadCopy(leaves.final_norm, copy.final_norm);
  connected.head = ReadCopy(leaves.head, copy.head);
  return connected;
}

}  // namespace suite
