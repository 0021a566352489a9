#include "models/cuda/decode_attention_reference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace suite {
namespace {

// The keys (values) that one row's query head attends to, in order: its prompt's, then its own.
std::vector<const float*> Places(const float* prompt, const float* own,
                                 const DecodeAttentionArguments<float>& arguments, const DecodeAttentionShape& shape,
                                 int row, int kv_head) {
  const size_t group = arguments.group[row];
  const size_t stride = static_cast<size_t>(shape.kv_heads) * shape.head_dim;
  const size_t head_offset = static_cast<size_t>(kv_head) * shape.head_dim;
  std::vector<const float*> places;
  for (int p = 0; p < arguments.prompt_length[group]; ++p) {
    places.push_back(prompt + (group * shape.prompt_capacity + p) * stride + head_offset);
  }
  for (int t = 0; t < arguments.own_length[row]; ++t) {
    places.push_back(own + (static_cast<size_t>(row) * shape.own_capacity + t) * stride + head_offset);
  }
  return places;
}

std::vector<double> Weights(const float* query, const std::vector<const float*>& keys, int head_dim, double scale) {
  std::vector<double> weights;
  double max = -std::numeric_limits<double>::infinity();
  for (const float* key : keys) {
    double score = 0.0;
    for (int d = 0; d < head_dim; ++d) score += static_cast<double>(query[d]) * key[d];
    weights.push_back(scale * score);
    max = std::max(max, scale * score);
  }
  double sum = 0.0;
  for (double& weight : weights) sum += weight = std::exp(weight - max);
  for (double& weight : weights) weight /= sum;
  return weights;
}

}  // namespace

void DecodeAttentionReference(const DecodeAttentionArguments<float>& arguments, const DecodeAttentionShape& shape) {
  for (int row = 0; row < shape.rows; ++row) {
    for (int head = 0; head < shape.heads; ++head) {
      const int kv_head = head / (shape.heads / shape.kv_heads);
      const size_t offset = (static_cast<size_t>(row) * shape.heads + head) * shape.head_dim;
      const auto keys = Places(arguments.prompt_k, arguments.own_k, arguments, shape, row, kv_head);
      const auto values = Places(arguments.prompt_v, arguments.own_v, arguments, shape, row, kv_head);
      const auto weights = Weights(arguments.q + offset, keys, shape.head_dim, shape.scale);
      for (int d = 0; d < shape.head_dim; ++d) {
        double out = 0.0;
        for (size_t i = 0; i < values.size(); ++i) out += weights[i] * values[i][d];
        arguments.out[offset + d] = static_cast<float>(out);
      }
    }
  }
}

}  // namespace suite
