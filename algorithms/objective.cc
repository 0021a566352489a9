#include "algorithms/objective.h"

#include "algorithms/diagnostics.h"
#include "algorithms/objective_registry.h"
#include "base/check.h"

namespace suite {
namespace {

at::Tensor Masked(const at::Tensor& tensor_BT, const at::Tensor& padding_BT) {
  return tensor_BT.defined() ? tensor_BT.masked_fill(padding_BT, 0) : tensor_BT;
}

bool NeedsRanks(const ObjectiveConfig& config) {
  return config.ratio.unit == RatioUnit::kRank || config.reduction.kind == Reduction::kRankMean;
}

void CheckInput(const ObjectiveInput& input, double beta, double entropy_bonus) {
  SUITE_CHECK(input.spans != nullptr);
  SUITE_CHECK(input.logp_BT.defined());
  SUITE_CHECK(input.logp_BT.sizes() == input.spans->mask_BT.sizes());
  SUITE_CHECK(input.advantage_BT.defined());
  SUITE_CHECK_EQ(input.advantage_BT.dim(), 2);
  SUITE_CHECK_EQ(input.advantage_BT.size(0), input.logp_BT.size(0));
  SUITE_CHECK(beta == 0.0 || input.reference_logp_BT.defined());
  SUITE_CHECK(entropy_bonus == 0.0 || input.entropy_BT.defined());
}

class UnitObjective : public PolicyObjective {
 public:
  explicit UnitObjective(const ObjectiveConfig& config) : config_(config) {}

  const ObjectiveConfig& config() const override { return config_; }

  ObjectiveOutput Compute(const ObjectiveInput& input) const override {
    const double beta = KlCoefficient(config_.kl, input.step);
    CheckInput(input, beta, config_.entropy_bonus);
    const RankSpans& spans = *input.spans;
    const at::ScalarType dtype = input.logp_BT.scalar_type();
    const UnitMembers ranks = NeedsRanks(config_) ? RankMembers(spans, dtype) : UnitMembers();
    // Padding may hold anything: it is zeroed before any arithmetic, so that its loss and gradient are exactly 0.
    const at::Tensor padding_BT = spans.mask_BT.logical_not();
    const at::Tensor logp_BT = Masked(input.logp_BT, padding_BT);
    const at::Tensor old_logp_BT =
        input.old_logp_BT.defined() ? Masked(input.old_logp_BT.detach(), padding_BT) : logp_BT.detach();
    LossTerms terms;
    terms.beta = beta;
    terms.log_ratio_BT = logp_BT.sub(old_logp_BT);
    terms.advantage_BT = input.advantage_BT.to(dtype).expand_as(logp_BT);
    const SurrogateLoss surrogate = EvaluateSurrogate(
        logp_BT, UnitLogRatio(terms.log_ratio_BT, spans, ranks, config_.ratio), terms.advantage_BT, config_.surrogate);
    terms.ratio_BT = surrogate.ratio_BT;
    at::Tensor loss_BT = surrogate.loss_BT;
    if (input.reference_logp_BT.defined()) {
      terms.kl_BT = TokenKl(logp_BT, Masked(input.reference_logp_BT.detach(), padding_BT), config_.kl.estimator);
      if (beta != 0.0) loss_BT = loss_BT.add(terms.kl_BT, beta);
    }
    ObjectiveOutput output;
    output.loss = TokenWeights(config_.reduction, spans, ranks, input.normalizer, dtype).mul(loss_BT).sum();
    terms.entropy_BT = Masked(input.entropy_BT, padding_BT);
    if (config_.entropy_bonus != 0.0) output.loss = output.loss.sub(EntropyBonus(terms.entropy_BT, input));
    if (input.want_diagnostics) output.diagnostics = Diagnose(terms, spans);
    return output;
  }

 private:
  // The mean over active tokens whatever the reduction, so that one coefficient means the same everywhere. bnpo keeps
  // its own rule for micro-batches.
  at::Tensor EntropyBonus(const at::Tensor& entropy_BT, const ObjectiveInput& input) const {
    const Reduction kind = config_.reduction.kind == Reduction::kBnpo ? Reduction::kBnpo : Reduction::kDapo;
    const at::Tensor weight_BT =
        TokenWeights({kind}, *input.spans, UnitMembers(), input.normalizer, entropy_BT.scalar_type());
    return weight_BT.mul(entropy_BT).sum().mul(config_.entropy_bonus);
  }

  NamedSeries Diagnose(LossTerms& terms, const RankSpans& spans) const {
    terms.one_value_per_row =
        config_.ratio.unit == RatioUnit::kSequence && config_.advantage.unit == AdvantageUnit::kSequence;
    return LossDiagnostics(terms, spans, config_.surrogate);
  }

  const ObjectiveConfig config_;
};

}  // namespace

std::unique_ptr<PolicyObjective> MakeUnitObjective(const ObjectiveConfig& config) {
  return std::make_unique<UnitObjective>(config);
}

}  // namespace suite
