#include "models/cuda/decode_attention.h"

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include "base/check.h"
#include "models/cuda/decode_attention_kernel.cuh"

namespace suite {

template <typename Scalar>
void DecodeAttention(const DecodeAttentionArguments<Scalar>& arguments, const DecodeAttentionShape& shape,
                     CUstream_st* stream) {
  using namespace decode_attention;
  SUITE_CHECK_GE(shape.head_dim, 1);
  SUITE_CHECK_LE(shape.head_dim, kMaxHeadDim);
  SUITE_CHECK_GE(shape.kv_heads, 1);
  SUITE_CHECK_EQ(shape.heads % shape.kv_heads, 0);
  if (shape.rows == 0) return;
  const dim3 grid(shape.rows, shape.heads);
  const int threads = kWarps * kWarpSize;
  if (shape.head_dim <= 32) {
    Kernel<Scalar, 1><<<grid, threads, 0, stream>>>(arguments, shape);
  } else if (shape.head_dim <= 64) {
    Kernel<Scalar, 2><<<grid, threads, 0, stream>>>(arguments, shape);
  } else if (shape.head_dim <= 128) {
    Kernel<Scalar, 4><<<grid, threads, 0, stream>>>(arguments, shape);
  } else {
    Kernel<Scalar, 8><<<grid, threads, 0, stream>>>(arguments, shape);
  }
  SUITE_CHECK_EQ(cudaGetLastError(), cudaSuccess);
}

template void DecodeAttention(const DecodeAttentionArguments<float>&, const DecodeAttentionShape&, CUstream_st*);
template void DecodeAttention(const DecodeAttentionArguments<__nv_bfloat16>&, const DecodeAttentionShape&,
                              CUstream_st*);

}  // namespace suite
