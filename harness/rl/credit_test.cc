#include "harness/rl/credit.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace suite {
namespace {

// Two answers to one prompt: "a\nb<eos>" and "a\nb\nc", with tokens 1 to 3 for items, 4 for the newline, 5 for EOS.
class CreditTest : public ::testing::Test {
 protected:
  CreditTest() {
    Rollout first, second;
    first.ids = {1, 4, 2, 5};
    second.ids = {1, 4, 2, 4, 3};
    first.logp.resize(4);
    second.logp.resize(5);
    batch_ = MakeRolloutBatch({{first, second}});
    judged_.relevance_BN = at::tensor({1.f, 0.f, 0.f, 1.f}).view({2, 2});
  }

  BatchCredit Credit(const std::string& preset) const {
    return CreditRanks(batch_, judged_, {at::tensor(std::vector<int64_t>{0, 0, 0, 0, 1, 0}), /*eos_id=*/5, 2, 2},
                       MakeObjective(preset)->config());
  }

  RolloutBatch batch_;
  JudgedRollouts judged_;
};

TEST_F(CreditTest, ARankIsComparedWithTheSameRankOfTheGroup) {
  const BatchCredit credit = Credit("rank_grpo_exp_inf");
  EXPECT_TRUE(at::equal(credit.return_BN, judged_.relevance_BN));
  // Mean 1/2 and unbiased standard deviation sqrt(1/2) at either rank.
  const double a = 0.5 / (std::sqrt(0.5) + 1e-4);
  const at::Tensor expected_BN = at::tensor({a, -a, -a, a}).view({2, 2});
  EXPECT_LT((credit.advantage_BN - expected_BN).abs().max().item<double>(), 1e-6);
  const at::Tensor expected_rank_BT = at::tensor(std::vector<int64_t>{0, 0, 1, 1, -1, 0, 0, 1, 1, 2}).view({2, 5});
  EXPECT_TRUE(at::equal(credit.spans.rank_BT, expected_rank_BT)) << credit.spans.rank_BT;
  // Tokens take their rank's; the last token of the second answer is beyond the list.
  const at::Tensor expected_BT = at::tensor({a, a, -a, -a, 0., -a, -a, a, a, 0.}).view({2, 5});
  EXPECT_LT((credit.advantage_BT - expected_BT).abs().max().item<double>(), 1e-6) << credit.advantage_BT;
  EXPECT_NEAR(credit.series.at("return")[0], 0.5, 1e-6);
  EXPECT_EQ(credit.series.count("reward"), 0u) << "the task's name";
}

TEST_F(CreditTest, ASequenceHasOneValue) {
  const BatchCredit credit = Credit("grpo");
  EXPECT_EQ(credit.return_BN.sizes(), at::IntArrayRef({2}));
  EXPECT_NEAR(credit.return_BN[0].item<double>(), 1.0, 1e-6);                // a hit at rank 1
  EXPECT_NEAR(credit.return_BN[1].item<double>(), 1 / std::log2(3.), 1e-6);  // at rank 2
  EXPECT_GT(credit.advantage_BT[0][0].item<double>(), 0);
  EXPECT_LT(credit.advantage_BT[1][0].item<double>(), 0);
}

}  // namespace
}  // namespace suite
