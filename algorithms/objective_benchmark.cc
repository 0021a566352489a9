// Time of one objective step at the size of the miniature: 96 rows of 64 tokens, N = 5.
#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <benchmark/benchmark.h>

#include "algorithms/objective.h"

namespace suite {
namespace {

constexpr int64_t kRows = 96, kTokens = 64, kRanks = 5, kGroup = 8, kEos = 1;

struct Batch {
  RankSpans spans;
  at::Tensor logp_BT, old_BT, reference_BT, relevance_BN;
};

Batch MakeBatch() {
  const at::Tensor ids_BT = at::randint(2, 20, {kRows, kTokens}, at::TensorOptions().dtype(at::kLong));
  at::Tensor newlines_V = at::zeros({20}, at::TensorOptions().dtype(at::kLong));
  newlines_V[2] = 1;
  Batch batch;
  batch.spans = CutIntoRanks(ids_BT, CompletionLengths(ids_BT, kEos), newlines_V, kEos, kRanks);
  batch.logp_BT = at::randn({kRows, kTokens}).requires_grad_(true);
  batch.old_BT = at::randn({kRows, kTokens}).mul(0.05).add(batch.logp_BT.detach());
  batch.reference_BT = at::randn({kRows, kTokens}).mul(0.1).add(batch.logp_BT.detach());
  batch.relevance_BN = at::randint(0, 2, {kRows, kRanks}).to(at::kFloat);
  return batch;
}

void BM_Step(benchmark::State& state, const char* name, bool diagnostics, bool backward) {
  const Batch batch = MakeBatch();
  const auto objective = MakeObjective(name);
  ObjectiveInput input;
  input.logp_BT = batch.logp_BT;
  input.old_logp_BT = batch.old_BT;
  input.reference_logp_BT = batch.reference_BT;
  input.spans = &batch.spans;
  input.normalizer = WholeBatch(batch.spans);
  input.want_diagnostics = diagnostics;
  input.advantage_BT = EstimateAdvantages(Returns(batch.relevance_BN, objective->config().returns), batch.spans, kGroup,
                                          objective->config().advantage)
                           .advantage_BT;
  for (auto _ : state) {
    const ObjectiveOutput output = objective->Compute(input);
    if (backward) output.loss.backward();
    benchmark::DoNotOptimize(output.loss.item<double>());
  }
}
BENCHMARK_CAPTURE(BM_Step, grpo_loss, "grpo", false, false);
BENCHMARK_CAPTURE(BM_Step, grpo_loss_backward, "grpo", false, true);
BENCHMARK_CAPTURE(BM_Step, rank_grpo_loss, "rank_grpo_exp_inf", false, false);
BENCHMARK_CAPTURE(BM_Step, rank_grpo_loss_backward, "rank_grpo_exp_inf", false, true);
BENCHMARK_CAPTURE(BM_Step, rank_grpo_loss_diagnostics, "rank_grpo_exp_inf", true, false);

void BM_Advantages(benchmark::State& state) {
  const Batch batch = MakeBatch();
  const ObjectiveConfig config = PresetConfig("rank_grpo_log@official");
  for (auto _ : state) {
    const Advantages advantages =
        EstimateAdvantages(Returns(batch.relevance_BN, config.returns), batch.spans, kGroup, config.advantage);
    benchmark::DoNotOptimize(advantages.advantage_BT.data_ptr());
  }
}
BENCHMARK(BM_Advantages);

}  // namespace
}  // namespace suite

BENCHMARK_MAIN();
