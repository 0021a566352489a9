#include "models/llama/linear.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "models/kernels/matrix_product.h"

namespace suite {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct ProductFunction : torch::autograd::Function<ProductFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight) {
    context->save_for_backward({x, weight});
    return Product(x, weight.t());
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& dy = gradients[0];
    return {context->needs_input_grad(0) ? Product(dy, saved[1]) : at::Tensor(),
            context->needs_input_grad(1) ? Product(dy.t(), saved[0]) : at::Tensor()};
  }
};

struct AddProductFunction : torch::autograd::Function<AddProductFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& residual, const at::Tensor& x,
                            const at::Tensor& weight) {
    context->save_for_backward({x, weight});
    at::Tensor sum = residual.clone(at::MemoryFormat::Contiguous);
    AddProduct(x, weight.t(), &sum);
    return sum;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& dy = gradients[0];
    return {dy, context->needs_input_grad(1) ? Product(dy, saved[1]) : at::Tensor(),
            context->needs_input_grad(2) ? Product(dy.t(), saved[0]) : at::Tensor()};
  }
};

// residual + x W^T; `residual` may be a broadcast view.
at::Tensor SumWithProduct(const at::Tensor& residual, const at::Tensor& x, const at::Tensor& weight) {
  if (c10::GradMode::is_enabled()) return AddProductFunction::apply(residual, x, weight);
  at::Tensor sum = residual.clone(at::MemoryFormat::Contiguous);
  AddProduct(x, weight.t(), &sum);
  return sum;
}

}  // namespace

// The bias is where the sum of products starts, so that in bfloat16 both together are rounded once.
at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  if (bias.defined()) return SumWithProduct(bias.expand({x.size(0), weight.size(0)}), x, weight);
  return c10::GradMode::is_enabled() ? ProductFunction::apply(x, weight) : Product(x, weight.t());
}

at::Tensor AddLinear(const at::Tensor& residual, const at::Tensor& x, const at::Tensor& weight,
                     const at::Tensor& bias) {
  const at::Tensor sum = SumWithProduct(residual, x, weight);
  return bias.defined() ? sum + bias : sum;
}

}  // namespace suite
