#include "models/llama/sharded_scorer.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <utility>

#include "models/llama/gradient_check.h"
#include "models/llama/not_finite_logits.h"
#include "models/llama/tiny_llama.h"

namespace suite {
namespace {

constexpr int64_t kLongest = 9;

// The groups dealt out in order, `shards` runs of nearly equal size, all on a grid of one width.
std::vector<PackedTokens> Shards(int64_t shards) {
  const std::vector<TokenGroup> groups = TinyGroups(TinyConfig().vocab_size);
  const auto count = static_cast<int64_t>(groups.size());
  std::vector<PackedTokens> packed;
  for (int64_t s = 0; s < shards; ++s) {
    packed.push_back(
        PackGroups({groups.begin() + count * s / shards, groups.begin() + count * (s + 1) / shards}, kLongest));
  }
  return packed;
}

struct Result {
  at::Tensor logp, entropy, gradient;
};

Result ScoreOnce(int64_t shards) {
  const LlamaWeights weights = TinyWeights(TinyConfig(), 1);
  const Llama llama(weights.config());
  ShardedScorer scorer(llama, weights, shards);
  const ScoredGrid grid = scorer.Score(Shards(shards), {});
  (Weighted(grid.logp_BT, 2) + Weighted(grid.entropy_BT, 3)).backward();
  scorer.Backward();
  return {grid.logp_BT, grid.entropy_BT, scorer.SumGradients().flat().clone()};
}

// Another number of shards only changes the order of sums: a few units of 2^-24.
TEST(ShardedScorer, AnyNumberOfShardsGivesTheSameNumbers) {
  const Result one = ScoreOnce(1);
  EXPECT_EQ(one.logp.size(0), 10);
  EXPECT_EQ(one.logp.size(1), kLongest);
  for (const int64_t shards : {2, 3, 4}) {
    const Result many = ScoreOnce(shards);
    EXPECT_LT(LargestDifference(many.logp, one.logp), 4e-6) << shards;
    EXPECT_LT(LargestDifference(many.entropy, one.entropy), 4e-6) << shards;
    EXPECT_LT(RelativeDifference(many.gradient, one.gradient), 4e-6) << shards;
  }
}

TEST(ShardedScorer, RepeatsToTheBit) {
  for (const int64_t shards : {1, 2, 3}) {
    const Result first = ScoreOnce(shards);
    for (int repeat = 0; repeat < 5; ++repeat) {
      const Result again = ScoreOnce(shards);
      EXPECT_TRUE(again.logp.equal(first.logp)) << shards;
      EXPECT_TRUE(again.entropy.equal(first.entropy)) << shards;
      EXPECT_TRUE(again.gradient.equal(first.gradient)) << shards;
    }
  }
}

TEST(ShardedScorer, EqualsDifferentiatingTheModelDirectly) {
  const LlamaWeights weights = TinyWeights(TinyConfig(), 1);
  const LlamaWeights gradients = LlamaWeights::Zeros(weights.config(), at::kFloat);
  const PackedTokens packed = Shards(1).front();
  const TokenLogProbs scored = Llama(weights.config()).LogProbs(TrainableTensors(weights, gradients), packed, {});
  (Weighted(ToGrid(scored.logp_M, packed), 2) + Weighted(ToGrid(scored.entropy_M, packed), 3)).backward();
  EXPECT_TRUE(ScoreOnce(1).gradient.equal(gradients.flat()));
}

TEST(ShardedScorer, GradientsAddUpUntilTheyAreZeroed) {
  const LlamaWeights weights = TinyWeights(TinyConfig(), 1);
  const Llama llama(weights.config());
  ShardedScorer scorer(llama, weights, 3);
  const auto step = [&](const std::vector<PackedTokens>& packed) {
    Weighted(scorer.Score(packed, {}).logp_BT, 2).backward();
    scorer.Backward();
    return scorer.SumGradients().flat().clone();
  };
  const at::Tensor once = step(Shards(3));
  EXPECT_LT(RelativeDifference(step(Shards(3)), once * 2), 1e-6);
  scorer.ZeroGradients();
  EXPECT_EQ(scorer.gradients().flat().abs().max().item<float>(), 0.0f);
  EXPECT_TRUE(step(Shards(3)).equal(once));
  // Fewer packings than shards; the entropy was left out of the loss above, and is here too.
  scorer.ZeroGradients();
  EXPECT_LT(RelativeDifference(step(Shards(2)), once), 4e-6);
}

// Each shard adds up its own calls, and only then are shards added: who computes a shard does not change a bit.
TEST(ShardedScorer, ShardsAreAddedAfterTheirCalls) {
  const LlamaWeights weights = TinyWeights(TinyConfig(), 1);
  const Llama llama(weights.config());
  const auto backward = [](ShardedScorer& scorer, const std::vector<PackedTokens>& packed) {
    scorer.Score(packed, {}).logp_BT.sum().backward();
    scorer.Backward();
  };
  const PackedTokens a = Shards(2)[0], b = Shards(2)[1];
  ShardedScorer both(llama, weights, 2), first(llama, weights, 1), second(llama, weights, 1);
  for (const auto& [of_first, of_second] : {std::pair(a, b), std::pair(b, a)}) {
    backward(both, {of_first, of_second});
    backward(first, {of_first});
    backward(second, {of_second});
  }
  EXPECT_TRUE(both.SumGradients().flat().equal(first.SumGradients().flat() + second.SumGradients().flat()));
}

// The weights are read when Score is called: an optimizer's step in between is seen.
TEST(ShardedScorer, SeesChangedWeights) {
  const LlamaWeights weights = TinyWeights(TinyConfig(), 1);
  const Llama llama(weights.config());
  ShardedScorer scorer(llama, weights, 2);
  const at::Tensor before = scorer.Score(Shards(2), {}).logp_BT.detach().clone();
  weights.flat().mul_(1.1);
  const at::Tensor after = scorer.Score(Shards(2), {}).logp_BT.detach();
  EXPECT_GT(LargestDifference(after, before), 1e-2);
  const ScoredGrid fresh = ScoreWithoutGradients(llama, weights.Tensors(), Shards(2), {});
  EXPECT_TRUE(fresh.logp_BT.equal(after));
}

// In bfloat16 the weights stay as they are, and a change of them counts once the scorer is told.
TEST(ShardedScorer, ComputesInBfloat16) {
  const LlamaWeights weights = TinyWeights(TinyConfig(), 1);
  const Llama llama(weights.config());
  ShardedScorer scorer(llama, weights, 2, at::kBFloat16);
  const ScoredGrid grid = scorer.Score(Shards(2), {});
  (Weighted(grid.logp_BT, 2) + Weighted(grid.entropy_BT, 3)).backward();
  scorer.Backward();
  EXPECT_EQ(scorer.SumGradients().flat().scalar_type(), at::kFloat);
  // The same as a model that lies in bfloat16 altogether, but for the rounding of its gradients: 2^-9 a parameter, and
  // once more where shards and the two uses of a tied embedding are added.
  const LlamaWeights narrow = weights.To(at::kCPU, at::kBFloat16);
  ShardedScorer plain(llama, narrow, 2);
  const ScoredGrid expected = plain.Score(Shards(2), {});
  EXPECT_TRUE(expected.logp_BT.equal(grid.logp_BT));
  (Weighted(expected.logp_BT, 2) + Weighted(expected.entropy_BT, 3)).backward();
  plain.Backward();
  EXPECT_LT(RelativeDifference(scorer.gradients().flat(), plain.SumGradients().flat()), 0.006);
  weights.flat().mul_(1.1);
  EXPECT_TRUE(scorer.Score(Shards(2), {}).logp_BT.equal(grid.logp_BT));
  scorer.WeightsChanged();
  const ScoredGrid changed = scorer.Score(Shards(2), {});
  EXPECT_GT(LargestDifference(changed.logp_BT, grid.logp_BT), 1e-2);
  const ScoredGrid fresh = ScoreWithoutGradients(llama, scorer.compute_weights().Tensors(), Shards(2), {});
  EXPECT_TRUE(fresh.logp_BT.equal(changed.logp_BT));
}

TEST(ScoreWithoutGradients, GivesTheSameBitsAndNoGraph) {
  const LlamaWeights weights = TinyWeights(TinyConfig(), 1);
  const Llama llama(weights.config());
  ShardedScorer scorer(llama, weights, 2);
  const ScoredGrid with = scorer.Score(Shards(2), {0.7}),
                   without = ScoreWithoutGradients(llama, weights.Tensors(), Shards(2), {0.7});
  EXPECT_TRUE(without.logp_BT.equal(with.logp_BT));
  EXPECT_TRUE(without.entropy_BT.equal(with.entropy_BT));
  EXPECT_FALSE(without.logp_BT.requires_grad());
  EXPECT_TRUE(with.logp_BT.requires_grad());
  EXPECT_TRUE(with.logp_BT.is_leaf());
}

TEST(ShardedScorer, ScoresThatAreNotFiniteNameTheLayer) {
  for (const auto compute : {at::kFloat, at::kBFloat16}) {
    const LlamaWeights weights = TinyWeights(TinyConfig(), 1);
    const Llama llama(weights.config());
    ShardedScorer scorer(llama, weights, 2, compute);
    const auto check = [&] {
      const ScoredGrid grid = scorer.Score(Shards(2), {});
      CheckScores(grid, llama, scorer.compute_weights().Tensors(), Shards(2));
    };
    EXPECT_NO_THROW(check());
    weights.Tensors().layers[1].down.fill_(3e38);
    scorer.WeightsChanged();
    try {
      check();
      ADD_FAILURE() << "accepted";
    } catch (const NotFiniteLogits& fault) {
      EXPECT_EQ(fault.found(), "logits are not finite: the first output that is not is that of model.layers.1");
    }
  }
}

}  // namespace
}  // namespace suite
