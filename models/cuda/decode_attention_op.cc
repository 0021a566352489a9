#include "models/cuda/decode_attention_op.h"

#include <ATen/ops/empty_like.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_bf16.h>

#include "base/check.h"
#include "models/cuda/decode_attention.h"

namespace suite {
namespace {

void CheckTensor(const at::Tensor& tensor, at::IntArrayRef sizes, at::ScalarType type, const at::Device& device) {
  SUITE_CHECK_EQ(tensor.sizes(), sizes);
  SUITE_CHECK_EQ(tensor.scalar_type(), type);
  SUITE_CHECK_EQ(tensor.device(), device);
  SUITE_CHECK(tensor.is_contiguous());
}

DecodeAttentionShape CheckedShape(const DecodeAttentionTensors& tensors, double scale) {
  SUITE_CHECK(tensors.q_RHD.is_cuda());
  SUITE_CHECK_EQ(tensors.q_RHD.dim(), 3);
  SUITE_CHECK_EQ(tensors.prompt_k.dim(), 4);
  SUITE_CHECK_EQ(tensors.own_k.dim(), 4);
  const at::ScalarType type = tensors.q_RHD.scalar_type();
  const at::Device device = tensors.q_RHD.device();
  const int64_t rows = tensors.q_RHD.size(0), heads = tensors.q_RHD.size(1), head_dim = tensors.q_RHD.size(2);
  const int64_t prompts = tensors.prompt_k.size(0), prompt_capacity = tensors.prompt_k.size(1);
  const int64_t own_capacity = tensors.own_k.size(1), kv_heads = tensors.own_k.size(2);
  CheckTensor(tensors.q_RHD, {rows, heads, head_dim}, type, device);
  CheckTensor(tensors.prompt_k, {prompts, prompt_capacity, kv_heads, head_dim}, type, device);
  CheckTensor(tensors.prompt_v, {prompts, prompt_capacity, kv_heads, head_dim}, type, device);
  CheckTensor(tensors.prompt_length, {prompts}, at::kInt, device);
  CheckTensor(tensors.own_k, {rows, own_capacity, kv_heads, head_dim}, type, device);
  CheckTensor(tensors.own_v, {rows, own_capacity, kv_heads, head_dim}, type, device);
  CheckTensor(tensors.own_length, {rows}, at::kInt, device);
  CheckTensor(tensors.group, {rows}, at::kInt, device);
  DecodeAttentionShape shape;
  shape.rows = static_cast<int>(rows);
  shape.heads = static_cast<int>(heads);
  shape.kv_heads = static_cast<int>(kv_heads);
  shape.head_dim = static_cast<int>(head_dim);
  shape.prompt_capacity = static_cast<int>(prompt_capacity);
  shape.own_capacity = static_cast<int>(own_capacity);
  shape.scale = static_cast<float>(scale);
  return shape;
}

template <typename Scalar>
void Launch(const DecodeAttentionTensors& tensors, const DecodeAttentionShape& shape, const at::Tensor& out_RHD) {
  DecodeAttentionArguments<Scalar> arguments;
  arguments.q = static_cast<const Scalar*>(tensors.q_RHD.const_data_ptr());
  arguments.prompt_k = static_cast<const Scalar*>(tensors.prompt_k.const_data_ptr());
  arguments.prompt_v = static_cast<const Scalar*>(tensors.prompt_v.const_data_ptr());
  arguments.prompt_length = tensors.prompt_length.const_data_ptr<int32_t>();
  arguments.own_k = static_cast<const Scalar*>(tensors.own_k.const_data_ptr());
  arguments.own_v = static_cast<const Scalar*>(tensors.own_v.const_data_ptr());
  arguments.own_length = tensors.own_length.const_data_ptr<int32_t>();
  arguments.group = tensors.group.const_data_ptr<int32_t>();
  arguments.out = static_cast<Scalar*>(out_RHD.mutable_data_ptr());
  DecodeAttention(arguments, shape, c10::cuda::getCurrentCUDAStream().stream());
}

}  // namespace

at::Tensor DecodeAttentionCuda(const DecodeAttentionTensors& tensors, double scale) {
  const DecodeAttentionShape shape = CheckedShape(tensors, scale);
  const c10::cuda::CUDAGuard guard(tensors.q_RHD.device());
  at::Tensor out_RHD = at::empty_like(tensors.q_RHD);
  if (tensors.q_RHD.scalar_type() == at::kFloat) {
    Launch<float>(tensors, shape, out_RHD);
  } else {
    SUITE_CHECK_EQ(tensors.q_RHD.scalar_type(), at::kBFloat16);
    Launch<__nv_bfloat16>(tensors, shape, out_RHD);
  }
  return out_RHD;
}

}  // namespace suite
