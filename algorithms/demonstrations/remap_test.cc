#include "algorithms/demonstrations/remap.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

namespace suite {
namespace {

at::Tensor Longs(const std::vector<int64_t>& values) { return at::tensor(values); }

TEST(RemapTest, HandChecked) {
  // Two teacher items, three catalogue items; the first teacher item is catalogue item 1, the second is not there.
  const at::Tensor similarity_KC = at::tensor(std::vector<double>{0.2, 1.0, 0.0, 0.5, 0.1, 0.4}).view({2, 3});
  const at::Tensor context_C = at::tensor(std::vector<double>{0.1, 0.2, 0.3});
  const at::Tensor score_C = RemapScores(similarity_KC, Longs({1, -1}), context_C, 2.0);
  const double p2 = 1 / std::sqrt(2.0);
  EXPECT_NEAR(score_C[0].item<double>(), 0.2 + p2 * 0.5 + 0.2, 1e-14);
  EXPECT_NEAR(score_C[1].item<double>(), 1.0 + 1.0 + p2 * 0.1 + 0.4, 1e-14);
  EXPECT_NEAR(score_C[2].item<double>(), p2 * 0.4 + 0.6, 1e-14);
}

TEST(RemapTest, EarlierTeacherItemsCountMore) {
  const at::Tensor similarity_KC = at::tensor(std::vector<double>{0, 0, 0, 0, 0, 0}).view({2, 3});
  const at::Tensor context_C = at::tensor(std::vector<double>{0, 0, 0});
  EXPECT_TRUE(TopItems(RemapScores(similarity_KC, Longs({2, 0}), context_C, 1.0), {}, 2).equal(Longs({2, 0})));
}

TEST(RemapTest, TopItems) {
  const at::Tensor score_C = at::tensor(std::vector<float>{0.5f, 0.9f, 0.5f, 0.1f});
  EXPECT_TRUE(TopItems(score_C, {}, 3).equal(Longs({1, 0, 2})));
  EXPECT_TRUE(TopItems(score_C, {1, 0, 1}, 3).equal(Longs({2, 3})));
  EXPECT_EQ(score_C[1].item<float>(), 0.9f);
}

}  // namespace
}  // namespace suite
