#include "algorithms/random_batch.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include "base/error.h"
#include "base/random.h"

namespace suite {
namespace {

constexpr int64_t kPad = 0, kEos = 1, kNewline = 2, kWord = 3;

at::Tensor Leaf(const at::Tensor& tensor) { return tensor.detach().clone().requires_grad_(true); }

// One line for each row: w word, n newline, e EOS, . padding.
constexpr const char* kRows[] = {"wwnwwnwe....", "wnwwwnwwe...", "wwwnwe......", "wnwnwnwwnwwe",
                                 "wwnwnwwwwwww", "e...........", "wnnwe.......", "wwwnwwwnwwwe"};

at::Tensor RandomIds() {
  at::Tensor ids_BT = at::empty({8, 12}, at::TensorOptions().dtype(at::kLong));
  for (int64_t row = 0; row < 8; ++row) {
    for (int64_t t = 0; t < 12; ++t) {
      const char c = kRows[row][t];
      ids_BT.mutable_data_ptr<int64_t>()[row * 12 + t] = c == 'w'   ? kWord
                                                         : c == 'n' ? kNewline
                                                         : c == 'e' ? kEos
                                                                    : kPad;
    }
  }
  return ids_BT;
}

}  // namespace

RandomBatch MakeRandomBatch() {
  RandomStream random(7, "random_batch");
  const auto uniform = [&random](at::IntArrayRef shape, double low, double high) {
    at::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(at::kDouble));
    for (int64_t i = 0; i < tensor.numel(); ++i) {
      tensor.mutable_data_ptr<double>()[i] = low + (high - low) * random.Uniform();
    }
    return tensor;
  };
  RandomBatch batch;
  const at::Tensor ids_BT = RandomIds();
  batch.spans = CutIntoRanks(ids_BT, CompletionLengths(ids_BT, kEos), at::tensor(std::vector<int64_t>{0, 0, 1, 0}),
                             kEos, /*list_length=*/3);
  batch.logp_BT = Leaf(uniform({8, 12}, -3.0, 0.0));
  batch.old_BT = batch.logp_BT.detach().add(uniform({8, 12}, -0.4, 0.4));
  batch.reference_BT = batch.logp_BT.detach().add(uniform({8, 12}, -0.5, 0.5));
  batch.entropy_BT = Leaf(uniform({8, 12}, 0.0, 2.0));
  batch.relevance_BN = uniform({8, 3}, 0.0, 1.0).gt(0.5).to(at::kDouble);
  return batch;
}

ObjectiveInput InputOf(const RandomBatch& batch, const ObjectiveConfig& config) {
  ObjectiveInput input;
  input.logp_BT = batch.logp_BT;
  input.old_logp_BT = batch.old_BT;
  input.reference_logp_BT = batch.reference_BT;
  input.entropy_BT = batch.entropy_BT;
  input.spans = &batch.spans;
  input.normalizer = WholeBatch(batch.spans);
  input.advantage_BT =
      EstimateAdvantages(Returns(batch.relevance_BN, config.returns), batch.spans, kRandomGroup, config.advantage)
          .advantage_BT;
  return input;
}

RandomBatch RowsOf(const RandomBatch& batch, const at::Tensor& rows) {
  RandomBatch result;
  result.spans = SelectRows(batch.spans, rows);
  result.logp_BT = Leaf(batch.logp_BT.index_select(0, rows));
  result.old_BT = batch.old_BT.index_select(0, rows);
  result.reference_BT = batch.reference_BT.index_select(0, rows);
  result.entropy_BT = Leaf(batch.entropy_BT.index_select(0, rows));
  result.relevance_BN = batch.relevance_BN.index_select(0, rows);
  return result;
}

std::vector<ObjectiveConfig> MixedConfigs() {
  std::vector<ObjectiveConfig> configs;
  ObjectiveConfig config = PresetConfig("rank_grpo_log@official");
  config.kl.beta = 0.05;
  config.entropy_bonus = 0.02;
  config.reduction.max_completion_length = 16;
  for (Surrogate surrogate : {Surrogate::kClip, Surrogate::kUnitToken, Surrogate::kCispoTrl, Surrogate::kCispoVerl,
                              Surrogate::kPolicyGradient}) {
    for (RatioUnit unit : {RatioUnit::kToken, RatioUnit::kRank, RatioUnit::kSequence, RatioUnit::kNone}) {
      for (UnitMean mean : {UnitMean::kMean, UnitMean::kSum}) {
        for (Reduction reduction :
             {Reduction::kRankMean, Reduction::kBnpo, Reduction::kGrpo, Reduction::kDapo, Reduction::kDrGrpo}) {
          config.surrogate = {surrogate, 0.1, surrogate == Surrogate::kCispoTrl ? 1.1 : 0.1, std::nullopt};
          config.ratio = {unit, mean};
          config.reduction.kind = reduction;
          config.kl.estimator = static_cast<KlEstimator>(configs.size() % 3);
          try {
            ValidateObjective(config);
          } catch (const InputError&) {
            continue;
          }
          configs.push_back(config);
        }
      }
    }
  }
  return configs;
}

}  // namespace suite
