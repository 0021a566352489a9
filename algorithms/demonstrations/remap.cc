#include "algorithms/demonstrations/remap.h"

#include <ATen/Dispatch.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "base/check.h"
#include "base/error.h"

namespace suite {
namespace {

// Adds p_k to the exact matches of each row: one after another, so that a title named twice always sums alike.
void AddExactMatches(const std::vector<RemapEntry>& entries, at::Tensor& score_BC) {
  const int64_t items = score_BC.size(1);
  AT_DISPATCH_FLOATING_TYPES(score_BC.scalar_type(), "AddExactMatches", [&] {
    scalar_t* scores = score_BC.mutable_data_ptr<scalar_t>();
    for (const RemapEntry& entry : entries) {
      if (entry.match < 0) continue;
      SUITE_CHECK_LT(entry.row, score_BC.size(0));
      SUITE_CHECK_LT(entry.match, items);
      scores[entry.row * items + entry.match] += static_cast<scalar_t>(entry.weight);
    }
  });
}

}  // namespace

std::vector<std::string> PositionWeightNames() { return {"inverse_sqrt", "inverse_log2", "inverse", "uniform"}; }

at::Tensor PositionWeights(const std::string& shape, int64_t count) {
  const at::Tensor place_K = at::arange(1, count + 1, at::kDouble);
  if (shape == "inverse_sqrt") return place_K.rsqrt();
  if (shape == "inverse_log2") return place_K.add(1).log2().reciprocal();
  if (shape == "inverse") return place_K.reciprocal();
  if (shape == "uniform") return at::ones_like(place_K);
  throw UnknownName("demonstrations.position_weights", "shape of position weights", shape, PositionWeightNames());
}

at::Tensor RemapScores(const at::Tensor& similarity_KC, const at::Tensor& match_K, const at::Tensor& weight_K,
                       const at::Tensor& context_C, double lambda) {
  SUITE_CHECK_EQ(similarity_KC.dim(), 2);
  SUITE_CHECK_EQ(similarity_KC.size(0), match_K.size(0));
  SUITE_CHECK_EQ(similarity_KC.size(0), weight_K.size(0));
  SUITE_CHECK_EQ(similarity_KC.size(1), context_C.size(0));
  const at::Tensor p_K = weight_K.to(similarity_KC.scalar_type());
  return similarity_KC.t().mv(p_K).index_add(0, match_K.clamp_min(0), p_K.mul(match_K.ge(0))).add(context_C, lambda);
}

at::Tensor RemapBlock(const std::vector<RemapEntry>& entries, const at::Tensor& title_UD, const at::Tensor& context_BD,
                      const at::Tensor& item_CD, double lambda) {
  SUITE_CHECK_EQ(title_UD.size(1), item_CD.size(1));
  SUITE_CHECK_EQ(context_BD.size(1), item_CD.size(1));
  std::vector<int64_t> rows, titles;
  std::vector<double> weights;
  for (const RemapEntry& entry : entries) {
    rows.push_back(entry.row);
    titles.push_back(entry.title);
    weights.push_back(entry.weight);
  }
  at::Tensor query_BD = context_BD.mul(lambda);
  if (!entries.empty()) {
    const at::Tensor weight_E = at::tensor(weights).to(title_UD.scalar_type());
    query_BD.index_add_(0, at::tensor(rows), title_UD.index_select(0, at::tensor(titles)).mul(weight_E.unsqueeze(1)));
  }
  at::Tensor score_BC = at::mm(query_BD, item_CD.t());
  AddExactMatches(entries, score_BC);
  return score_BC;
}

at::Tensor ExactMatchBlock(const std::vector<RemapEntry>& entries, int64_t rows, int64_t items) {
  at::Tensor score_BC = at::zeros({rows, items}, at::kFloat);
  AddExactMatches(entries, score_BC);
  return score_BC;
}

at::Tensor TopItems(const at::Tensor& score_C, const std::vector<int64_t>& excluded, int64_t count) {
  SUITE_CHECK_EQ(score_C.dim(), 1);
  const at::Tensor packed_C = score_C.contiguous();
  std::vector<bool> out(static_cast<size_t>(score_C.size(0)), false);
  for (const int64_t item : excluded) out[static_cast<size_t>(item)] = true;
  std::vector<int64_t> order;
  for (int64_t item = 0; item < score_C.size(0); ++item) {
    if (!out[static_cast<size_t>(item)]) order.push_back(item);
  }
  const auto kept = std::min(count, static_cast<int64_t>(order.size()));
  AT_DISPATCH_FLOATING_TYPES(packed_C.scalar_type(), "TopItems", [&] {
    const scalar_t* scores = packed_C.const_data_ptr<scalar_t>();
    std::partial_sort(order.begin(), order.begin() + kept, order.end(),
                      [&](int64_t a, int64_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
  });
  order.resize(static_cast<size_t>(kept));
  return at::tensor(order, at::kLong);
}

}  // namespace suite
