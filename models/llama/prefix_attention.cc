#include "models/llama/prefix_attention.h"

#include <ATen/ATen.h>

#include <cmath>
#include <tuple>

#include "base/check.h"

namespace suite {
namespace {

// `count` equally long runs of consecutive rows, seen as a batch.
struct Run {
  int64_t begin;
  int64_t length;
  int64_t count;
};

// One call of ordinary attention: queries of `queries` against keys and values of `keys`.
struct Piece {
  Run queries;
  Run keys;
  bool causal;
};

// The pieces of a packing: each segment against itself (neighbours of one length together), then all rows of the
// children of a prefix, as one run, against it.
std::vector<Piece> Pieces(const std::vector<Segment>& segments) {
  std::vector<Piece> pieces;
  for (size_t i = 0; i < segments.size();) {
    const Segment& first = segments[i];
    Run run = {first.begin, first.length, 0};
    while (i < segments.size() && segments[i].length == first.length && segments[i].prefix == first.prefix &&
           segments[i].begin == first.begin + run.count * first.length) {
      ++run.count;
      ++i;
    }
    pieces.push_back({run, run, true});
  }
  for (size_t i = 0; i < segments.size();) {
    const int64_t prefix = segments[i].prefix;
    if (prefix < 0) {
      ++i;
      continue;
    }
    Run queries = {segments[i].begin, 0, 1};
    for (; i < segments.size() && segments[i].prefix == prefix; ++i) queries.length += segments[i].length;
    const Segment& prompt = segments[static_cast<size_t>(prefix)];
    pieces.push_back({queries, {prompt.begin, prompt.length, 1}, false});
  }
  return pieces;
}

// Rows of a [N, width] tensor, `heads` heads from column `column`, as [count, heads, length, head_dim].
at::Tensor Heads(const at::Tensor& x, const Run& run, int64_t column, int64_t heads, int64_t head_dim) {
  const int64_t width = x.stride(0);
  return x.as_strided({run.count, heads, run.length, head_dim}, {run.length * width, head_dim, width, 1},
                      x.storage_offset() + run.begin * width + column);
}

struct Operands {
  at::Tensor q, k, v;  // [count, heads, length, head_dim]
};

// Keys and values are repeated for the query heads that share them.
at::Tensor RepeatHeads(const at::Tensor& x, int64_t repeats) {
  return repeats == 1 ? x : at::repeat_interleave(x, repeats, 1);
}

Operands TakeOperands(const at::Tensor& qkv, const Piece& piece, const AttentionShape& s) {
  const int64_t repeats = s.heads / s.kv_heads;
  const int64_t k_column = s.heads * s.head_dim, v_column = (s.heads + s.kv_heads) * s.head_dim;
  return {Heads(qkv, piece.queries, 0, s.heads, s.head_dim),
          RepeatHeads(Heads(qkv, piece.keys, k_column, s.kv_heads, s.head_dim), repeats),
          RepeatHeads(Heads(qkv, piece.keys, v_column, s.kv_heads, s.head_dim), repeats)};
}

double Scale(const AttentionShape& shape) { return 1.0 / std::sqrt(static_cast<double>(shape.head_dim)); }

at::ScalarType StatisticsType(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }

at::Tensor Scores(const Operands& o, bool causal, double scale) {
  const auto type = StatisticsType(o.q);
  at::Tensor scores = at::matmul(o.q.to(type), o.k.to(type).transpose(-1, -2)) * scale;
  if (causal) {
    const at::Tensor later = at::ones({o.q.size(2), o.k.size(2)}, scores.options().dtype(at::kBool)).triu(1);
    scores.masked_fill_(later, -INFINITY);
  }
  return scores;
}

// Output and log-denominator of one piece, [count, heads, length, head_dim] and [count, heads, length].
std::pair<at::Tensor, at::Tensor> Forward(const Operands& o, bool causal, double scale, bool flash) {
  if (flash) {
    auto [out, lse] = at::_scaled_dot_product_flash_attention_for_cpu(o.q, o.k, o.v, 0.0, causal, {}, scale);
    return {out, lse};
  }
  const at::Tensor scores = Scores(o, causal, scale);
  const at::Tensor lse = scores.logsumexp(-1);
  const at::Tensor out = at::matmul(at::exp(scores - lse.unsqueeze(-1)), o.v.to(scores.scalar_type()));
  return {out.to(o.q.scalar_type()), lse};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> Backward(const at::Tensor& d_out, const Operands& o,
                                                        const at::Tensor& out, const at::Tensor& lse, bool causal,
                                                        double scale, bool flash) {
  if (flash) {
    return at::_scaled_dot_product_flash_attention_for_cpu_backward(d_out, o.q, o.k, o.v, out, lse, 0.0, causal, {},
                                                                    scale);
  }
  const auto type = StatisticsType(o.q);
  const at::Tensor p = at::exp(Scores(o, causal, scale) - lse.unsqueeze(-1));
  const at::Tensor d = d_out.to(type);
  const at::Tensor delta = (d * out.to(type)).sum(-1, true);
  const at::Tensor d_scores = p * (at::matmul(d, o.v.to(type).transpose(-1, -2)) - delta) * scale;
  return {at::matmul(d_scores, o.k.to(type)), at::matmul(d_scores.transpose(-1, -2), o.q.to(type)),
          at::matmul(p.transpose(-1, -2), d)};
}

bool UsesFlash(const at::Tensor& qkv, AttentionKernel kernel) {
  if (kernel == AttentionKernel::kExplicit) return false;
  SUITE_CHECK(kernel == AttentionKernel::kAutomatic || qkv.device().is_cpu());
  return qkv.device().is_cpu();
}

// Folds a further piece into rows that already hold one: both outputs are weighted by their denominators.
void Merge(at::Tensor out, at::Tensor lse, const at::Tensor& more_out, const at::Tensor& more_lse) {
  const at::Tensor total = at::logaddexp(lse, more_lse);
  const at::Tensor keep = at::exp(lse - total).unsqueeze(-1), add = at::exp(more_lse - total).unsqueeze(-1);
  out.copy_(out * keep + more_out * add);
  lse.copy_(total);
}

at::Tensor LogDenominators(const at::Tensor& lse, const Run& run, int64_t heads) {
  return Heads(lse, run, 0, heads, 1).squeeze(-1);
}

// Adds the gradient of repeated heads back onto the heads they came from.
void AddHeads(at::Tensor target, const at::Tensor& gradient, int64_t repeats) {
  if (repeats == 1) {
    target.add_(gradient);
    return;
  }
  const auto sizes = gradient.sizes();
  target.add_(gradient.reshape({sizes[0], sizes[1] / repeats, repeats, sizes[2], sizes[3]}).sum(2));
}

}  // namespace

AttentionOutput PrefixAttention(const at::Tensor& qkv, const std::vector<Segment>& segments, const AttentionShape& s,
                                AttentionKernel kernel) {
  SUITE_CHECK_EQ(qkv.size(1), (s.heads + 2 * s.kv_heads) * s.head_dim);
  const bool flash = UsesFlash(qkv, kernel);
  AttentionOutput result = {at::empty({qkv.size(0), s.heads * s.head_dim}, qkv.options()),
                            at::empty({qkv.size(0), s.heads}, qkv.options().dtype(StatisticsType(qkv)))};
  for (const Piece& piece : Pieces(segments)) {
    auto [out, lse] = Forward(TakeOperands(qkv, piece, s), piece.causal, Scale(s), flash);
    at::Tensor rows = Heads(result.out_NS, piece.queries, 0, s.heads, s.head_dim);
    at::Tensor denominators = LogDenominators(result.lse_NH, piece.queries, s.heads);
    if (piece.causal) {
      rows.copy_(out);
      denominators.copy_(lse);
    } else {
      Merge(rows, denominators, out, lse);
    }
  }
  return result;
}

at::Tensor PrefixAttentionBackward(const at::Tensor& d_out, const at::Tensor& qkv, const AttentionOutput& output,
                                   const std::vector<Segment>& segments, const AttentionShape& s,
                                   AttentionKernel kernel) {
  const bool flash = UsesFlash(qkv, kernel);
  const int64_t repeats = s.heads / s.kv_heads;
  const at::Tensor d_rows = d_out.contiguous();
  at::Tensor d_qkv = at::zeros_like(qkv);
  for (const Piece& piece : Pieces(segments)) {
    auto [dq, dk, dv] = Backward(Heads(d_rows, piece.queries, 0, s.heads, s.head_dim), TakeOperands(qkv, piece, s),
                                 Heads(output.out_NS, piece.queries, 0, s.heads, s.head_dim),
                                 LogDenominators(output.lse_NH, piece.queries, s.heads), piece.causal, Scale(s), flash);
    Heads(d_qkv, piece.queries, 0, s.heads, s.head_dim).add_(dq);
    AddHeads(Heads(d_qkv, piece.keys, s.heads * s.head_dim, s.kv_heads, s.head_dim), dk, repeats);
    AddHeads(Heads(d_qkv, piece.keys, (s.heads + s.kv_heads) * s.head_dim, s.kv_heads, s.head_dim), dv, repeats);
  }
  return d_qkv;
}

}  // namespace suite
