#include "algorithms/demonstrations/reflect.h"

#include "base/check.h"

namespace suite {

at::Tensor ReflectScores(const at::Tensor& score_C, const at::Tensor& item_R, const at::Tensor& judgement_R,
                         double gamma) {
  SUITE_CHECK_EQ(score_C.dim(), 1);
  SUITE_CHECK_EQ(item_R.size(0), judgement_R.size(0));
  SUITE_CHECK(judgement_R.abs().le(2).all().item<bool>());
  return score_C.index_add(0, item_R, judgement_R.to(score_C.scalar_type()).mul(gamma));
}

}  // namespace suite
