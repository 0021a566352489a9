#include "models/policy/new_tokens.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "base/text/utf8.h"

namespace suite {
namespace {

using Row = std::vector<double>;

// Of the rows of a matrix. The sums are taken one after another, so that no number of threads has a say.
struct Spread {
  Row mean;
  double deviation = 0;  // root of the mean square over all numbers
};

template <typename NumberAt>
Spread SpreadOf(int64_t rows, int64_t width, const NumberAt& at) {
  Spread spread{Row(width), 0};
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < width; ++c) spread.mean[c] += at(r, c);
  }
  for (double& mean : spread.mean) mean /= static_cast<double>(rows);
  double squares = 0;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < width; ++c) squares += std::pow(at(r, c) - spread.mean[c], 2);
  }
  spread.deviation = std::sqrt(squares / static_cast<double>(rows * width));
  return spread;
}

Spread SpreadOfRows(const at::Tensor& matrix_RH) {
  const at::Tensor values = matrix_RH.to(at::kCPU, at::kFloat).contiguous();
  const float* const data = values.const_data_ptr<float>();
  const int64_t width = values.size(1);
  return SpreadOf(values.size(0), width, [&](int64_t r, int64_t c) { return double{data[r * width + c]}; });
}

void CheckVectors(const std::vector<std::string>& tokens, const std::vector<std::vector<float>>& vectors) {
  if (vectors.empty()) return;
  if (vectors.size() != tokens.size()) {
    throw InputError("vectors of new tokens",
                     std::to_string(vectors.size()) + " for " + std::to_string(tokens.size()) + " tokens",
                     "one a token, or none");
  }
  size_t width = 0;
  for (size_t i = 0; i < vectors.size(); ++i) {
    const std::string where = "vector of the new token '" + ShownText(tokens[i]) + "'";
    if (width == 0) width = vectors[i].size();
    if (!vectors[i].empty() && vectors[i].size() != width) {
      throw InputError(where, "has " + std::to_string(vectors[i].size()) + " numbers",
                       std::to_string(width) + ", as the vectors before it");
    }
    const bool finite = std::all_of(vectors[i].begin(), vectors[i].end(), [](float x) { return std::isfinite(x); });
    if (!finite) throw InputError(where, "has a number that is not finite", "finite numbers");
  }
}

Row NoisyMean(const Spread& rows, double noise, RandomStream stream) {
  Row row = rows.mean;
  for (double& number : row) number += noise * rows.deviation * stream.Normal();
  return row;
}

// `vectors`, none of them empty, as rows around the mean of `rows`.
std::vector<Row> Projected(const std::vector<const std::vector<float>*>& vectors, const Spread& rows,
                           RandomStream stream) {
  const auto count = static_cast<int64_t>(vectors.size()), from = static_cast<int64_t>(vectors.front()->size());
  const size_t to = rows.mean.size();
  const Spread given = SpreadOf(count, from, [&](int64_t r, int64_t c) { return double{(*vectors[r])[c]}; });
  std::vector<Row> projected(vectors.size(), Row(to));
  Row direction(to);
  for (int64_t c = 0; c < from; ++c) {
    for (double& number : direction) number = stream.Normal();
    for (size_t r = 0; r < vectors.size(); ++r) {
      const double share = (*vectors[r])[c] - given.mean[c];
      for (size_t h = 0; h < to; ++h) projected[r][h] += share * direction[h];
    }
  }
  const auto number_at = [&](int64_t r, int64_t h) { return projected[r][h]; };
  const Spread spread = SpreadOf(count, static_cast<int64_t>(to), number_at);
  if (spread.deviation == 0) {
    throw InputError("vectors of new tokens", "do not differ from each other",
                     "vectors that tell tokens apart, or policy.new_tokens = \"mean\"");
  }
  for (Row& row : projected) {
    for (size_t h = 0; h < to; ++h) row[h] = rows.mean[h] + row[h] * rows.deviation / spread.deviation;
  }
  return projected;
}

// Fills the rows of `matrix_VH` from `first` on, by those before it. `index` tells the streams of two matrices apart.
void FillRows(const at::Tensor& matrix_VH, int64_t first, int64_t count, const NewTokenStart& start, uint64_t index) {
  const Spread rows = SpreadOfRows(matrix_VH.narrow(0, 0, first));
  std::vector<const std::vector<float>*> given;
  for (const std::vector<float>& vector : start.vectors) {
    if (!vector.empty()) given.push_back(&vector);
  }
  std::vector<Row> projected;
  if (!given.empty()) projected = Projected(given, rows, RandomStream(start.seed, "projection of new tokens", {index}));
  at::Tensor filled = matrix_VH.narrow(0, first, count).to(at::kCPU, at::kFloat).contiguous();
  float* out = filled.mutable_data_ptr<float>();
  size_t next = 0;
  for (int64_t i = 0; i < count; ++i) {
    const bool has_vector = !start.vectors.empty() && !start.vectors[i].empty();
    const Row row = has_vector ? std::move(projected[next++])
                               : NoisyMean(rows, start.noise,
                                           RandomStream(start.seed, "new tokens", {index, static_cast<uint64_t>(i)}));
    out = std::transform(row.begin(), row.end(), out, [](double number) { return static_cast<float>(number); });
  }
  matrix_VH.narrow(0, first, count).copy_(filled);
}

// A copy with at least `rows` rows in embedding and head, the added ones zero.
LlamaWeights WithRows(const LlamaWeights& weights, int64_t rows) {
  LlamaConfig config = weights.config();
  if (rows <= config.vocab_size) return weights.Clone();
  config.vocab_size = rows;
  LlamaWeights grown = LlamaWeights::Zeros(config, weights.flat().scalar_type())
                           .To(weights.flat().device(), weights.flat().scalar_type());
  const NamedTensors before = weights.Parameters(), after = grown.Parameters();
  for (size_t i = 0; i < before.size(); ++i) {
    after[i].second.narrow(0, 0, before[i].second.size(0)).copy_(before[i].second);
  }
  return grown;
}

}  // namespace

Policy WithNewTokens(const Policy& policy, const std::vector<std::string>& tokens, const NewTokenStart& start) {
  CheckVectors(tokens, start.vectors);
  const int64_t first = policy.tokenizer.vocab_size(), count = static_cast<int64_t>(tokens.size());
  Policy wider = policy;
  wider.tokenizer = policy.tokenizer.WithAddedTokens(tokens);
  wider.weights = WithRows(policy.weights, first + count);
  if (count == 0) return wider;
  const LlamaTensors tensors = wider.weights.Tensors();
  FillRows(tensors.embedding, first, count, start, 0);
  if (!policy.config().tie_embeddings) FillRows(tensors.head, first, count, start, 1);
  return wider;
}

bool HasNewTokens(const Policy& policy, const std::vector<std::string>& tokens) {
  const auto is_there = [&](const std::string& token) { return policy.tokenizer.KeepsWhole(token); };
  const auto known = std::find_if(tokens.begin(), tokens.end(), is_there);
  const auto missing = std::find_if_not(tokens.begin(), tokens.end(), is_there);
  if (known == tokens.end()) return false;
  if (missing == tokens.end()) return true;
  throw InputError("the policy's vocabulary",
                   "has the item token '" + ShownText(*known) + "' and lacks '" + ShownText(*missing) + "'",
                   "all of the data's item tokens, or none");
}

}  // namespace suite
