#include "models/cuda/decode_attention_tensors.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <vector>

namespace suite {
namespace {

at::Tensor Indices(const std::vector<int64_t>& values, const at::Tensor& like) {
  return at::tensor(values, at::dtype(at::kLong)).to(like.device());
}

at::Tensor Numbers(const std::vector<int>& values, const at::Tensor& like) {
  return at::tensor(values, at::dtype(at::kInt)).to(like.device());
}

// [.., heads, head_dim, positions] of a cache as the kernel's [.., positions, heads, head_dim]: its own memory order.
at::Tensor KeysAsStored(const at::Tensor& keys) { return keys.permute({0, 3, 1, 2}); }
at::Tensor ValuesAsStored(const at::Tensor& values) { return values.permute({0, 2, 1, 3}); }

}  // namespace

DecodeAttentionTensors TensorsOfSampler(const at::Tensor& qkv, int64_t heads, const ActiveRows& rows, int64_t step,
                                        const DecodeCache& cache) {
  const int64_t sequences = cache.own_k.size(0), head_dim = cache.own_k.size(2), active = qkv.size(0);
  std::vector<int> own_length(static_cast<size_t>(sequences), 0), group(static_cast<size_t>(sequences), 0);
  for (size_t i = 0; i < rows.sequence.size(); ++i) {
    own_length[static_cast<size_t>(rows.sequence[i])] = static_cast<int>(step) + 1;
    group[static_cast<size_t>(rows.sequence[i])] = static_cast<int>(rows.prompt[i]);
  }
  DecodeAttentionTensors tensors;
  tensors.q_RHD = at::zeros({sequences, heads, head_dim}, qkv.options());
  tensors.q_RHD.index_copy_(0, Indices(rows.sequence, qkv),
                            qkv.narrow(1, 0, heads * head_dim).view({active, heads, head_dim}));
  tensors.prompt_k = KeysAsStored(cache.prompt_k);
  tensors.prompt_v = ValuesAsStored(cache.prompt_v);
  tensors.prompt_length = Numbers({cache.prompt_length.begin(), cache.prompt_length.end()}, qkv);
  tensors.own_k = KeysAsStored(cache.own_k);
  tensors.own_v = ValuesAsStored(cache.own_v);
  tensors.own_length = Numbers(own_length, qkv);
  tensors.group = Numbers(group, qkv);
  return tensors;
}

at::Tensor RowsOfSampler(const at::Tensor& all, const ActiveRows& rows) {
  return all.index_select(0, Indices(rows.sequence, all)).flatten(1);
}

}  // namespace suite
