#include "models/cuda/decode_attention_tensors.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/cuda/decode_attention_reference.h"
#include "models/llama/gradient_check.h"

namespace suite {
namespace {

constexpr int64_t kHeads = 4, kKvHeads = 2, kHeadDim = 8, kStep = 3;

at::Tensor Keys(int64_t count, int64_t positions, uint64_t seed) {
  return NormalTensor({count, positions, kKvHeads, kHeadDim}, seed).to(at::kFloat).permute({0, 2, 3, 1});
}
at::Tensor Values(int64_t count, int64_t positions, uint64_t seed) {
  return NormalTensor({count, positions, kKvHeads, kHeadDim}, seed).to(at::kFloat).permute({0, 2, 1, 3});
}

at::Tensor RunReference(const DecodeAttentionTensors& t) {
  at::Tensor out = at::empty_like(t.q_RHD);
  DecodeAttentionShape shape;
  shape.rows = static_cast<int>(t.q_RHD.size(0));
  shape.heads = kHeads;
  shape.kv_heads = kKvHeads;
  shape.head_dim = kHeadDim;
  shape.prompt_capacity = static_cast<int>(t.prompt_k.size(1));
  shape.own_capacity = static_cast<int>(t.own_k.size(1));
  shape.scale = 1.0f / std::sqrt(static_cast<float>(kHeadDim));
  DecodeAttentionReference(
      {t.q_RHD.const_data_ptr<float>(), t.prompt_k.const_data_ptr<float>(), t.prompt_v.const_data_ptr<float>(),
       t.prompt_length.const_data_ptr<int32_t>(), t.own_k.const_data_ptr<float>(), t.own_v.const_data_ptr<float>(),
       t.own_length.const_data_ptr<int32_t>(), t.group.const_data_ptr<int32_t>(), out.mutable_data_ptr<float>()},
      shape);
  return out;
}

// Three prompts of 5, 1 and 9 tokens, two sequences each, of which four are still decoded, in an order of their own:
// the kernel's reference on these tensors gives what the sampler's own attention gives.
TEST(TensorsOfSampler, GiveTheKernelTheSameAttention) {
  DecodeCache cache = {Keys(3, 9, 2), Values(3, 9, 3), Keys(6, 8, 4), Values(6, 8, 5), {5, 1, 9}};
  const ActiveRows rows = {{1, 5, 2, 4}, {0, 2, 1, 2}};
  const at::Tensor qkv = NormalTensor({4, (kHeads + 2 * kKvHeads) * kHeadDim}, 1).to(at::kFloat);
  const DecodeAttentionTensors tensors = TensorsOfSampler(qkv, kHeads, rows, kStep, cache);
  for (const at::Tensor& stored : {tensors.prompt_k, tensors.prompt_v, tensors.own_k, tensors.own_v}) {
    EXPECT_TRUE(stored.is_contiguous());
  }
  at::Tensor expected = at::empty({4, kHeads * kHeadDim});
  DecodeAttentionGeneric(qkv, kHeads, rows, kStep, cache, expected);
  EXPECT_LT(LargestDifference(RowsOfSampler(RunReference(tensors), rows), expected), 1e-6);
}

}  // namespace
}  // namespace suite
