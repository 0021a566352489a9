#include "algorithms/ratio.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <limits>

#include "algorithms/golden_cases.h"

namespace suite {
namespace {

// Ranks 0 0 0 | 1 | overflow 2 3 | masked, with N = 2.
RankSpans Spans() {
  RankSpans spans;
  spans.list_length = 2;
  spans.rank_BT = at::tensor(std::vector<int64_t>{0, 0, 0, 1, 2, 3, -1}).unsqueeze(0);
  spans.mask_BT = spans.rank_BT.ge(0);
  spans.overflow_BT = spans.rank_BT.ge(2);
  return spans;
}

const double kNan = std::numeric_limits<double>::quiet_NaN();

void ExpectLogRatio(const RatioConfig& config, const std::vector<double>& expected) {
  const at::Tensor log_ratio_BT = at::tensor(std::vector<double>{0.1, 0.2, 0.6, -0.4, 1.0, 3.0, kNan}).unsqueeze(0);
  EXPECT_EQ(Differs(UnitLogRatio(log_ratio_BT, Spans(), config), at::tensor(expected).unsqueeze(0), 1e-14, 1.0), "");
}

TEST(RatioTest, HandChecked) {
  ExpectLogRatio({RatioUnit::kToken, UnitMean::kMean}, {0.1, 0.2, 0.6, -0.4, 1, 3, 0});
  ExpectLogRatio({RatioUnit::kRank, UnitMean::kMean}, {0.3, 0.3, 0.3, -0.4, 2, 2, 0});
  ExpectLogRatio({RatioUnit::kRank, UnitMean::kSum}, {0.9, 0.9, 0.9, -0.4, 4, 4, 0});
  ExpectLogRatio({RatioUnit::kSequence, UnitMean::kMean}, {0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0});
  ExpectLogRatio({RatioUnit::kSequence, UnitMean::kSum}, {4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 0});
  ExpectLogRatio({RatioUnit::kNone, UnitMean::kMean}, {0, 0, 0, 0, 0, 0, 0});
}

TEST(RatioTest, GradientReachesEveryTokenOfTheUnit) {
  at::Tensor log_ratio_BT = at::tensor(std::vector<double>{0.1, 0.2, 0.6, -0.4, 1.0, 3.0, 0.0}).unsqueeze(0);
  log_ratio_BT.requires_grad_(true);
  const at::Tensor unit_BT = UnitLogRatio(log_ratio_BT, Spans(), {RatioUnit::kRank, UnitMean::kMean});
  unit_BT[0][0].backward();
  const at::Tensor expected = at::tensor(std::vector<double>{1. / 3, 1. / 3, 1. / 3, 0, 0, 0, 0}).unsqueeze(0);
  EXPECT_EQ(Differs(log_ratio_BT.grad(), expected, 1e-14, 1.0), "");
}

TEST(RatioTest, MembersCoverEveryActiveTokenOnce) {
  const UnitMembers members = RankMembers(Spans(), at::kDouble);
  EXPECT_TRUE(members.member_BTK.sum(2).equal(Spans().mask_BT.to(at::kDouble)));
  EXPECT_TRUE(members.count_B1K.flatten().equal(at::tensor(std::vector<double>{3, 1, 2})));
}

}  // namespace
}  // namespace suite
