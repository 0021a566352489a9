// The device code of decode_attention.h, apart from its launch, so that two compilers read it: nvcc, and the ordinary
// one behind kernel_emulator.h, which lets every machine test it without a GPU.
//
// One block of kWarps warps works on one (row, query head). Its warps take the keys in turn; the lanes of a warp hold
// the head's elements, so a key or a value is one coalesced read. Every warp keeps a running softmax (maximum, sum,
// weighted values: Milakov and Gimelshein, arXiv:1805.02867); the block merges them at the end.
#pragma once

#include <cmath>
#include <cstddef>

#include "models/cuda/decode_attention.h"

namespace suite::decode_attention {

constexpr int kWarpSize = 32;
constexpr int kWarps = 4;

struct Softmax {
  float max = -INFINITY;
  float sum = 0.0f;
};

__device__ inline float WarpSum(float x) {
  for (int offset = kWarpSize / 2; offset > 0; offset /= 2) x += __shfl_xor_sync(0xffffffffu, x, offset);
  return x;
}

// Adds one key's score and value to the warp's running softmax. Lane l holds elements l, l + 32, ... of the head.
template <typename Scalar, int kPerLane>
__device__ void Accumulate(float score, const Scalar* value, int head_dim, int lane, Softmax* softmax,
                           float (&weighted)[kPerLane]) {
  const float max = fmaxf(softmax->max, score);
  const float old_weight = expf(softmax->max - max);
  const float weight = expf(score - max);
  softmax->max = max;
  softmax->sum = softmax->sum * old_weight + weight;
  for (int i = 0; i < kPerLane; ++i) {
    const int d = lane + i * kWarpSize;
    if (d < head_dim) weighted[i] = weighted[i] * old_weight + weight * static_cast<float>(value[d]);
  }
}

// Merges the warps' softmaxes; thread t writes elements t, t + 128, ...
template <typename Scalar>
__device__ void Merge(const Softmax (&softmax)[kWarps], const float (&weighted)[kWarps][kMaxHeadDim], int head_dim,
                      Scalar* out) {
  float max = -INFINITY;
  for (int w = 0; w < kWarps; ++w) max = fmaxf(max, softmax[w].max);
  for (int d = threadIdx.x; d < head_dim; d += kWarps * kWarpSize) {
    float sum = 0.0f;
    float value = 0.0f;
    for (int w = 0; w < kWarps; ++w) {
      if (softmax[w].sum == 0.0f) continue;  // a warp without keys
      const float weight = expf(softmax[w].max - max);
      sum += weight * softmax[w].sum;
      value += weight * weighted[w][d];
    }
    out[d] = static_cast<Scalar>(sum > 0.0f ? value / sum : 0.0f);
  }
}

// grid (R, H), block kWarps * kWarpSize; kPerLane * kWarpSize >= D.
template <typename Scalar, int kPerLane>
__global__ void Kernel(DecodeAttentionArguments<Scalar> arguments, DecodeAttentionShape shape) {
  const size_t row = blockIdx.x;
  const int head = blockIdx.y;
  const int warp = threadIdx.x / kWarpSize;
  const int lane = threadIdx.x % kWarpSize;
  const int kv_head = head / (shape.heads / shape.kv_heads);
  const size_t group = arguments.group[row];
  const int prompt_length = arguments.prompt_length[group];
  const int key_count = prompt_length + arguments.own_length[row];
  const size_t head_offset = (row * shape.heads + head) * shape.head_dim;

  float query[kPerLane];
  float weighted[kPerLane] = {};
  for (int i = 0; i < kPerLane; ++i) {
    const int d = lane + i * kWarpSize;
    query[i] = d < shape.head_dim ? shape.scale * static_cast<float>(arguments.q[head_offset + d]) : 0.0f;
  }
  Softmax softmax;
  for (int key = warp; key < key_count; key += kWarps) {
    const bool own = key >= prompt_length;
    const size_t place = own ? row * shape.own_capacity + (key - prompt_length) : group * shape.prompt_capacity + key;
    const size_t offset = (place * shape.kv_heads + kv_head) * shape.head_dim;
    const Scalar* k = (own ? arguments.own_k : arguments.prompt_k) + offset;
    float score = 0.0f;
    for (int i = 0; i < kPerLane; ++i) {
      const int d = lane + i * kWarpSize;
      if (d < shape.head_dim) score += query[i] * static_cast<float>(k[d]);
    }
    Accumulate<Scalar, kPerLane>(WarpSum(score), (own ? arguments.own_v : arguments.prompt_v) + offset, shape.head_dim,
                                 lane, &softmax, weighted);
  }

  __shared__ float warp_max[kWarps];
  __shared__ float warp_sum[kWarps];
  __shared__ float warp_weighted[kWarps][kMaxHeadDim];
  if (lane == 0) {
    warp_max[warp] = softmax.max;
    warp_sum[warp] = softmax.sum;
  }
  for (int i = 0; i < kPerLane; ++i) {
    const int d = lane + i * kWarpSize;
    if (d < shape.head_dim) warp_weighted[warp][d] = weighted[i];
  }
  __syncthreads();
  Softmax warps[kWarps];
  for (int w = 0; w < kWarps; ++w) warps[w] = {warp_max[w], warp_sum[w]};
  Merge(warps, warp_weighted, shape.head_dim, arguments.out + head_offset);
}

}  // namespace suite::decode_attention
