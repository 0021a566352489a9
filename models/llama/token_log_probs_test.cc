#include "models/llama/token_log_probs.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/llama/gradient_check.h"

namespace suite {
namespace {

constexpr int64_t kRows = 23, kHidden = 5, kVocab = 37;

at::Tensor Targets() {
  std::vector<int64_t> ids;
  for (int64_t m = 0; m < kRows; ++m) ids.push_back(m * 5 % kVocab);
  return at::tensor(ids);
}

struct Inputs {
  at::Tensor hidden, head;
};

Inputs Leaves(at::ScalarType dtype) {
  return {NormalTensor({kRows, kHidden}, 1).to(dtype).requires_grad_(),
          NormalTensor({kVocab, kHidden}, 2).to(dtype).requires_grad_()};
}

at::Tensor Loss(const TokenLogProbs& scored) { return Weighted(scored.logp_M, 3) + Weighted(scored.entropy_M, 4); }

ScoreOptions Options(double temperature, int64_t chunk_rows, at::ScalarType dtype) {
  return {temperature, chunk_rows * kVocab * static_cast<int64_t>(c10::elementSize(dtype))};
}

struct Result {
  at::Tensor logp, entropy, d_hidden, d_head;
};

Result ScoreAt(double temperature, int64_t chunk_rows, at::ScalarType dtype) {
  const Inputs in = Leaves(dtype);
  const TokenLogProbs scored = ScoreTokens(in.hidden, in.head, Targets(), Options(temperature, chunk_rows, dtype));
  Loss(scored).backward();
  return {scored.logp_M, scored.entropy_M, in.hidden.grad(), in.head.grad()};
}

// The definition, differentiated by LibTorch.
Result Plain(double temperature, at::ScalarType dtype) {
  const Inputs in = Leaves(dtype);
  const at::Tensor logp = at::log_softmax(at::matmul(in.hidden, in.head.t()) / temperature, 1);
  const at::Tensor chosen = logp.gather(1, Targets().unsqueeze(1)).squeeze(1);
  const at::Tensor entropy = -(logp.exp() * logp).sum(1);
  Loss({chosen, entropy}).backward();
  return {chosen, entropy, in.hidden.grad(), in.head.grad()};
}

void ExpectClose(const Result& found, const Result& expected, double bound, double gradient_bound) {
  EXPECT_LT(RelativeDifference(found.logp, expected.logp), bound);
  EXPECT_LT(RelativeDifference(found.entropy, expected.entropy), bound);
  EXPECT_LT(RelativeDifference(found.d_hidden, expected.d_hidden), gradient_bound);
  EXPECT_LT(RelativeDifference(found.d_head, expected.d_head), gradient_bound);
}

// Row m may choose its target and every column c with (m + c) % 3 = 0; the first row its target alone.
AllowedColumns SomeColumns() {
  const at::Tensor targets = Targets();
  std::vector<int64_t> begins = {0};
  std::vector<int32_t> allowed;
  for (int64_t m = 0; m < kRows; ++m) {
    for (int64_t c = 0; c < kVocab; ++c) {
      if (c == targets[m].item<int64_t>() || (m > 0 && (m + c) % 3 == 0)) allowed.push_back(static_cast<int32_t>(c));
    }
    begins.push_back(static_cast<int64_t>(allowed.size()));
  }
  return {at::tensor(begins), at::tensor(allowed)};
}

Result ScoreAllowedAt(double temperature, int64_t chunk_rows, at::ScalarType dtype) {
  const Inputs in = Leaves(dtype);
  const ScoreOptions options = Options(temperature, chunk_rows, dtype);
  const TokenLogProbs scored = ScoreTokens(in.hidden, in.head, Targets(), options, SomeColumns());
  Loss(scored).backward();
  return {scored.logp_M, scored.entropy_M, in.hidden.grad(), in.head.grad()};
}

// A log-softmax of each row's allowed columns, row by row, differentiated by LibTorch.
Result PlainAllowed(double temperature, at::ScalarType inputs) {
  Inputs in = Leaves(inputs);
  in = {in.hidden.detach().to(at::kDouble).requires_grad_(), in.head.detach().to(at::kDouble).requires_grad_()};
  const AllowedColumns columns = SomeColumns();
  std::vector<at::Tensor> chosen, entropy;
  for (int64_t m = 0; m < kRows; ++m) {
    const int64_t begin = columns.begin_M1[m].item<int64_t>(), end = columns.begin_M1[m + 1].item<int64_t>();
    const at::Tensor allowed = columns.allowed_L.narrow(0, begin, end - begin).to(at::kLong);
    const at::Tensor logits = at::matmul(in.head.index_select(0, allowed), in.hidden[m]) / temperature;
    const at::Tensor logp = at::log_softmax(logits, 0);
    chosen.push_back(logp.masked_select(allowed.eq(Targets()[m])).squeeze(0));
    entropy.push_back(-(logp.exp() * logp).sum());
  }
  Loss({at::stack(chosen), at::stack(entropy)}).backward();
  return {at::stack(chosen), at::stack(entropy), in.hidden.grad(), in.head.grad()};
}

TEST(ScoreTokens, AllowedColumnsAreAllThatCounts) {
  for (const double temperature : {1.0, 0.6}) {
    for (const int64_t chunk_rows : {1, 5, 100}) {
      SCOPED_TRACE(std::to_string(temperature) + " " + std::to_string(chunk_rows));
      const Result expected = PlainAllowed(temperature, at::kDouble);
      ExpectClose(ScoreAllowedAt(temperature, chunk_rows, at::kDouble), expected, 1e-13, 1e-13);
      ExpectClose(ScoreAllowedAt(temperature, chunk_rows, at::kFloat), expected, 2e-6, 4e-6);
      // Of the rounded numbers; logits are rounded too.
      ExpectClose(ScoreAllowedAt(temperature, chunk_rows, at::kBFloat16), PlainAllowed(temperature, at::kBFloat16),
                  1e-2, 3e-2);
    }
  }
  EXPECT_EQ(ScoreAllowedAt(1.0, 5, at::kFloat).logp[0].item<float>(), 0.0f);
}

// Chunks of 1, 5 (a remainder of 3) and 23 rows (one block, kept for the backward pass).
TEST(ScoreTokens, EqualsPlainLogSoftmaxInChunksOfAnySize) {
  for (const double temperature : {1.0, 0.6, 1.7}) {
    const Result expected = Plain(temperature, at::kDouble);
    for (const int64_t chunk_rows : {1, 5, 23, 100}) {
      SCOPED_TRACE(std::to_string(temperature) + " " + std::to_string(chunk_rows));
      ExpectClose(ScoreAt(temperature, chunk_rows, at::kDouble), expected, 1e-13, 1e-13);
      ExpectClose(ScoreAt(temperature, chunk_rows, at::kFloat), expected, 2e-6, 4e-6);
    }
  }
}

TEST(ScoreTokens, IsTheFormulaByHand) {
  // Logits 0 and ln 3: probabilities 1/4 and 3/4.
  const at::Tensor hidden = at::tensor({1.0f}).view({1, 1}), head = at::tensor({0.0f, std::log(3.0f)}).view({2, 1});
  const TokenLogProbs scored = ScoreTokens(hidden, head, at::tensor({int64_t{1}}), {});
  EXPECT_NEAR(scored.logp_M.item<double>(), std::log(0.75), 1e-7);
  EXPECT_NEAR(scored.entropy_M.item<double>(), -0.25 * std::log(0.25) - 0.75 * std::log(0.75), 1e-7);
}

TEST(ScoreTokens, GradientsEqualFiniteDifferences) {
  for (const int64_t chunk_rows : {5, 100}) {
    const Inputs in = Leaves(at::kDouble);
    const auto loss = [&] {
      return Loss(ScoreTokens(in.hidden, in.head, Targets(), Options(0.7, chunk_rows, at::kDouble)));
    };
    EXPECT_LT(GradientError(loss, in.hidden), 1e-7);
    EXPECT_LT(GradientError(loss, in.head), 1e-7);
  }
}

// The block of logits that is kept is overwritten by the first backward pass; a second must not read it.
TEST(ScoreTokens, ASecondBackwardPassGivesTheSameGradients) {
  for (const auto dtype : {at::kFloat, at::kDouble, at::kBFloat16}) {
    for (const int64_t chunk_rows : {5, 100}) {
      const Inputs in = Leaves(dtype);
      const at::Tensor loss = Loss(ScoreTokens(in.hidden, in.head, Targets(), Options(0.7, chunk_rows, dtype)));
      loss.backward({}, /*retain_graph=*/true);
      const at::Tensor d_hidden = in.hidden.grad().clone(), d_head = in.head.grad().clone();
      in.hidden.mutable_grad().zero_();
      in.head.mutable_grad().zero_();
      loss.backward();
      EXPECT_TRUE(in.hidden.grad().equal(d_hidden)) << dtype << " " << chunk_rows;
      EXPECT_TRUE(in.head.grad().equal(d_head)) << dtype << " " << chunk_rows;
    }
  }
}

TEST(ScoreTokens, GradientsOfOneOutputAlone) {
  for (const bool entropy : {false, true}) {
    const Inputs in = Leaves(at::kDouble);
    const auto loss = [&] {
      const TokenLogProbs scored = ScoreTokens(in.hidden, in.head, Targets(), {});
      return Weighted(entropy ? scored.entropy_M : scored.logp_M, 5);
    };
    EXPECT_LT(GradientError(loss, in.hidden), 1e-7) << entropy;
  }
}

// Logits and their gradient are rounded to bfloat16; log-probabilities are float32.
TEST(ScoreTokens, Bfloat16Runs) {
  const Result narrow = ScoreAt(1.0, 100, at::kBFloat16);
  EXPECT_EQ(narrow.logp.scalar_type(), at::kFloat);
  EXPECT_EQ(narrow.d_head.scalar_type(), at::kBFloat16);
  ExpectClose(narrow, Plain(1.0, at::kDouble), 0.01, 0.03);
}

// Logits in the hundreds: the largest is taken out before any exponential.
TEST(ScoreTokens, LargeLogitsDoNotOverflow) {
  const at::Tensor hidden = at::tensor({1.0f}).view({1, 1});
  const at::Tensor head = at::tensor({500.0f, 499.0f, -500.0f}).view({3, 1});
  const TokenLogProbs scored = ScoreTokens(hidden, head, at::tensor({int64_t{2}}), {});
  EXPECT_NEAR(scored.logp_M.item<double>(), -1000.0 - std::log1p(std::exp(-1.0)), 1e-4);
  const double p = 1 / (1 + std::exp(-1.0));
  EXPECT_NEAR(scored.entropy_M.item<double>(), -p * std::log(p) - (1 - p) * std::log(1 - p), 1e-6);
}

TEST(ScoreTokens, NothingToScoreGivesEmptyResultsAndZeroGradients) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const at::Tensor hidden = at::zeros({0, kHidden}, dtype).requires_grad_();
    const at::Tensor head = NormalTensor({kVocab, kHidden}, 2).to(dtype).requires_grad_();
    const TokenLogProbs scored = ScoreTokens(hidden, head, at::zeros({0}, at::kLong), {});
    EXPECT_EQ(scored.logp_M.numel(), 0);
    (scored.logp_M.sum() + scored.entropy_M.sum()).backward();
    EXPECT_EQ(head.grad().abs().max().item<double>(), 0.0);
  }
}

}  // namespace
}  // namespace suite
