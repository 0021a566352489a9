// loss.json: the authors' and TRL's loss, gradient, ratio and clip shares through MakeObjective and Compute, in float32
// and (loss alone) in double. Tolerances of tests/golden/README.md: loss 1e-4 of (0.001 + abs), gradient 1e-4 of (abs +
// 0.001 of the largest), ratio 1e-5 relative. The double run has no rounding to allow for: 1e-9 of (0.001 + abs).
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "algorithms/golden_cases.h"
#include "algorithms/objective.h"
#include "algorithms/objective_fields.h"
#include "base/testing/golden.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr double kLoss = 1e-4, kGradient = 1e-4, kRatio = 1e-5, kFloor = 1e-3, kDouble = 1e-9;

std::string Text(const json& number) {
  char text[40];
  std::snprintf(text, sizeof(text), "%.17g", number.get<double>());
  return text;
}

bool HasScalarAdvantages(const json& set) { return !set["advantages"].front().is_array(); }

ObjectiveConfig ConfigOf(const json& c, const json& set) {
  const std::string level = c["importance_sampling_level"];
  ObjectiveOverrides overrides = {{"ratio_unit", level == "item" ? "rank" : level},
                                  {"reduction", c["loss_type"]},
                                  {"epsilon_low", Text(c["epsilon_low"])},
                                  {"epsilon_high", Text(c["epsilon_high"])},
                                  {"beta", Text(c["beta"])}};
  if (c.contains("delta") && !c["delta"].is_null()) overrides.push_back({"delta", Text(c["delta"])});
  if (c.contains("max_completion_length") && !c["max_completion_length"].is_null())
    overrides.push_back({"max_completion_length", c["max_completion_length"].dump()});
  if (HasScalarAdvantages(set)) {
    overrides.push_back({"advantage_unit", "sequence"});
    overrides.push_back({"return_kind", "sequence_dcg"});
  }
  return PresetConfig("rank_grpo_exp_inf@official", overrides);
}

RankSpans SpansOf(const json& set, int64_t list_length) {
  RankSpans spans;
  spans.list_length = list_length;
  spans.rank_BT = TensorOf(set["item_seg_ids"], at::kLong);
  spans.mask_BT = TensorOf(set["completion_mask"], at::kBool);
  EXPECT_TRUE(spans.mask_BT.equal(TensorOf(set["item_token_mask"], at::kBool)));
  EXPECT_TRUE(spans.mask_BT.equal(spans.rank_BT.ge(0)));
  spans.overflow_BT = spans.rank_BT.ge(list_length);
  return spans;
}

// The decimals of the file stand for float32 numbers, in a double run too.
at::Tensor FloatsOf(const json& list, at::ScalarType dtype) { return TensorOf(list, at::kFloat).to(dtype); }

ObjectiveInput InputOf(const json& c, const json& set, const RankSpans& spans, at::ScalarType dtype) {
  ObjectiveInput input;
  input.logp_BT = FloatsOf(set["logps"], dtype).requires_grad_(true);
  if (c["use_old_logps"].get<bool>()) input.old_logp_BT = FloatsOf(set["old_logps"], dtype);
  if (c["beta"].get<double>() != 0.0) input.reference_logp_BT = FloatsOf(set["ref_logps"], dtype);
  input.entropy_BT = FloatsOf(set["entropies"], dtype);
  input.advantage_BT = FloatsOf(set["advantages"], dtype);
  if (HasScalarAdvantages(set)) input.advantage_BT = input.advantage_BT.unsqueeze(1);
  input.spans = &spans;
  input.normalizer = WholeBatch(spans);
  return input;
}

double Named(const ObjectiveOutput& output, const std::string& name) {
  for (const auto& [known, value] : output.diagnostics) {
    if (known == name) return value;
  }
  ADD_FAILURE() << "no series " << name;
  return 0.0;
}

void ExpectNear(double found, const json& expected, double tolerance, const std::string& what) {
  const double value = NumberOf(expected);
  EXPECT_NEAR(found, value, tolerance * (kFloor + std::abs(value))) << what;
}

void ExpectDiagnostics(const ObjectiveOutput& output, const json& expected) {
  ExpectNear(Named(output, "entropy"), expected["entropy_mean"], kLoss, "entropy_mean");
  ExpectNear(Named(output, "clip_ratio/low_mean"), expected["clip_low"], kLoss, "clip_low");
  ExpectNear(Named(output, "clip_ratio/high_mean"), expected["clip_high"], kLoss, "clip_high");
  ExpectNear(Named(output, "clip_ratio/region_mean"), expected["clip_region"], kLoss, "clip_region");
  if (expected.contains("kl_mean")) ExpectNear(Named(output, "kl"), expected["kl_mean"], kLoss, "kl_mean");
}

// Ratio and loss per token, where the golden case has them; a row-wise ratio [B,1] is compared at every active token.
void ExpectPerToken(const ObjectiveInput& input, const ObjectiveConfig& config, const json& expected) {
  if (!expected.contains("ratio")) return;
  const at::Tensor logp_BT = input.logp_BT.detach();
  const at::Tensor old_BT = input.old_logp_BT.defined() ? input.old_logp_BT : logp_BT;
  const at::Tensor padding_BT = input.spans->mask_BT.logical_not();
  const SurrogateLoss surrogate = EvaluateSurrogate(
      logp_BT, UnitLogRatio(logp_BT.sub(old_BT), *input.spans, config.ratio), input.advantage_BT, config.surrogate);
  const at::Tensor ratio_BT = TensorOf(expected["ratio"], at::kFloat).expand_as(logp_BT);
  EXPECT_EQ(Differs(surrogate.ratio_BT.masked_fill(padding_BT, 0), ratio_BT.masked_fill(padding_BT, 0), kRatio, 1e-12),
            "")
      << "ratio";
  at::Tensor loss_BT = surrogate.loss_BT;
  if (config.kl.beta != 0.0) {
    loss_BT = loss_BT.add(TokenKl(logp_BT, input.reference_logp_BT, config.kl.estimator), config.kl.beta);
  }
  const at::Tensor expected_BT = TensorOf(expected["per_token_loss"], at::kFloat).expand_as(logp_BT);
  EXPECT_EQ(Differs(loss_BT.masked_fill(padding_BT, 0), expected_BT.masked_fill(padding_BT, 0), kLoss, kFloor), "")
      << "per_token_loss";
}

TEST(LossGoldenTest, EveryCase) {
  const auto golden = ReadGolden("loss.json");
  if (!golden) GTEST_SKIP() << MissingGolden("loss.json");
  ASSERT_FALSE((*golden)["cases"].empty());
  for (const json& c : (*golden)["cases"]) {
    SCOPED_TRACE("case " + c["id"].dump() + " set " + c["set"].dump());
    const json& set = (*golden)["sets"][c["set"].get<std::string>()];
    const json& expected = c["expected"];
    const RankSpans spans = SpansOf(set, (*golden)["rec_num"]);
    const auto objective = MakeObjective(ConfigOf(c, set));
    const ObjectiveInput input = InputOf(c, set, spans, at::kFloat);
    const ObjectiveOutput output = objective->Compute(input);
    output.loss.backward();
    ExpectNear(output.loss.item<double>(), expected["loss"], kLoss, "loss");
    const at::Tensor gradient_BT = TensorOf(expected["grad_logps"], at::kFloat);
    const double largest = gradient_BT.abs().max().item<double>();
    EXPECT_EQ(Differs(input.logp_BT.grad(), gradient_BT, kGradient, kFloor * largest), "") << "gradient";
    ExpectDiagnostics(output, expected);
    ExpectPerToken(input, objective->config(), expected);
    const ObjectiveInput precise = InputOf(c, set, spans, at::kDouble);
    ExpectNear(objective->Compute(precise).loss.item<double>(), expected["loss_float64"], kDouble, "loss_float64");
  }
}

}  // namespace
}  // namespace suite
