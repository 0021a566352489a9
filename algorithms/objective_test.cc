// What every objective of the family promises, on a random batch in double.
#include "algorithms/objective.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <limits>

#include "algorithms/golden_cases.h"
#include "algorithms/objective_fields.h"
#include "algorithms/random_batch.h"

namespace suite {
namespace {

constexpr double kTight = 1e-12;

struct Result {
  double loss;
  at::Tensor gradient_BT;
};

Result Backpropagate(const ObjectiveConfig& config, const ObjectiveInput& input) {
  if (input.logp_BT.grad().defined()) input.logp_BT.mutable_grad().reset();
  const ObjectiveOutput output = MakeObjective(config)->Compute(input);
  output.loss.backward();
  return {output.loss.item<double>(), input.logp_BT.grad().clone()};
}

std::string Label(const ObjectiveConfig& config) {
  std::string label;
  for (const auto& [name, value] : DescribeObjective(config)) {
    if (name == "surrogate" || name == "ratio_unit" || name == "ratio_over_unit" || name == "reduction" ||
        name == "kl") {
      label += name + "=" + value + " ";
    }
  }
  return label;
}

void ExpectSame(const Result& a, const Result& b) {
  EXPECT_NEAR(a.loss, b.loss, kTight * (1.0 + std::abs(b.loss)));
  EXPECT_EQ(Differs(a.gradient_BT, b.gradient_BT, kTight, 1.0), "");
}

TEST(ObjectiveTest, MixedConfigsCoverTheSpace) { EXPECT_EQ(MixedConfigs().size(), 125u); }

// With N = 1 and no newline, the one rank is the whole list.
TEST(ObjectiveTest, OneRankOverTheWholeListIsTheSequence) {
  RandomBatch batch = MakeRandomBatch();
  batch.spans.rank_BT = batch.spans.mask_BT.to(at::kLong).sub(1);
  batch.spans.overflow_BT = batch.spans.overflow_BT.zero_();
  batch.spans.list_length = 1;
  batch.spans.items_emitted_B = batch.spans.items_emitted_B.clamp(1, 1);
  batch.relevance_BN = batch.relevance_BN.narrow(1, 0, 1);
  for (ObjectiveConfig config : MixedConfigs()) {
    if (config.ratio.unit != RatioUnit::kRank) continue;
    SCOPED_TRACE(Label(config));
    config.advantage.eos_takes_rank_advantage = true;
    config.advantage.shape_list_end = false;
    ObjectiveConfig sequence = config;
    sequence.ratio.unit = RatioUnit::kSequence;
    sequence.advantage.unit = AdvantageUnit::kSequence;
    sequence.returns.kind = ReturnKind::kSequenceDcg;
    if (config.reduction.kind == Reduction::kRankMean) sequence.reduction.kind = Reduction::kGrpo;
    const Result by_rank = Backpropagate(config, InputOf(batch, config));
    ExpectSame(by_rank, Backpropagate(sequence, InputOf(batch, sequence)));
  }
}

TEST(ObjectiveTest, PermutingTheCompletionsOfAGroupPermutesTheGradient) {
  const RandomBatch batch = MakeRandomBatch();
  const at::Tensor order = at::tensor(std::vector<int64_t>{2, 0, 3, 1, 7, 6, 4, 5});
  const RandomBatch permuted = RowsOf(batch, order);
  for (const ObjectiveConfig& config : MixedConfigs()) {
    SCOPED_TRACE(Label(config));
    Result expected = Backpropagate(config, InputOf(batch, config));
    expected.gradient_BT = expected.gradient_BT.index_select(0, order);
    ExpectSame(Backpropagate(config, InputOf(permuted, config)), expected);
  }
}

at::Tensor Padded(const at::Tensor& tensor_BT, double value) {
  return at::cat({tensor_BT.detach(), at::full({tensor_BT.size(0), 3}, value, tensor_BT.detach().options())}, 1);
}

TEST(ObjectiveTest, PaddingChangesNothingWhateverItHolds) {
  const RandomBatch batch = MakeRandomBatch();
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  RandomBatch wide = batch;
  wide.spans.rank_BT = Padded(batch.spans.rank_BT, -1);
  wide.spans.mask_BT = Padded(batch.spans.mask_BT, 0);
  wide.spans.overflow_BT = Padded(batch.spans.overflow_BT, 0);
  wide.spans.eos_BT = Padded(batch.spans.eos_BT, 0);
  wide.logp_BT = Padded(batch.logp_BT, -infinity).requires_grad_(true);
  wide.old_BT = Padded(batch.old_BT, nan);
  wide.reference_BT = Padded(batch.reference_BT, 1e30);
  wide.entropy_BT = Padded(batch.entropy_BT, nan).requires_grad_(true);
  for (const ObjectiveConfig& config : MixedConfigs()) {
    SCOPED_TRACE(Label(config));
    Result found = Backpropagate(config, InputOf(wide, config));
    EXPECT_EQ(found.gradient_BT.narrow(1, 12, 3).abs().sum().item<double>(), 0.0);
    found.gradient_BT = found.gradient_BT.narrow(1, 0, 12);
    ExpectSame(found, Backpropagate(config, InputOf(batch, config)));
  }
}

// The losses and gradients of uneven micro-batches, added up.
Result RunInMicroBatches(const ObjectiveConfig& config, const RandomBatch& batch, const ObjectiveInput& whole) {
  Result total{0.0, at::Tensor()};
  std::vector<at::Tensor> gradients;
  for (const auto& [first, count] : std::vector<std::pair<int64_t, int64_t>>{{0, 3}, {3, 1}, {4, 4}}) {
    const at::Tensor rows = at::full({count}, first, at::TensorOptions().dtype(at::kLong))
                                .add(at::full({count}, 1, at::TensorOptions().dtype(at::kLong)).cumsum(0).sub(1));
    const RandomBatch part = RowsOf(batch, rows);
    ObjectiveInput input = InputOf(batch, config);
    input.logp_BT = part.logp_BT;
    input.old_logp_BT = part.old_BT;
    input.reference_logp_BT = part.reference_BT;
    input.entropy_BT = part.entropy_BT;
    input.spans = &part.spans;
    input.advantage_BT = whole.advantage_BT.index_select(0, rows);
    input.normalizer = whole.normalizer;
    input.normalizer.micro_batches = 3;
    const Result result = Backpropagate(config, input);
    total.loss += result.loss;
    gradients.push_back(result.gradient_BT);
  }
  total.gradient_BT = at::cat(gradients, 0);
  return total;
}

TEST(ObjectiveTest, MicroBatchesAddUpExceptForBnpo) {
  const RandomBatch batch = MakeRandomBatch();
  for (const ObjectiveConfig& config : MixedConfigs()) {
    SCOPED_TRACE(Label(config));
    const ObjectiveInput whole = InputOf(batch, config);
    const Result in_one_piece = Backpropagate(config, whole);
    const Result in_parts = RunInMicroBatches(config, batch, whole);
    if (config.reduction.kind == Reduction::kBnpo) {
      EXPECT_GT(std::abs(in_parts.loss - in_one_piece.loss), 1e-6);
    } else {
      ExpectSame(in_parts, in_one_piece);
    }
  }
}

TEST(ObjectiveTest, BnpoOfEqualMicroBatchesIsTheMeanOfTheirLosses) {
  const RandomBatch batch = MakeRandomBatch();
  const ObjectiveConfig config = PresetConfig("rank_grpo_log@official");
  const ObjectiveInput whole = InputOf(batch, config);
  double mean = 0;
  for (const std::vector<int64_t>& rows : {std::vector<int64_t>{0, 1, 2}, {3}, {4, 5, 6, 7}}) {
    const RandomBatch part = RowsOf(batch, at::tensor(rows));
    ObjectiveInput input = whole;
    input.logp_BT = part.logp_BT;
    input.old_logp_BT = part.old_BT;
    input.reference_logp_BT = part.reference_BT;
    input.entropy_BT = part.entropy_BT;
    input.spans = &part.spans;
    input.advantage_BT = whole.advantage_BT.index_select(0, at::tensor(rows));
    input.normalizer = WholeBatch(part.spans);
    mean += Backpropagate(config, input).loss / 3;
  }
  EXPECT_NEAR(RunInMicroBatches(config, batch, whole).loss, mean, kTight);
}

double Named(const ObjectiveOutput& output, const std::string& name) {
  for (const auto& [known, value] : output.diagnostics) {
    if (known == name) return value;
  }
  ADD_FAILURE() << "no series " << name;
  return 0.0;
}

TEST(ObjectiveTest, OnPolicyTheRatioIsExactlyOne) {
  const RandomBatch batch = MakeRandomBatch();
  for (const ObjectiveConfig& config : MixedConfigs()) {
    SCOPED_TRACE(Label(config));
    ObjectiveInput implied = InputOf(batch, config);
    implied.old_logp_BT = at::Tensor();
    const ObjectiveOutput output = MakeObjective(config)->Compute(implied);
    for (const char* level : {"token", "rank", "sequence"}) {
      EXPECT_EQ(Named(output, std::string("ratio/") + level + "/min"), 1.0);
      EXPECT_EQ(Named(output, std::string("ratio/") + level + "/max"), 1.0);
    }
    ObjectiveInput given = implied;
    given.old_logp_BT = batch.logp_BT.detach();
    const Result result = Backpropagate(config, implied);
    EXPECT_GT(result.gradient_BT.abs().sum().item<double>(), 0.0);
    ExpectSame(result, Backpropagate(config, given));
  }
}

// On policy, clipping and units do not matter for the value: the loss is minus the weighted mean of the advantages.
TEST(ObjectiveTest, OnPolicyTheLossIsMinusTheMeanAdvantage) {
  const RandomBatch batch = MakeRandomBatch();
  for (const char* name : {"grpo@official", "gspo@official", "rank_grpo_log@official", "rank_grpo_no_mean"}) {
    const ObjectiveConfig config = PresetConfig(name, {{"beta", "0"}, {"reduction", "bnpo"}});
    ObjectiveInput input = InputOf(batch, config);
    input.old_logp_BT = at::Tensor();
    const double mean = input.advantage_BT.sum().item<double>() / input.normalizer.active_tokens;
    EXPECT_NEAR(Backpropagate(config, input).loss, -mean, kTight) << name;
  }
}

// A hit at rank 0 must not change the gradient of the tokens of ranks 1 and 2, unless the return is not causal.
double CreditBackwards(const std::string& name) {
  RandomBatch batch = MakeRandomBatch();
  const ObjectiveConfig config = PresetConfig(name);
  const at::Tensor later_BT = batch.spans.rank_BT.ge(1).to(at::kDouble);
  batch.relevance_BN.select(1, 0).zero_();
  const at::Tensor without_BT = Backpropagate(config, InputOf(batch, config)).gradient_BT;
  batch.relevance_BN[1][0] = 1.0;
  batch.relevance_BN[6][0] = 1.0;
  const at::Tensor with_BT = Backpropagate(config, InputOf(batch, config)).gradient_BT;
  EXPECT_GT(with_BT.sub(without_BT).abs().sum().item<double>(), 0.0) << "the hit has no effect at all";
  return with_BT.sub(without_BT).mul(later_BT).abs().sum().item<double>();
}

TEST(ObjectiveTest, CausalMaskGivesNoCreditBackwards) {
  for (const char* name : {"rank_grpo_log", "rank_grpo_exp_inf", "rank_grpo_exp_gamma", "rank_grpo_window",
                           "rank_grpo_log@official", "rank_grpo_exp_inf@official", "rank_grpo_no_mean"}) {
    EXPECT_EQ(CreditBackwards(name), 0.0) << name;
  }
  EXPECT_GT(CreditBackwards("rank_grpo_no_causal"), 1e-6);
  EXPECT_GT(CreditBackwards("grpo"), 1e-6);
}

// Equal for an advantage that is constant over the unit, in value and in the gradient's sum over the unit.
TEST(ObjectiveTest, UnitTokenAgreesWithTheUnitRatioWhereAdvantageIsConstant) {
  const RandomBatch batch = MakeRandomBatch();
  for (const char* name : {"rank_grpo_exp_inf", "gspo"}) {
    const ObjectiveConfig config = PresetConfig(name, {{"beta", "0"}, {"epsilon_low", "0.5"}, {"epsilon_high", "0.5"}});
    ObjectiveConfig token = config;
    token.surrogate.kind = Surrogate::kUnitToken;
    ExpectSame(Backpropagate(token, InputOf(batch, token)), Backpropagate(config, InputOf(batch, config)));
  }
}

TEST(ObjectiveTest, FloatFollowsDouble) {
  const RandomBatch batch = MakeRandomBatch();
  for (const ObjectiveConfig& config : MixedConfigs()) {
    SCOPED_TRACE(Label(config));
    const ObjectiveInput precise = InputOf(batch, config);
    ObjectiveInput input = precise;
    input.logp_BT = precise.logp_BT.detach().to(at::kFloat).requires_grad_(true);
    input.old_logp_BT = precise.old_logp_BT.to(at::kFloat);
    input.reference_logp_BT = precise.reference_logp_BT.to(at::kFloat);
    input.entropy_BT = precise.entropy_BT.detach().to(at::kFloat);
    const Result found = Backpropagate(config, input), expected = Backpropagate(config, precise);
    EXPECT_EQ(found.gradient_BT.scalar_type(), at::kFloat);
    EXPECT_NEAR(found.loss, expected.loss, 1e-5 * (1.0 + std::abs(expected.loss)));
    EXPECT_EQ(Differs(found.gradient_BT, expected.gradient_BT, 1e-5, 1.0), "");
  }
}

// The numbers of Rank-GRPO as printed, worked out by hand: G = 2 lists of N = 2 single-token ranks, exp_inf.
TEST(ObjectiveTest, RankGrpoByHand) {
  const at::Tensor ids_BT = at::tensor(std::vector<int64_t>{2, 3, 2, 3}).view({2, 2});  // both tokens hold a newline
  const RankSpans spans =
      CutIntoRanks(ids_BT, CompletionLengths(ids_BT, 1), at::tensor(std::vector<int64_t>{0, 0, 1, 1}), 1, 2);
  const ObjectiveConfig config = PresetConfig("rank_grpo_exp_inf", {{"beta", "0"}, {"advantage_epsilon", "0"}});
  ObjectiveInput input;
  input.spans = &spans;
  input.normalizer = WholeBatch(spans);
  const at::Tensor relevance_BN = at::tensor(std::vector<double>{1, 0, 0, 0}).view({2, 2});
  input.advantage_BT =
      EstimateAdvantages(relevance_BN.add(at::tensor(std::vector<double>{0, 1, 0, 0}).view({2, 2}), 0.5), spans, 2,
                         config.advantage)
          .advantage_BT;  // rank 0: +-1/sqrt 2; rank 1: +-1/sqrt 2
  input.old_logp_BT = at::tensor(std::vector<double>{-1, -1, -1, -1}).view({2, 2});
  const at::Tensor ratio_BT = at::tensor(std::vector<double>{1.05, 1.2, 0.9, 1.2}).view({2, 2});
  input.logp_BT = input.old_logp_BT.add(ratio_BT.log()).detach().requires_grad_(true);
  // Row 0 (A > 0): 1.05 inside, 1.2 cut at 1.08. Row 1 (A < 0): 0.9 cut at 0.94, 1.2 kept.
  const double a = std::sqrt(0.5);
  const Result result = Backpropagate(config, input);
  EXPECT_NEAR(result.loss, -a * (1.05 + 1.08 - 0.94 - 1.2) / 4, 1e-12);
  const at::Tensor gradient = at::tensor(std::vector<double>{-a * 1.05 / 4, 0, 0, a * 1.2 / 4}).view({2, 2});
  EXPECT_EQ(Differs(result.gradient_BT, gradient, 1e-12, 1.0), "");
}

}  // namespace
}  // namespace suite
