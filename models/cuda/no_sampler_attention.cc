#include "base/check.h"
#include "models/cuda/sampler_attention.h"

namespace suite {

bool HasSamplerAttention(const at::Tensor&, int64_t) { return false; }

void SamplerAttention(const at::Tensor&, int64_t, const ActiveRows&, int64_t, const DecodeCache&, at::Tensor&) {
  SUITE_CHECK(false);
}

}  // namespace suite
