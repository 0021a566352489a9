#include "models/kernels/choose_token.h"

#include <ATen/ops/log_softmax.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "models/llama/gradient_check.h"

namespace suite {
namespace {

// log of probabilities .1 .4 .2 .3
at::Tensor FourTokens(int64_t rows) {
  return at::tensor({0.1f, 0.4f, 0.2f, 0.3f}).log().add(1.5).view({1, 4}).repeat({rows, 1});
}

std::vector<double> Uniforms(int64_t count, uint64_t seed) {
  const RandomStream stream(seed, "test");
  std::vector<double> uniforms;
  for (int64_t i = 0; i < count; ++i) uniforms.push_back(stream.UniformAt(static_cast<uint64_t>(i)));
  return uniforms;
}

// Pearson's statistic of `ids` against `p`, over the tokens of positive probability.
double ChiSquare(const std::vector<int64_t>& ids, const std::vector<double>& p) {
  std::vector<double> count(p.size(), 0);
  for (const int64_t id : ids) count[static_cast<size_t>(id)] += 1;
  double sum = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    const double expected = p[i] * static_cast<double>(ids.size());
    if (p[i] == 0) {
      EXPECT_EQ(count[i], 0) << i;
    } else {
      sum += (count[i] - expected) * (count[i] - expected) / expected;
    }
  }
  return sum;
}

// Cumulative .1 .5 .7 1: each uniform lands in the piece that holds it, in the kernel and in its twin.
TEST(ChooseTokens, InvertsTheCumulativeDistribution) {
  const std::vector<double> uniforms = {0.0, 0.09, 0.11, 0.49, 0.51, 0.69, 0.71, 0.999999};
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const ChosenTokens chosen = ChooseTokens(FourTokens(8).to(dtype), {}, uniforms);
    EXPECT_EQ(chosen.ids, (std::vector<int64_t>{0, 0, 1, 1, 2, 2, 3, 3})) << dtype;
    EXPECT_NEAR(chosen.logp[0], std::log(0.1), 1e-6);
    EXPECT_NEAR(chosen.logp[3], std::log(0.4), 1e-6);
    EXPECT_NEAR(chosen.logp[7], std::log(0.3), 1e-6);
  }
}

// A hundred thousand draws, fixed seed; 3 degrees of freedom: 16.3 is passed by chance once in a thousand seeds.
TEST(ChooseTokens, FrequenciesMatchProbabilities) {
  constexpr int64_t kDraws = 100000;
  TokenChoice warm;
  warm.temperature = 2.0;
  const double root[] = {std::sqrt(0.1), std::sqrt(0.4), std::sqrt(0.2), std::sqrt(0.3)};
  const double sum = root[0] + root[1] + root[2] + root[3];
  EXPECT_LT(ChiSquare(ChooseTokens(FourTokens(kDraws), {}, Uniforms(kDraws, 1)).ids, {0.1, 0.4, 0.2, 0.3}), 16.3);
  EXPECT_LT(ChiSquare(ChooseTokens(FourTokens(kDraws), warm, Uniforms(kDraws, 2)).ids,
                      {root[0] / sum, root[1] / sum, root[2] / sum, root[3] / sum}),
            16.3);
}

TEST(ChooseTokens, TopKKeepsTheLikeliestAndRenormalises) {
  TokenChoice choice;
  choice.top_k = 2;
  const ChosenTokens chosen = ChooseTokens(FourTokens(100000), choice, Uniforms(100000, 3));
  EXPECT_LT(ChiSquare(chosen.ids, {0, 4.0 / 7, 0, 3.0 / 7}), 10.8);  // one degree of freedom, one seed in a thousand
  for (size_t i = 0; i < 100; ++i) EXPECT_NEAR(chosen.logp[i], std::log(chosen.ids[i] == 1 ? 4.0 / 7 : 3.0 / 7), 1e-6);
}

TEST(ChooseTokens, TopPKeepsTheSmallestSetThatReachesItsMass) {
  const auto kept_at = [](double top_p) {
    TokenChoice choice;
    choice.top_p = top_p;
    std::vector<bool> kept(4, false);
    for (const int64_t id : ChooseTokens(FourTokens(500), choice, Uniforms(500, 4)).ids)
      kept[static_cast<size_t>(id)] = true;
    return kept;
  };
  using Kept = std::vector<bool>;
  EXPECT_EQ(kept_at(0.01), (Kept{false, true, false, false}));
  EXPECT_EQ(kept_at(0.39), (Kept{false, true, false, false}));
  EXPECT_EQ(kept_at(0.41), (Kept{false, true, false, true}));
  EXPECT_EQ(kept_at(0.71), (Kept{false, true, true, true}));
  EXPECT_EQ(kept_at(0.91), (Kept{true, true, true, true}));
}

// Top-k first, then top-p of what is left, as transformers orders its warpers.
TEST(ChooseTokens, TopPIsTakenOfWhatTopKLeaves) {
  TokenChoice choice;
  choice.top_k = 3;     // .4 .3 .2, of mass .9
  choice.top_p = 0.76;  // .7 / .9 = .78 is enough
  const ChosenTokens chosen = ChooseTokens(FourTokens(100000), choice, Uniforms(100000, 5));
  EXPECT_LT(ChiSquare(chosen.ids, {0, 4.0 / 7, 0, 3.0 / 7}), 10.8);
}

// Over all tokens that can come out, exp(logp) sums to 1, whatever is dropped and in whichever dtype.
TEST(ChooseTokens, LogProbabilitiesSumToOneOverTheKept) {
  const at::Tensor logits = NormalTensor({1, 50}, 6).mul(2).repeat({4000, 1});
  for (const auto& [top_k, top_p] : {std::pair<int64_t, double>{0, 1.0}, {7, 1.0}, {0, 0.8}, {20, 0.6}}) {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      TokenChoice choice;
      choice.top_k = top_k;
      choice.top_p = top_p;
      choice.temperature = 1.3;
      const ChosenTokens chosen = ChooseTokens(logits.to(dtype), choice, Uniforms(4000, 7));
      std::vector<double> p(50, 0);
      for (size_t i = 0; i < chosen.ids.size(); ++i) p[static_cast<size_t>(chosen.ids[i])] = std::exp(chosen.logp[i]);
      double sum = 0;
      for (const double x : p) sum += x;
      // Without truncation some tokens of probability below 1/4000 may not have come.
      EXPECT_NEAR(sum, 1.0, top_k == 0 && top_p == 1.0 ? 0.01 : 1e-5) << top_k << " " << top_p << " " << dtype;
    }
  }
}

TEST(ChooseTokens, GreedyTakesTheFirstOfTheLargest) {
  TokenChoice choice;
  choice.greedy = true;
  choice.temperature = 0.5;
  const at::Tensor logits = at::tensor({1.0f, 3.0f, 3.0f, 0.0f, 2.0f, 1.0f, 1.0f, 1.0f}).view({2, 4});
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const ChosenTokens chosen = ChooseTokens(logits.to(dtype), choice, {0.99, 0.99});
    EXPECT_EQ(chosen.ids, (std::vector<int64_t>{1, 0})) << dtype;
    const at::Tensor logp = at::log_softmax(logits.to(at::kDouble).div(0.5), 1);
    EXPECT_NEAR(chosen.logp[0], logp[0][1].item<double>(), 1e-6);
    EXPECT_NEAR(chosen.logp[1], logp[1][0].item<double>(), 1e-6);
  }
}

TEST(ChooseTokens, KernelEqualsItsTwinInDouble) {
  const at::Tensor logits = NormalTensor({300, 157}, 8).mul(3).to(at::kFloat);
  TokenChoice choice;
  choice.temperature = 0.7;
  const std::vector<double> uniforms = Uniforms(300, 9);
  const ChosenTokens kernel = ChooseTokens(logits, choice, uniforms),
                     twin = ChooseTokens(logits.to(at::kDouble), choice, uniforms);
  EXPECT_EQ(kernel.ids, twin.ids);
  for (size_t i = 0; i < 300; ++i) EXPECT_NEAR(kernel.logp[i], twin.logp[i], 4e-6) << i;
}

// A uniform just below 1 stays within the mass: the last token here has probability e^-80, and a masked one none.
TEST(ChooseTokens, TheLargestUniformNeverDrawsWhatHasNoMass) {
  std::vector<float> row(1500, 0.0f);
  row[1498] = -80.0f;
  row[1499] = -INFINITY;
  const at::Tensor logits = at::tensor(row).view({1, 1500});
  EXPECT_EQ(ChooseTokens(logits, {}, {1.0 - 0x1.0p-53}).ids.front(), 1497);
}

// A diverged model gives NaN: the draw must stay inside the vocabulary, and its log-probability must tell.
TEST(ChooseTokens, NanLogitsGiveNanAndAnIdOfTheVocabulary) {
  for (const bool greedy : {false, true}) {
    TokenChoice choice;
    choice.greedy = greedy;
    const ChosenTokens chosen = ChooseTokens(at::tensor({NAN, NAN, NAN}).to(at::kFloat).view({1, 3}), choice, {0.5});
    EXPECT_GE(chosen.ids.front(), 0);
    EXPECT_LT(chosen.ids.front(), 3);
    EXPECT_TRUE(std::isnan(chosen.logp.front()));
  }
}

TEST(ChooseTokens, Bfloat16DrawsInDouble) {
  const ChosenTokens chosen = ChooseTokens(FourTokens(20000).to(at::kBFloat16), {}, Uniforms(20000, 10));
  const at::Tensor p = FourTokens(1).to(at::kBFloat16).to(at::kDouble).softmax(1);
  EXPECT_LT(ChiSquare(chosen.ids,
                      {p[0][0].item<double>(), p[0][1].item<double>(), p[0][2].item<double>(), p[0][3].item<double>()}),
            16.3);
}

}  // namespace
}  // namespace suite
