#include "models/checkpoints/finite_tensor.h"

#include <ATen/ops/aminmax.h>

#include <cmath>

#include "base/error.h"

namespace suite {
namespace {

// The least or the largest number, whichever is not finite; else 0. NaN makes both NaN.
double NotFiniteEnd(const at::Tensor& tensor) {
  if (tensor.numel() == 0) return 0;
  const auto [least, most] = at::aminmax(tensor);
  for (const double end : {least.item<double>(), most.item<double>()}) {
    if (!std::isfinite(end)) return end;
  }
  return 0;
}

}  // namespace

bool AllFinite(const at::Tensor& tensor) { return NotFiniteEnd(tensor) == 0; }

void RefuseNotFinite(const at::Tensor& tensor, const std::string& where, const std::string& name) {
  const double end = NotFiniteEnd(tensor);
  if (end == 0) return;
  throw InputError(where, "tensor '" + name + "' holds " + (std::isnan(end) ? "NaN" : "infinity"),
                   "finite numbers: the checkpoint is damaged, take an undamaged one");
}

}  // namespace suite
