#include "models/llama/head_rows.h"

#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include "models/llama/gradient_buffer.h"

namespace suite {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct HeadRowsFunction : torch::autograd::Function<HeadRowsFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& head, const at::Tensor& rows) {
    context->save_for_backward({head, rows});
    return head.index_select(0, rows);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor buffer = GradientBuffer(saved[0]);
    at::Tensor sum = buffer.defined() ? buffer : at::zeros_like(saved[0]);
    sum.index_add_(0, saved[1], gradients[0].to(sum.scalar_type()));
    return {buffer.defined() ? at::Tensor() : sum, at::Tensor()};
  }
};

}  // namespace

at::Tensor HeadRows(const at::Tensor& head, const at::Tensor& rows) {
  return HeadRowsFunction::apply(head, rows.to(head.device()));
}

}  // namespace suite
