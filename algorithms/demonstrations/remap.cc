#include "algorithms/demonstrations/remap.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include "base/check.h"

namespace suite {

at::Tensor RemapScores(const at::Tensor& similarity_KC, const at::Tensor& match_K, const at::Tensor& context_C,
                       double lambda) {
  SUITE_CHECK_EQ(similarity_KC.dim(), 2);
  SUITE_CHECK_EQ(similarity_KC.size(0), match_K.size(0));
  SUITE_CHECK_EQ(similarity_KC.size(1), context_C.size(0));
  const at::Tensor weight_K = at::arange(1, similarity_KC.size(0) + 1, similarity_KC.options()).rsqrt();
  const at::Tensor found_K = match_K.ge(0);
  return similarity_KC.t()
      .mv(weight_K)
      .index_add(0, match_K.clamp_min(0), weight_K.mul(found_K))
      .add(context_C, lambda);
}

at::Tensor TopItems(const at::Tensor& score_C, const std::vector<int64_t>& excluded, int64_t count) {
  SUITE_CHECK_EQ(score_C.dim(), 1);
  const std::set<int64_t> out(excluded.begin(), excluded.end());
  const std::vector<int64_t> out_list(out.begin(), out.end());
  const at::Tensor left_C = score_C.index_fill(0, at::tensor(out_list, score_C.options().dtype(at::kLong)),
                                               -std::numeric_limits<double>::infinity());
  const at::Tensor order_C = std::get<1>(left_C.sort(/*stable=*/true, /*dim=*/0, /*descending=*/true));
  const int64_t available = score_C.size(0) - static_cast<int64_t>(out.size());
  return order_C.narrow(0, 0, std::min(count, available));
}

}  // namespace suite
