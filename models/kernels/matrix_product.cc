#include "models/kernels/matrix_product.h"

#include <ATen/ATen.h>

#include "base/check.h"

// LibTorch exports its entry to oneDNN, result = beta result + alpha a b, but installs no header for it
// (aten/src/ATen/native/mkldnn/Matmul.h).
namespace at::native {
TORCH_API void mkldnn_matmul(const Tensor& a, const Tensor& b, const Tensor& result, float beta, float alpha);
}  // namespace at::native

namespace suite {
namespace {

bool UsesOneDnn(const at::Tensor& a, const at::Tensor& b) {
  return a.device().is_cpu() && a.scalar_type() == at::kFloat && b.scalar_type() == at::kFloat && a.numel() > 0 &&
         b.numel() > 0 && at::globalContext().userEnabledMkldnn();
}

// oneDNN packs its right operand before it multiplies. For a few rows against a weight that lies [N, K] this costs more
// than the product (M = 32: twice the time of the whole), so there (W x^T)^T is computed: x^T is what gets packed. With
// one row to four it takes a path without packing.
bool TurnsAround(const at::Tensor& a, const at::Tensor& b) {
  return a.size(0) > 4 && a.size(0) <= 96 && b.size(1) > a.size(0) && b.stride(0) == 1 && b.stride(1) >= b.size(0);
}

}  // namespace

void ProductInto(const at::Tensor& a, const at::Tensor& b, at::Tensor* out) {
  SUITE_CHECK(out->is_contiguous());
  if (!UsesOneDnn(a, b)) {
    at::mm_out(*out, a, b);
  } else if (TurnsAround(a, b)) {
    const at::Tensor turned = at::empty({b.size(1), a.size(0)}, out->options());
    at::native::mkldnn_matmul(b.t(), a.t(), turned, /*beta=*/0.0f, /*alpha=*/1.0f);
    out->copy_(turned.t());
  } else {
    at::native::mkldnn_matmul(a, b, *out, /*beta=*/0.0f, /*alpha=*/1.0f);
  }
}

at::Tensor Product(const at::Tensor& a, const at::Tensor& b) {
  at::Tensor out = at::empty({a.size(0), b.size(1)}, a.options());
  ProductInto(a, b, &out);
  return out;
}

void AddProduct(const at::Tensor& a, const at::Tensor& b, at::Tensor* out) {
  SUITE_CHECK(out->is_contiguous());
  if (!UsesOneDnn(a, b)) {
    out->addmm_(a, b);
  } else if (TurnsAround(a, b)) {
    out->add_(Product(a, b));
  } else {
    at::native::mkldnn_matmul(a, b, *out, /*beta=*/1.0f, /*alpha=*/1.0f);
  }
}

}  // namespace suite
