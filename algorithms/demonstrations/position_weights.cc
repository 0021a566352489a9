#include "algorithms/demonstrations/position_weights.h"

#include <ATen/ATen.h>

#include "base/error.h"

namespace suite {

std::vector<std::string> PositionWeightNames() { return {"inverse_sqrt", "inverse_log2", "inverse", "uniform"}; }

at::Tensor PositionWeights(const std::string& shape, int64_t count) {
  const at::Tensor place_K = at::arange(1, count + 1, at::kDouble);
  if (shape == "inverse_sqrt") return place_K.rsqrt();
  if (shape == "inverse_log2") return (place_K + 1).log2().reciprocal();
  if (shape == "inverse") return place_K.reciprocal();
  if (shape == "uniform") return at::ones_like(place_K);
  throw UnknownName("demonstrations.position_weights", "shape of position weights", shape, PositionWeightNames());
}

}  // namespace suite
