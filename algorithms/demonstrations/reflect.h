// Reflect: the teacher's judgements of the best-scored items move their scores.
//
//   s_reflect = s + gamma r   on the judged items, r in {-2, -1, 0, 1, 2};  s elsewhere
//
//   at::Tensor item_R = TopItems(score_C, seen, 100);                   // N_r candidates for the teacher
//   at::Tensor better_C = ReflectScores(score_C, item_R, judgement_R, 0.5);
//
// Source: arXiv 2510.20150, section 3 (Reflect); N_r = 100 and gamma = 0.5 there.
//
// Shapes: C catalogue items, R judged ones.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

// `item_R` int64, distinct indices of the catalogue; `judgement_R` of any dtype, -2 to 2. Result [C], dtype of the
// scores, which stay as they are.
at::Tensor ReflectScores(const at::Tensor& score_C, const at::Tensor& item_R, const at::Tensor& judgement_R,
                         double gamma);

}  // namespace suite
