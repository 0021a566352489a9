// rewards.json: log_decay follows from exp_inf, which is the relevance itself. Within 1e-9 (tests/golden/README.md).
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include "algorithms/golden_cases.h"
#include "algorithms/returns.h"
#include "base/testing/golden.h"

namespace suite {
namespace {

using nlohmann::json;

TEST(ReturnsGoldenTest, EveryCase) {
  const auto golden = ReadGolden("rewards.json");
  if (!golden) GTEST_SKIP() << MissingGolden("rewards.json");
  ASSERT_FALSE((*golden)["cases"].empty());
  for (const json& c : (*golden)["cases"]) {
    SCOPED_TRACE("case " + c["id"].dump());
    const at::Tensor relevance_1N = TensorOf(c["exp_inf"], at::kDouble).unsqueeze(0);
    const at::Tensor log_1N = TensorOf(c["log_decay"], at::kDouble).unsqueeze(0);
    EXPECT_TRUE(RankReturns(relevance_1N, {ReturnKind::kExpInf}).equal(relevance_1N));
    EXPECT_EQ(Differs(RankReturns(relevance_1N, {ReturnKind::kLog}), log_1N, 1e-9, 1.0), "");
    // The first rank's DCG@1:N is the whole list's DCG@N.
    EXPECT_EQ(Differs(SequenceReturn(relevance_1N), log_1N.select(1, 0), 1e-9, 1.0), "");
  }
}

}  // namespace
}  // namespace suite
