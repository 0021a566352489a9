#include "algorithms/surrogate.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "algorithms/golden_cases.h"

namespace suite {
namespace {

struct Case {
  double ratio, advantage, loss, gradient;  // gradient by logp, with logp = -1 and log ratio = logp - old
};

void ExpectCases(const SurrogateConfig& config, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    at::Tensor logp = at::tensor(std::vector<double>{-1.0}).unsqueeze(0).requires_grad_(true);
    const at::Tensor log_ratio = logp.sub(logp.detach()).add(std::log(c.ratio));
    const at::Tensor advantage = at::tensor(std::vector<double>{c.advantage}).unsqueeze(0);
    const SurrogateLoss found = EvaluateSurrogate(logp, log_ratio, advantage, config);
    EXPECT_NEAR(found.loss_BT.item<double>(), c.loss, 1e-12) << "ratio " << c.ratio << " A " << c.advantage;
    found.loss_BT.sum().backward();
    EXPECT_NEAR(logp.grad().item<double>(), c.gradient, 1e-12) << "ratio " << c.ratio << " A " << c.advantage;
  }
}

TEST(SurrogateTest, Clip) {
  ExpectCases({Surrogate::kClip, 0.2, 0.3, std::nullopt},
              {{1.1, 2, -2.2, -2.2}, {1.5, 2, -2.6, 0}, {1.5, -2, 3, 3}, {0.5, 2, -1, -1}, {0.5, -2, 1.6, 0}});
}

TEST(SurrogateTest, TwoSidedClipBoundsTheLossWhereAdvantageIsNegative) {
  ExpectCases({Surrogate::kClip, 0.2, 0.3, 2.0}, {{1.9, -2, 3.8, 3.8}, {5, -2, 4, 0}, {5, 2, -2.6, 0}});
}

// verl's dual clip: for A < 0, min(-c A, max(-r A, -clip(r) A)).
TEST(SurrogateTest, TwoSidedClipIsVerlsDualClip) {
  const double low = 0.2, high = 0.3, c = 2.0;
  for (double ratio : {0.3, 0.8, 1.0, 1.3, 1.9, 2.0, 2.1, 7.0}) {
    for (double advantage : {-1.5, -0.1, 0.4, 2.0}) {
      const double clipped = std::min(std::max(ratio, 1 - low), 1 + high);
      double expected = std::max(-ratio * advantage, -clipped * advantage);
      if (advantage < 0) expected = std::min(-c * advantage, expected);
      const at::Tensor log_ratio = at::tensor(std::vector<double>{std::log(ratio)});
      const at::Tensor found = EvaluateSurrogate(log_ratio, log_ratio, at::tensor(std::vector<double>{advantage}),
                                                 {Surrogate::kClip, low, high, c})
                                   .loss_BT;
      EXPECT_NEAR(found.item<double>(), expected, 1e-12) << ratio << " " << advantage;
    }
  }
}

TEST(SurrogateTest, CispoCutsTheWeightAndKeepsTheGradient) {
  // loss = -w A logp with logp = -1, so loss = w A and gradient = -w A.
  ExpectCases({Surrogate::kCispoTrl, 0.2, 5.0, std::nullopt}, {{0.01, 2, 0.02, -0.02}, {4, 2, 8, -8}, {9, 2, 10, -10}});
  ExpectCases({Surrogate::kCispoVerl, 0.2, 0.3, std::nullopt}, {{0.01, 2, 1.6, -1.6}, {9, -2, -2.6, 2.6}});
}

TEST(SurrogateTest, PolicyGradient) { ExpectCases({Surrogate::kPolicyGradient}, {{1, 2, 2, -2}, {3, -1, -3, 3}}); }

TEST(SurrogateTest, UnitTokenHasTheUnitsValueAndTheTokensGradient) {
  at::Tensor logp = at::tensor(std::vector<double>{-1.0, -2.0}).unsqueeze(0).requires_grad_(true);
  const at::Tensor unit = logp.mean().expand({1, 2}).sub(logp.mean().detach()).add(std::log(1.1));
  const at::Tensor advantage = at::tensor(std::vector<double>{2.0, 0.0}).unsqueeze(0);
  const SurrogateLoss found = EvaluateSurrogate(logp, unit, advantage, {Surrogate::kUnitToken, 0.2, 0.2, std::nullopt});
  EXPECT_NEAR(found.loss_BT[0][0].item<double>(), -2.2, 1e-12);
  found.loss_BT.sum().backward();
  EXPECT_EQ(Differs(logp.grad(), at::tensor(std::vector<double>{-2.2, 0.0}).unsqueeze(0), 1e-12, 1.0), "");
}

}  // namespace
}  // namespace suite
