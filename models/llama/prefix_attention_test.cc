#include "models/llama/prefix_attention.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/llama/gradient_check.h"

namespace suite {
namespace {

struct Example {
  std::vector<Segment> segments;
  int64_t rows;
};

// Three prompts (5, 1 and 4 rows): completions of ragged lengths, two of equal length, one of a single row; the last
// prompt has none of its own rows left (all its completions are one token).
Example Groups() { return {{{0, 5, -1}, {5, 3, 0}, {8, 3, 0}, {11, 1, 0}, {12, 1, -1}, {13, 4, 4}, {17, 4, -1}}, 21}; }
Example Plain() { return {{{0, 6, -1}, {6, 6, -1}, {12, 2, -1}}, 14}; }

const AttentionShape kShapes[] = {{4, 4, 8}, {4, 2, 8}, {6, 1, 4}, {3, 3, 5}};

at::Tensor Qkv(const Example& e, const AttentionShape& s, uint64_t seed) {
  return NormalTensor({e.rows, (s.heads + 2 * s.kv_heads) * s.head_dim}, seed);
}

// Whether row q sees row k: a row of its prompt, or one of its own segment that is not later.
at::Tensor Visible(const Example& e) {
  at::Tensor visible = at::zeros({e.rows, e.rows}, at::kBool);
  for (const Segment& s : e.segments) {
    visible.narrow(0, s.begin, s.length)
        .narrow(1, s.begin, s.length)
        .copy_(at::ones({s.length, s.length}, at::kBool).tril());
    if (s.prefix < 0) continue;
    const Segment& prompt = e.segments[static_cast<size_t>(s.prefix)];
    visible.narrow(0, s.begin, s.length).narrow(1, prompt.begin, prompt.length).fill_(true);
  }
  return visible;
}

// Heads [heads, N, head_dim] from column `first` on, each repeated for the query heads that share it.
at::Tensor Heads(const at::Tensor& qkv, int64_t first, int64_t heads, const AttentionShape& s) {
  const at::Tensor part = qkv.narrow(1, first * s.head_dim, heads * s.head_dim).view({qkv.size(0), heads, s.head_dim});
  return at::repeat_interleave(part.transpose(0, 1), s.heads / heads, 0);
}

at::Tensor Scores(const at::Tensor& qkv, const AttentionShape& s) {
  const at::Tensor q = Heads(qkv, 0, s.heads, s), k = Heads(qkv, s.heads, s.kv_heads, s);
  return at::matmul(q, k.transpose(1, 2)).div(std::sqrt(static_cast<double>(s.head_dim)));
}

// From the definition, all rows against all rows; differentiable.
at::Tensor ByDefinition(const at::Tensor& qkv, const Example& e, const AttentionShape& s) {
  const at::Tensor p = Scores(qkv, s).masked_fill(Visible(e).logical_not(), -INFINITY).softmax(2);
  const at::Tensor out = at::matmul(p, Heads(qkv, s.heads + s.kv_heads, s.kv_heads, s));
  return out.transpose(0, 1).reshape({e.rows, s.heads * s.head_dim});
}

struct Result {
  at::Tensor out, d_qkv;
};

Result Reference(const at::Tensor& qkv_in, const at::Tensor& d_out, const Example& e, const AttentionShape& s) {
  const at::Tensor qkv = qkv_in.to(at::kDouble).clone().requires_grad_();
  const at::Tensor out = ByDefinition(qkv, e, s);
  out.mul(d_out.to(at::kDouble)).sum().backward();
  return {out, qkv.grad()};
}

Result Attend(const at::Tensor& qkv, const at::Tensor& d_out, const Example& e, const AttentionShape& s,
              AttentionKernel kernel) {
  const AttentionOutput output = PrefixAttention(qkv, e.segments, s, kernel);
  return {output.out_NS, PrefixAttentionBackward(d_out, qkv, output, e.segments, s, kernel)};
}

struct Case {
  AttentionKernel kernel;
  at::ScalarType dtype;
  double bound;           // on the output, relative to its largest entry
  double gradient_bound;  // the same for the gradient
};

// Rounding only: units of 2^-53, 2^-24 and 2^-8 over sums of at most nine terms. In bfloat16 a prompt's gradient is
// summed in bfloat16 over pieces.
const Case kCases[] = {
    {AttentionKernel::kExplicit, at::kDouble, 1e-14, 1e-13}, {AttentionKernel::kFlash, at::kDouble, 1e-14, 1e-13},
    {AttentionKernel::kExplicit, at::kFloat, 1e-6, 2e-6},    {AttentionKernel::kFlash, at::kFloat, 1e-6, 2e-6},
    {AttentionKernel::kExplicit, at::kBFloat16, 0.02, 0.03}, {AttentionKernel::kFlash, at::kBFloat16, 0.02, 0.03}};

TEST(PrefixAttention, EqualsTheDefinitionWithAllGradients) {
  for (const Example& e : {Groups(), Plain()}) {
    for (const AttentionShape& s : kShapes) {
      const at::Tensor qkv = Qkv(e, s, 1), d_out = NormalTensor({e.rows, s.heads * s.head_dim}, 2);
      const Result expected = Reference(qkv, d_out, e, s);
      for (const Case& c : kCases) {
        const Result found = Attend(qkv.to(c.dtype), d_out.to(c.dtype), e, s, c.kernel);
        const std::string name = std::to_string(static_cast<int>(c.kernel)) + " " + at::toString(c.dtype) + " " +
                                 std::to_string(s.heads) + "/" + std::to_string(s.kv_heads);
        EXPECT_EQ(found.out.scalar_type(), c.dtype);
        EXPECT_LT(RelativeDifference(found.out, expected.out), c.bound) << name;
        EXPECT_LT(RelativeDifference(found.d_qkv, expected.d_qkv), c.gradient_bound) << name;
      }
    }
  }
}

// The same completions, each behind its own copy of the prompt: the shared prompt's gradient is the copies' sum.
TEST(PrefixAttention, SharingAPromptEqualsCopyingIt) {
  const AttentionShape s = {4, 2, 8};
  const Example shared = {{{0, 5, -1}, {5, 3, 0}, {8, 2, 0}, {10, 1, 0}}, 11};
  const Example copied = {{{0, 8, -1}, {8, 7, -1}, {15, 6, -1}}, 21};
  const at::Tensor source =
      at::cat({at::arange(0, 8), at::arange(0, 5), at::arange(8, 10), at::arange(0, 5), at::arange(10, 11)});
  const at::Tensor qkv = Qkv(shared, s, 3).to(at::kFloat);
  at::Tensor d_out = NormalTensor({11, 32}, 4).to(at::kFloat);
  // The prompt's own rows get a gradient once in the shared layout, so in one copy only.
  at::Tensor d_copied = d_out.index_select(0, source);
  d_copied.narrow(0, 8, 5).zero_();
  d_copied.narrow(0, 15, 5).zero_();
  const Result once = Attend(qkv, d_out, shared, s, AttentionKernel::kAutomatic);
  const Result thrice = Attend(qkv.index_select(0, source), d_copied, copied, s, AttentionKernel::kAutomatic);
  EXPECT_LT(RelativeDifference(once.out.index_select(0, source), thrice.out), 1e-6);
  const at::Tensor summed = at::zeros_like(qkv).index_add(0, source, thrice.d_qkv);
  EXPECT_LT(RelativeDifference(once.d_qkv, summed), 1e-6);
}

// Scores of a hundred and more: the merge of pieces by their log-denominators neither overflows nor loses the small
// piece. A float32 score of that size, a sum of four products, is known to a few times its size times 2^-24, and so
// (relatively) is every probability.
TEST(PrefixAttention, MergesPiecesOfVeryDifferentWeight) {
  const AttentionShape s = {2, 2, 4};
  const Example e = Groups();
  at::Tensor qkv = Qkv(e, s, 5);
  qkv.narrow(1, 0, 16).mul_(6.0);
  const double largest = Scores(qkv, s).abs().max().item<double>();
  EXPECT_GT(largest, 100);
  const double bound = 8 * largest * 0x1.0p-24;
  const at::Tensor d_out = NormalTensor({e.rows, 8}, 6);
  const Result expected = Reference(qkv, d_out, e, s);
  for (const auto kernel : {AttentionKernel::kFlash, AttentionKernel::kExplicit}) {
    const Result found = Attend(qkv.to(at::kFloat), d_out.to(at::kFloat), e, s, kernel);
    EXPECT_LT(RelativeDifference(found.out, expected.out), bound);
    EXPECT_LT(RelativeDifference(found.d_qkv, expected.d_qkv), bound);
  }
}

// Long enough for several blocks of the flash kernels.
TEST(PrefixAttention, RunsOverManyBlocks) {
  const AttentionShape s = {2, 1, 16};
  const Example e = {{{0, 300, -1}, {300, 130, 0}, {430, 70, 0}}, 500};
  const at::Tensor qkv = Qkv(e, s, 7).to(at::kFloat), d_out = NormalTensor({500, 32}, 8).to(at::kFloat);
  const Result flash = Attend(qkv, d_out, e, s, AttentionKernel::kFlash);
  const Result plain = Attend(qkv.to(at::kDouble), d_out.to(at::kDouble), e, s, AttentionKernel::kExplicit);
  EXPECT_LT(RelativeDifference(flash.out, plain.out), 2e-6);
  EXPECT_LT(RelativeDifference(flash.d_qkv, plain.d_qkv), 2e-6);
}

}  // namespace
}  // namespace suite
