#include "algorithms/demonstrations/position_weights.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace suite {
namespace {

TEST(PositionWeights, HandChecked) {
  const auto third = [](const char* shape) { return PositionWeights(shape, 3)[2].item<double>(); };
  EXPECT_NEAR(third("inverse_sqrt"), 1 / std::sqrt(3.0), 1e-15);
  EXPECT_NEAR(third("inverse_log2"), 0.5, 1e-15);
  EXPECT_NEAR(third("inverse"), 1 / 3.0, 1e-15);
  EXPECT_EQ(third("uniform"), 1);
}

TEST(PositionWeights, StartAtOneAndNeverRise) {
  for (const std::string& shape : PositionWeightNames()) {
    const at::Tensor weight_K = PositionWeights(shape, 20);
    EXPECT_NEAR(weight_K[0].item<double>(), 1, 1e-15) << shape;
    EXPECT_TRUE(weight_K.narrow(0, 1, 19).le(weight_K.narrow(0, 0, 19)).all().item<bool>()) << shape;
  }
  EXPECT_EQ(PositionWeights("uniform", 0).numel(), 0);
}

TEST(PositionWeights, AnUnknownShapeListsTheKnownOnes) { EXPECT_THROW(PositionWeights("sqrt", 3), InputError); }

}  // namespace
}  // namespace suite
