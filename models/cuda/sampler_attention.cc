#include "models/cuda/sampler_attention.h"

#include <cmath>

#include "models/cuda/decode_attention.h"
#include "models/cuda/decode_attention_op.h"
#include "models/cuda/decode_attention_tensors.h"

namespace suite {

bool HasSamplerAttention(const at::Tensor& qkv, int64_t head_dim) {
  const bool has_type = qkv.scalar_type() == at::kFloat || qkv.scalar_type() == at::kBFloat16;
  return qkv.is_cuda() && has_type && head_dim <= kMaxHeadDim;
}

void SamplerAttention(const at::Tensor& qkv, int64_t heads, const ActiveRows& rows, int64_t step,
                      const DecodeCache& cache, at::Tensor& out) {
  const double scale = 1.0 / std::sqrt(static_cast<double>(cache.own_k.size(2)));
  out.copy_(RowsOfSampler(DecodeAttentionCuda(TensorsOfSampler(qkv, heads, rows, step, cache), scale), rows));
}

}  // namespace suite
