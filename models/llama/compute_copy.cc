#include "models/llama/compute_copy.h"

#include <torch/csrc/autograd/custom_function.h>

#include "base/check.h"
#include "models/llama/gradient_buffer.h"
#include "models/llama/layer_tensors.h"

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
    LlamaLayerTensors& layer = connected.layers.emplace_back();
    for (const LayerBlock& block : LayerBlocks(copy_.config(), 0)) {
      layer.*block.field = ReadCopy(leaves.layers[i].*block.field, copy.layers[i].*block.field);
    }
  }
  connected.final_norm = ReadCopy(leaves.final_norm, copy.final_norm);
  connected.head = ReadCopy(leaves.head, copy.head);
  return connected;
}

}  // namespace suite
