// The kernel on a GPU, through its tensor front, against the CPU reference. Skipped where there is no GPU; the emulated
// test runs the same source everywhere.
#include <ATen/ops/from_blob.h>
#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <vector>

#include "models/cuda/decode_attention_case.h"
#include "models/cuda/decode_attention_op.h"
#include "models/cuda/decode_attention_reference.h"

namespace suite {
namespace {

bool HasGpu() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
}

template <typename T>
at::Tensor OnGpu(const std::vector<T>& values, at::IntArrayRef sizes, at::ScalarType from, at::ScalarType to) {
  return at::from_blob(const_cast<T*>(values.data()), sizes, at::TensorOptions(from)).to(at::kCUDA, to);
}

at::Tensor OnGpu(const DecodeAttentionCase& example, at::ScalarType type) {
  const DecodeAttentionShape& s = example.shape;
  const auto prompts = static_cast<int64_t>(example.prompt_length.size());
  const std::vector<int64_t> prompt_sizes = {prompts, s.prompt_capacity, s.kv_heads, s.head_dim};
  const std::vector<int64_t> own_sizes = {s.rows, s.own_capacity, s.kv_heads, s.head_dim};
  DecodeAttentionTensors tensors;
  tensors.q_RHD = OnGpu(example.q, {s.rows, s.heads, s.head_dim}, at::kFloat, type);
  tensors.prompt_k = OnGpu(example.prompt_k, prompt_sizes, at::kFloat, type);
  tensors.prompt_v = OnGpu(example.prompt_v, prompt_sizes, at::kFloat, type);
  tensors.prompt_length = OnGpu(example.prompt_length, {prompts}, at::kInt, at::kInt);
  tensors.own_k = OnGpu(example.own_k, own_sizes, at::kFloat, type);
  tensors.own_v = OnGpu(example.own_v, own_sizes, at::kFloat, type);
  tensors.own_length = OnGpu(example.own_length, {s.rows}, at::kInt, at::kInt);
  tensors.group = OnGpu(example.group, {s.rows}, at::kInt, at::kInt);
  return DecodeAttentionCuda(tensors, s.scale).to(at::kCPU, at::kFloat);
}

void ExpectLikeReference(const DecodeAttentionShape& shape, at::ScalarType type, double tolerance) {
  const auto example = MakeDecodeAttentionCase(shape, 3, 7);
  std::vector<float> expected(example.OutSize());
  DecodeAttentionReference(example.Arguments(expected.data()), shape);
  const at::Tensor found = OnGpu(example, type).contiguous();
  const float* values = found.const_data_ptr<float>();
  for (size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(values[i], expected[i], tolerance) << i;
}

const std::vector<DecodeAttentionShape> kShapes = {{5, 4, 2, 20, 11, 7, 0.22f},
                                                   {96, 8, 2, 64, 130, 65, 0.125f},
                                                   {7, 6, 1, 128, 40, 9, 0.09f},
                                                   {2, 2, 1, 256, 4, 1, 0.06f}};

TEST(DecodeAttentionGpu, FloatEqualsTheReference) {
  if (!HasGpu()) GTEST_SKIP() << "no GPU";
  for (const auto& shape : kShapes) ExpectLikeReference(shape, at::kFloat, 1e-5);
}

// bfloat16 has 8 bits: inputs of size one are rounded by up to 2^-9 each, scores by a few of those, the result by 2^-8.
TEST(DecodeAttentionGpu, Bfloat16IsNearTheReference) {
  if (!HasGpu()) GTEST_SKIP() << "no GPU";
  for (const auto& shape : kShapes) ExpectLikeReference(shape, at::kBFloat16, 3e-2);
}

}  // namespace
}  // namespace suite
