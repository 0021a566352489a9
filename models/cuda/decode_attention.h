// Decode-step attention for the group sampler: one query token a row, keys and values in two places.
//
// The R rows of a batch are completions under way. Rows of one group answer the same prompt, whose keys and values are
// stored once; each row owns only the keys and values of the tokens it has sampled itself, the current one included.
// A query head attends to its prompt's keys and then to its own, as if they lay one after the other:
//
//   out[r, h] = softmax(scale * q[r, h] . [prompt_k[group[r]], own_k[r]]) [prompt_v[group[r]], own_v[r]]
//
// When to use: sampling on a GPU, one call a layer and token. Scoring and training use full sequences and ATen.
//
//   DecodeAttentionShape shape;                       // rows, heads, ...: see below
//   DecodeAttentionArguments<float> arguments;        // device pointers
//   DecodeAttention(arguments, shape, stream);        // queued on `stream`; returns at once
//
// With tensors use decode_attention_op.h. DecodeAttentionReference (decode_attention_reference.h) is the same
// computation on the CPU. Plain pointers only: no LibTorch header is needed, and none of the CUDA toolkit.
//
// Legend: R rows, H query heads, Hkv key-value heads (H a multiple of Hkv; head h reads h / (H / Hkv)), D head size
// (at most kMaxHeadDim), B prompts (groups), P prompt capacity, T own capacity.
#pragma once

#include <cstdint>

struct CUstream_st;  // *cudaStream_t

namespace suite {

constexpr int kMaxHeadDim = 256;

struct DecodeAttentionShape {
  int rows = 0;             // R
  int heads = 0;            // H
  int kv_heads = 0;         // Hkv
  int head_dim = 0;         // D
  int prompt_capacity = 0;  // P: places a prompt has in prompt_k and prompt_v, used or not
  int own_capacity = 0;     // T: places a row has in own_k and own_v, used or not
  float scale = 1.0f;       // of the scores before the softmax; usually 1 / sqrt(D)
};

// All arrays are dense in C order. Places at or after a length are never read.
template <typename Scalar>
struct DecodeAttentionArguments {
  const Scalar* q = nullptr;               // [R, H, D]
  const Scalar* prompt_k = nullptr;        // [B, P, Hkv, D]
  const Scalar* prompt_v = nullptr;        // [B, P, Hkv, D]
  const int32_t* prompt_length = nullptr;  // [B], 0 to P
  const Scalar* own_k = nullptr;           // [R, T, Hkv, D]
  const Scalar* own_v = nullptr;           // [R, T, Hkv, D]
  const int32_t* own_length = nullptr;     // [R], 0 to T
  const int32_t* group = nullptr;          // [R], 0 to B - 1: the prompt of each row
  Scalar* out = nullptr;                   // [R, H, D]; zeros for a row without any key
};

// Queues the kernel on `stream`. Scalar is float or __nv_bfloat16; scores, softmax and sums are float in both.
// A shape outside the legend's bounds is a bug and aborts. Deterministic: no atomics, a fixed order of sums.
template <typename Scalar>
void DecodeAttention(const DecodeAttentionArguments<Scalar>& arguments, const DecodeAttentionShape& shape,
                     CUstream_st* stream);

}  // namespace suite
