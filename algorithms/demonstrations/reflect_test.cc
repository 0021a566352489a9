#include "algorithms/demonstrations/reflect.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace suite {
namespace {

const at::Tensor kScore_C = at::tensor(std::vector<double>{0.5, 0.9, 0.4, 0.1});

TEST(Reflect, HandChecked) {
  const at::Tensor item_R = at::tensor(std::vector<int64_t>{1, 0, 2});
  const at::Tensor judgement_R = at::tensor(std::vector<int64_t>{-2, 0, 1});
  const at::Tensor expected_C = at::tensor(std::vector<double>{0.5, 0.9 - 0.5 * 2, 0.4 + 0.5, 0.1});
  EXPECT_TRUE(ReflectScores(kScore_C, item_R, judgement_R, 0.5).allclose(expected_C, 0, 1e-15));
  EXPECT_EQ(kScore_C[1].item<double>(), 0.9);
}

TEST(Reflect, ChangesNothingWithoutJudgementsOrGamma) {
  const at::Tensor item_R = at::tensor(std::vector<int64_t>{1, 2}),
                   judgement_R = at::tensor(std::vector<int64_t>{2, 1});
  EXPECT_TRUE(ReflectScores(kScore_C, item_R, judgement_R, 0).equal(kScore_C));
  EXPECT_TRUE(ReflectScores(kScore_C, item_R.narrow(0, 0, 0), judgement_R.narrow(0, 0, 0), 0.5).equal(kScore_C));
}

TEST(ReflectDeathTest, AJudgementBeyondTheScaleIsABug) {
  const at::Tensor item_R = at::tensor(std::vector<int64_t>{1}), judgement_R = at::tensor(std::vector<int64_t>{3});
  EXPECT_DEATH(ReflectScores(kScore_C, item_R, judgement_R, 0.5), "le\\(2\\)");
}

}  // namespace
}  // namespace suite
