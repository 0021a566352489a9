#include "models/kernels/decode_attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "models/kernels/vector_math.h"

namespace suite {
namespace {

bool UsesKernel(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous();
}

// scores[p] = scale * sum_d q[d] k[d][p], for keys stored with positions last.
SUITE_VECTOR_CLONES
void Scores(const float* q, const float* k, int64_t head_dim, int64_t stride, int64_t count, float scale,
            float* scores) {
  for (int64_t p = 0; p < count; ++p) scores[p] = 0;
  for (int64_t d = 0; d < head_dim; ++d) {
    const float factor = q[d] * scale;
    const float* row = k + d * stride;
    for (int64_t p = 0; p < count; ++p) scores[p] += factor * row[p];
  }
}

SUITE_VECTOR_CLONES
float ExponentiateInPlace(float* scores, int64_t count) {
  float largest = scores[0];
#pragma omp simd reduction(max : largest)
  for (int64_t p = 0; p < count; ++p) largest = scores[p] > largest ? scores[p] : largest;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t p = 0; p < count; ++p) {
    scores[p] = VectorExp(scores[p] - largest);
    sum += scores[p];
  }
  return sum;
}

SUITE_VECTOR_CLONES
void AddWeightedValues(const float* weights, const float* v, int64_t count, int64_t head_dim, float* out) {
  for (int64_t p = 0; p < count; ++p) {
    const float w = weights[p];
    for (int64_t d = 0; d < head_dim; ++d) out[d] += w * v[p * head_dim + d];
  }
}

// Everything about the cache that the row loop needs, as raw pointers.
struct CacheView {
  explicit CacheView(const DecodeCache& cache)
      : prompt_k(cache.prompt_k.const_data_ptr<float>()),
        prompt_v(cache.prompt_v.const_data_ptr<float>()),
        own_k(cache.own_k.const_data_ptr<float>()),
        own_v(cache.own_v.const_data_ptr<float>()),
        kv_heads(cache.own_k.size(1)),
        head_dim(cache.own_k.size(2)),
        prompt_stride(cache.prompt_k.size(3)),
        own_stride(cache.own_k.size(3)) {}
  const float *prompt_k, *prompt_v, *own_k, *own_v;
  int64_t kv_heads, head_dim, prompt_stride, own_stride;
};

void AttendRow(const float* q, const CacheView& c, int64_t heads, int64_t prompt, int64_t prompt_length,
               int64_t sequence, int64_t own_length, float* scores, float* out) {
  const float scale = 1.0f / std::sqrt(static_cast<float>(c.head_dim));
  for (int64_t head = 0; head < heads; ++head) {
    const int64_t kv = head / (heads / c.kv_heads);
    const int64_t prompt_block = (prompt * c.kv_heads + kv) * c.head_dim * c.prompt_stride;
    const int64_t own_block = (sequence * c.kv_heads + kv) * c.head_dim * c.own_stride;
    const float* query = q + head * c.head_dim;
    Scores(query, c.prompt_k + prompt_block, c.head_dim, c.prompt_stride, prompt_length, scale, scores);
    Scores(query, c.own_k + own_block, c.head_dim, c.own_stride, own_length, scale, scores + prompt_length);
    const float sum = ExponentiateInPlace(scores, prompt_length + own_length);
    float* result = out + head * c.head_dim;
    for (int64_t d = 0; d < c.head_dim; ++d) result[d] = 0;
    AddWeightedValues(scores, c.prompt_v + prompt_block, prompt_length, c.head_dim, result);
    AddWeightedValues(scores + prompt_length, c.own_v + own_block, own_length, c.head_dim, result);
    for (int64_t d = 0; d < c.head_dim; ++d) result[d] /= sum;
  }
}

at::Tensor Indices(const std::vector<int64_t>& values, const at::Tensor& like) {
  return at::tensor(values, at::dtype(at::kLong)).to(like.device());
}

// [count, heads, head_dim, positions] for keys, [count, heads, positions, head_dim] for values.
at::Tensor EmptyPart(int64_t count, int64_t positions, bool keys, const CacheShape& s,
                     const at::TensorOptions& options) {
  if (!options.device().is_cpu()) {
    const at::Tensor stored = at::empty({count, positions, s.kv_heads, s.head_dim}, options);
    return keys ? stored.permute({0, 2, 3, 1}) : stored.permute({0, 2, 1, 3});
  }
  if (keys) return at::empty({count, s.kv_heads, s.head_dim, positions}, options);
  return at::empty({count, s.kv_heads, positions, s.head_dim}, options);
}

}  // namespace

DecodeCache EmptyCache(const CacheShape& s, const at::TensorOptions& options) {
  const int64_t prompts = static_cast<int64_t>(s.prompt_length.size()), rows = prompts * s.group_size;
  const int64_t longest = *std::max_element(s.prompt_length.begin(), s.prompt_length.end());
  // What lies beyond a prompt's end is masked, which takes finite numbers.
  return {EmptyPart(prompts, longest, true, s, options).zero_(), EmptyPart(prompts, longest, false, s, options).zero_(),
          EmptyPart(rows, s.new_tokens, true, s, options), EmptyPart(rows, s.new_tokens, false, s, options),
          s.prompt_length};
}

void StoreKeysAndValues(const at::Tensor& qkv, int64_t heads, const ActiveRows& rows, int64_t step,
                        DecodeCache& cache) {
  const int64_t kv_heads = cache.own_k.size(1), head_dim = cache.own_k.size(2), active = qkv.size(0);
  SUITE_CHECK_LT(step, cache.own_k.size(3));
  if (!UsesKernel(qkv)) {
    const at::Tensor sequence = Indices(rows.sequence, qkv);
    const auto part = [&](int64_t first) {
      return qkv.narrow(1, first * head_dim, kv_heads * head_dim).view({active, kv_heads, head_dim});
    };
    cache.own_k.select(3, step).index_copy_(0, sequence, part(heads));
    cache.own_v.select(2, step).index_copy_(0, sequence, part(heads + kv_heads));
    return;
  }
  const float* data = qkv.const_data_ptr<float>();
  float *keys = cache.own_k.mutable_data_ptr<float>(), *values = cache.own_v.mutable_data_ptr<float>();
  const int64_t stride = cache.own_k.size(3), width = qkv.size(1);
  for (int64_t i = 0; i < active; ++i) {
    const float* k = data + i * width + heads * head_dim;
    const float* v = k + kv_heads * head_dim;
    for (int64_t h = 0; h < kv_heads; ++h) {
      const int64_t block = (rows.sequence[static_cast<size_t>(i)] * kv_heads + h) * head_dim * stride;
      for (int64_t d = 0; d < head_dim; ++d) {
        keys[block + d * stride + step] = k[h * head_dim + d];
        values[block + step * head_dim + d] = v[h * head_dim + d];
      }
    }
  }
}

void DecodeAttention(const at::Tensor& qkv, int64_t heads, const ActiveRows& rows, int64_t step,
                     const DecodeCache& cache, at::Tensor& out) {
  if (!UsesKernel(qkv)) return DecodeAttentionGeneric(qkv, heads, rows, step, cache, out);
  const CacheView view(cache);
  const float* q = qkv.const_data_ptr<float>();
  float* out_data = out.mutable_data_ptr<float>();
  const int64_t width = qkv.size(1), out_width = heads * view.head_dim;
  at::parallel_for(0, qkv.size(0), 4, [&](int64_t begin, int64_t end) {
    std::vector<float> scores(static_cast<size_t>(view.prompt_stride + view.own_stride));
    for (int64_t i = begin; i < end; ++i) {
      const auto index = static_cast<size_t>(i);
      const int64_t prompt = rows.prompt[index];
      AttendRow(q + i * width, view, heads, prompt, cache.prompt_length[static_cast<size_t>(prompt)],
                rows.sequence[index], step + 1, scores.data(), out_data + i * out_width);
    }
  });
}

void DecodeAttentionGeneric(const at::Tensor& qkv, int64_t heads, const ActiveRows& rows, int64_t step,
                            const DecodeCache& cache, at::Tensor& out) {
  const int64_t kv_heads = cache.own_k.size(1), head_dim = cache.own_k.size(2), active = qkv.size(0);
  const at::Tensor q = qkv.narrow(1, 0, heads * head_dim).view({active, kv_heads, heads / kv_heads, head_dim});
  const at::Tensor sequence = Indices(rows.sequence, qkv), prompt = Indices(rows.prompt, qkv);
  const at::Tensor length = Indices(cache.prompt_length, qkv).index_select(0, prompt);
  const double scale = 1.0 / std::sqrt(static_cast<double>(head_dim));
  at::Tensor shared = at::matmul(q, cache.prompt_k.index_select(0, prompt)) * scale;
  const at::Tensor past_end = at::arange(shared.size(3), length.options()).unsqueeze(0) >= length.unsqueeze(1);
  shared = shared.masked_fill(past_end.view({active, 1, 1, -1}), -INFINITY);
  const at::Tensor own = at::matmul(q, cache.own_k.narrow(3, 0, step + 1).index_select(0, sequence)) * scale;
  const at::Tensor p = at::softmax(at::cat({shared, own}, 3), 3);
  const at::Tensor result =
      at::matmul(p.narrow(3, 0, shared.size(3)), cache.prompt_v.index_select(0, prompt)) +
      at::matmul(p.narrow(3, shared.size(3), step + 1), cache.own_v.narrow(2, 0, step + 1).index_select(0, sequence));
  out.copy_(result.reshape({active, heads * head_dim}));
}

}  // namespace suite
