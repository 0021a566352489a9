#include "models/cuda/decode_attention_case.h"

#include <limits>
#include <string_view>

#include "base/random.h"

namespace suite {
namespace {

std::vector<float> Normals(size_t size, uint64_t seed, std::string_view name) {
  RandomStream stream(seed, name);
  std::vector<float> values(size);
  for (float& value : values) value = static_cast<float>(stream.Normal());
  return values;
}

std::vector<int32_t> Lengths(int count, int capacity, uint64_t seed, std::string_view name) {
  RandomStream stream(seed, name);
  std::vector<int32_t> lengths(count);
  for (int32_t& length : lengths) length = static_cast<int32_t>(1 + stream.UniformInt(capacity));
  return lengths;
}

// `values` is [lengths.size(), capacity, ...]: NaN in all places from each length on.
void PoisonUnused(const std::vector<int32_t>& lengths, int capacity, std::vector<float>* values) {
  const size_t place = values->size() / (lengths.size() * capacity);
  for (size_t i = 0; i < lengths.size(); ++i) {
    for (size_t j = (i * capacity + lengths[i]) * place; j < (i + 1) * capacity * place; ++j) {
      (*values)[j] = std::numeric_limits<float>::quiet_NaN();
    }
  }
}

}  // namespace

DecodeAttentionArguments<float> DecodeAttentionCase::Arguments(float* out) const {
  return {q.data(),     prompt_k.data(), prompt_v.data(),   prompt_length.data(),
          own_k.data(), own_v.data(),    own_length.data(), group.data(),
          out};
}

DecodeAttentionCase MakeDecodeAttentionCase(const DecodeAttentionShape& shape, int prompts, uint64_t seed) {
  DecodeAttentionCase made;
  made.shape = shape;
  const size_t kv_size = static_cast<size_t>(shape.kv_heads) * shape.head_dim;
  made.q = Normals(static_cast<size_t>(shape.rows) * shape.heads * shape.head_dim, seed, "q");
  made.prompt_k = Normals(prompts * shape.prompt_capacity * kv_size, seed, "prompt_k");
  made.prompt_v = Normals(prompts * shape.prompt_capacity * kv_size, seed, "prompt_v");
  made.own_k = Normals(shape.rows * shape.own_capacity * kv_size, seed, "own_k");
  made.own_v = Normals(shape.rows * shape.own_capacity * kv_size, seed, "own_v");
  made.prompt_length = Lengths(prompts, shape.prompt_capacity, seed, "prompt_length");
  made.own_length = Lengths(shape.rows, shape.own_capacity, seed, "own_length");
  for (int row = 0; row < shape.rows; ++row) made.group.push_back(2 * row % prompts);
  PoisonUnused(made.prompt_length, shape.prompt_capacity, &made.prompt_k);
  PoisonUnused(made.prompt_length, shape.prompt_capacity, &made.prompt_v);
  PoisonUnused(made.own_length, shape.own_capacity, &made.own_k);
  PoisonUnused(made.own_length, shape.own_capacity, &made.own_v);
  return made;
}

}  // namespace suite
