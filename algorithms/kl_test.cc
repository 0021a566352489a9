#include "algorithms/kl.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "algorithms/golden_cases.h"

namespace suite {
namespace {

TEST(KlTest, HandChecked) {
  const at::Tensor logp = at::tensor(std::vector<double>{-1.0, -2.0, -0.5});
  const at::Tensor reference = at::tensor(std::vector<double>{-1.0, -1.5, -1.5});  // x = 0, -0.5, 1
  const auto expect = [&](KlEstimator estimator, const std::vector<double>& expected) {
    EXPECT_EQ(Differs(TokenKl(logp, reference, estimator), at::tensor(expected), 1e-14, 1.0), "");
  };
  expect(KlEstimator::kK1, {0, -0.5, 1});
  expect(KlEstimator::kK2, {0, 0.125, 0.5});
  expect(KlEstimator::kK3, {0, std::exp(0.5) - 1.5, std::exp(-1.0)});
}

// Over all tokens of a distribution, k1 and k3 average to the KL exactly.
TEST(KlTest, K1AndK3AreUnbiased) {
  const at::Tensor p = at::tensor(std::vector<double>{0.7, 0.2, 0.1}),
                   q = at::tensor(std::vector<double>{0.5, 0.1, 0.4});
  const double kl = p.mul(p.log().sub(q.log())).sum().item<double>();
  for (KlEstimator estimator : {KlEstimator::kK1, KlEstimator::kK3}) {
    EXPECT_NEAR(p.mul(TokenKl(p.log(), q.log(), estimator)).sum().item<double>(), kl, 1e-14);
  }
}

TEST(KlTest, Schedule) {
  KlConfig config;
  config.beta = 0.1;
  EXPECT_EQ(KlCoefficient(config, 1000), 0.1);
  config.schedule = BetaSchedule::kLinear;
  config.final_beta = 0.02;
  config.schedule_steps = 4;
  EXPECT_NEAR(KlCoefficient(config, 0), 0.1, 1e-15);
  EXPECT_NEAR(KlCoefficient(config, 1), 0.08, 1e-15);
  EXPECT_NEAR(KlCoefficient(config, 4), 0.02, 1e-15);
  EXPECT_NEAR(KlCoefficient(config, 9), 0.02, 1e-15);
}

}  // namespace
}  // namespace suite
