#include "models/kernels/decode_attention.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/fake_device.h"
#include "models/llama/gradient_check.h"

namespace suite {
namespace {

struct Example {
  int64_t heads = 0, head_dim = 0, step = 0;
  DecodeCache cache;
  ActiveRows rows;
  at::Tensor qkv;
};

// Three prompts of 5, 1 and 9 tokens, two sequences each, of which four are still decoded, in an order of their own.
Example MakeExample(int64_t heads, int64_t kv_heads, int64_t head_dim, int64_t step) {
  Example e = {
      heads, head_dim, step, {}, {{1, 5, 2, 4}, {0, 2, 1, 2}}, NormalTensor({4, (heads + 2 * kv_heads) * head_dim}, 1)};
  e.cache.prompt_k = NormalTensor({3, kv_heads, head_dim, 9}, 2);
  e.cache.prompt_v = NormalTensor({3, kv_heads, 9, head_dim}, 3);
  e.cache.own_k = NormalTensor({6, kv_heads, head_dim, 8}, 4);
  e.cache.own_v = NormalTensor({6, kv_heads, 8, head_dim}, 5);
  e.cache.prompt_length = {5, 1, 9};
  return e;
}

Example As(const Example& e, at::ScalarType dtype) {
  Example converted = e;
  converted.qkv = e.qkv.to(dtype);
  for (at::Tensor* x :
       {&converted.cache.prompt_k, &converted.cache.prompt_v, &converted.cache.own_k, &converted.cache.own_v}) {
    *x = x->to(dtype);
  }
  return converted;
}

at::Tensor Attend(Example e) {
  at::Tensor out = at::full({4, e.heads * e.head_dim}, NAN, e.qkv.options());
  StoreKeysAndValues(e.qkv, e.heads, e.rows, e.step, e.cache);
  DecodeAttention(e.qkv, e.heads, e.rows, e.step, e.cache, out);
  return out;
}

// Plain attention of one row and head, from the definition: all its keys in a line, softmax, weighted values.
at::Tensor ByDefinition(const Example& e, int64_t row, int64_t head) {
  const int64_t kv_heads = e.cache.own_k.size(1), kv = head / (e.heads / kv_heads), d = e.head_dim;
  const int64_t prompt = e.rows.prompt[static_cast<size_t>(row)], sequence = e.rows.sequence[static_cast<size_t>(row)];
  const int64_t length = e.cache.prompt_length[static_cast<size_t>(prompt)];
  const auto own_qkv = [&](int64_t index) { return e.qkv[row].narrow(0, index * d, d).unsqueeze(0); };
  const at::Tensor keys = at::cat({e.cache.prompt_k[prompt][kv].narrow(1, 0, length).t(),
                                   e.cache.own_k[sequence][kv].narrow(1, 0, e.step).t(), own_qkv(e.heads + kv)});
  const at::Tensor values =
      at::cat({e.cache.prompt_v[prompt][kv].narrow(0, 0, length), e.cache.own_v[sequence][kv].narrow(0, 0, e.step),
               own_qkv(e.heads + kv_heads + kv)});
  const at::Tensor scores = at::matmul(keys, own_qkv(head).squeeze(0)).div(std::sqrt(static_cast<double>(d)));
  return at::matmul(scores.softmax(0), values);
}

void ExpectTheDefinition(const Example& e, const at::Tensor& out, double bound) {
  for (int64_t row = 0; row < 4; ++row) {
    for (int64_t head = 0; head < e.heads; ++head) {
      EXPECT_LT(LargestDifference(out[row].narrow(0, head * e.head_dim, e.head_dim), ByDefinition(e, row, head)),
                bound);
    }
  }
}

// Kernel (float32) and twin (float64, bfloat16) against plain attention: many heads for one key-value head, equal
// numbers, a first step without own history, and head sizes that are no multiple of a vector.
TEST(DecodeAttention, EqualsPlainAttention) {
  for (const Example& e : {MakeExample(4, 2, 16, 3), MakeExample(3, 3, 10, 0), MakeExample(6, 1, 7, 7)}) {
    ExpectTheDefinition(e, Attend(e), 1e-14);
    ExpectTheDefinition(e, Attend(As(e, at::kFloat)), 1e-6);
    ExpectTheDefinition(e, Attend(As(e, at::kBFloat16)), 0.04);  // values near 3 with 2^-8 each
  }
}

TEST(DecodeAttention, KernelEqualsItsTwinInFloat) {
  Example e = As(MakeExample(4, 2, 16, 3), at::kFloat);
  const at::Tensor kernel = Attend(e);
  at::Tensor twin = at::empty_like(kernel);
  StoreKeysAndValues(e.qkv, e.heads, e.rows, e.step, e.cache);
  DecodeAttentionGeneric(e.qkv, e.heads, e.rows, e.step, e.cache, twin);
  EXPECT_LT(LargestDifference(kernel, twin), 1e-6);
}

// What lies behind a prompt's end or after the present step is never read, not even a NaN.
TEST(DecodeAttention, ReadsOnlyWhatIsFilled) {
  const Example e = As(MakeExample(4, 2, 16, 3), at::kFloat);
  Example poisoned = As(e, at::kFloat);
  for (at::Tensor* x :
       {&poisoned.cache.prompt_k, &poisoned.cache.prompt_v, &poisoned.cache.own_k, &poisoned.cache.own_v}) {
    *x = x->clone();
  }
  poisoned.cache.prompt_k[1].narrow(2, 1, 8).fill_(NAN);
  poisoned.cache.prompt_v[1].narrow(1, 1, 8).fill_(NAN);
  poisoned.cache.own_k.narrow(3, 3, 5).fill_(NAN);
  poisoned.cache.own_v.narrow(2, 3, 5).fill_(NAN);
  EXPECT_TRUE(Attend(poisoned).equal(Attend(e)));
}

TEST(StoreKeysAndValues, WritesOneStepOfTheRowsThatAreActive) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    Example e = As(MakeExample(4, 2, 3, 5), dtype);
    e.cache.own_k = at::zeros({6, 2, 3, 8}, dtype);
    e.cache.own_v = at::zeros({6, 2, 8, 3}, dtype);
    StoreKeysAndValues(e.qkv, 4, e.rows, 5, e.cache);
    // Row 2 of the batch is sequence 2; key head 1 starts at column (4 + 1) * 3, value head 1 at (4 + 2 + 1) * 3.
    EXPECT_TRUE(e.cache.own_k[2][1].select(1, 5).equal(e.qkv[2].narrow(0, 15, 3)));
    EXPECT_TRUE(e.cache.own_v[2][1].select(0, 5).equal(e.qkv[2].narrow(0, 21, 3)));
    EXPECT_EQ(e.cache.own_k.count_nonzero().item<int64_t>(), 4 * 2 * 3);
    EXPECT_EQ(e.cache.own_v.count_nonzero().item<int64_t>(), 4 * 2 * 3);
    EXPECT_EQ(e.cache.own_k[0].count_nonzero().item<int64_t>(), 0);
  }
}

// What models/cuda/decode_attention.h takes: positions before heads.
TEST(EmptyCache, LiesAsTheGpuKernelWantsIt) {
  const DecodeCache cache = EmptyCache({{5, 3}, 2, 7, 4, 8}, at::TensorOptions().device(FakeDevice()));
  EXPECT_EQ(cache.prompt_k.sizes(), at::IntArrayRef({2, 4, 8, 5}));
  EXPECT_EQ(cache.own_v.sizes(), at::IntArrayRef({4, 4, 7, 8}));
  EXPECT_TRUE(cache.prompt_k.permute({0, 3, 1, 2}).is_contiguous());
  EXPECT_TRUE(cache.prompt_v.permute({0, 2, 1, 3}).is_contiguous());
  EXPECT_TRUE(cache.own_k.permute({0, 3, 1, 2}).is_contiguous());
  EXPECT_TRUE(cache.own_v.permute({0, 2, 1, 3}).is_contiguous());
  EXPECT_EQ(cache.prompt_v.abs().sum().item<float>(), 0.0f);
}

}  // namespace
}  // namespace suite
