#include "models/llama/compute_copy.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/llama/gradient_check.h"
#include "models/llama/llama.h"
#include "models/llama/tiny_llama.h"

namespace suite {
namespace {

struct Scored {
  at::Tensor logp, gradient;
};

Scored ScoreWith(const LlamaWeights& master, at::ScalarType compute, int passes = 1) {
  const Llama llama(master.config());
  const LlamaWeights gradients = LlamaWeights::Zeros(master.config(), master.flat().scalar_type());
  const ComputeCopy copy(master, compute);
  const PackedTokens packed = PackGroups(TinyGroups(master.config().vocab_size));
  const LlamaTensors leaves = TrainableTensors(master, gradients);
  at::Tensor logp;
  for (int pass = 0; pass < passes; ++pass) {
    logp = llama.LogProbs(copy.Connect(leaves), packed, {}).logp_M;
    Weighted(logp, 2).backward();
  }
  return {logp.detach(), gradients.flat()};
}

TEST(ComputeCopy, OfTheSameTypeIsTheMaster) {
  const LlamaWeights master = TinyWeights(TinyConfig(), 1);
  const ComputeCopy copy(master, at::kFloat);
  EXPECT_EQ(copy.weights().flat().const_data_ptr(), master.flat().const_data_ptr());
  const LlamaTensors leaves = TrainableTensors(master, LlamaWeights::Zeros(master.config(), at::kFloat));
  EXPECT_TRUE(copy.Connect(leaves).layers[0].qkv.is_same(leaves.layers[0].qkv));
}

// Same numbers as a model that lies in bfloat16 altogether; gradients arrive in float32, near those of double.
TEST(ComputeCopy, ComputesNarrowAndGathersWide) {
  for (const NamedConfig& named : TinyConfigs()) {
    const LlamaWeights master = TinyWeights(named.config, 1), wide = master.To(at::kCPU, at::kDouble);
    const Scored mixed = ScoreWith(master, at::kBFloat16);
    const LlamaWeights narrow = master.To(at::kCPU, at::kBFloat16);
    EXPECT_TRUE(at::equal(mixed.logp, ScoreWith(narrow, at::kBFloat16).logp)) << named.name;
    EXPECT_EQ(mixed.gradient.scalar_type(), at::kFloat);
    // Norms of q and k add two roundings to bfloat16 before the softmax, and two to its gradient.
    const double bound = named.config.qk_norm ? 0.2 : 0.1;
    EXPECT_LT(RelativeDifference(mixed.gradient, ScoreWith(wide, at::kDouble).gradient), bound) << named.name;
  }
}

// Eight passes of one gradient are eight times it in float32; bfloat16 would lose bits from the third on.
TEST(ComputeCopy, SumsOfGradientsAreNotRounded) {
  const LlamaWeights master = TinyWeights(TinyConfig(), 1);
  const at::Tensor once = ScoreWith(master, at::kBFloat16, 1).gradient;
  EXPECT_LT(RelativeDifference(ScoreWith(master, at::kBFloat16, 8).gradient, once * 8), 1e-6);
}

TEST(ComputeCopy, RefreshSeesChangedNumbers) {
  const LlamaWeights master = TinyWeights(TinyConfig(), 1);
  ComputeCopy copy(master, at::kBFloat16);
  master.flat().mul_(2.0);
  EXPECT_FALSE(at::equal(copy.weights().flat(), master.flat().to(at::kBFloat16)));
  copy.Refresh();
  EXPECT_TRUE(at::equal(copy.weights().flat(), master.flat().to(at::kBFloat16)));
}

}  // namespace
}  // namespace suite
