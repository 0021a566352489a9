// segmentation.json: masks, ranks and counts exactly, advantages within 1e-5 (tests/golden/README.md).
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "algorithms/advantages.h"
#include "algorithms/golden_cases.h"
#include "algorithms/objective.h"
#include "algorithms/rank_spans.h"
#include "base/testing/golden.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr double kTolerance = 1e-5;

json NewlinesOf(const json& pieces) {
  json newlines = json::array();
  for (const json& piece : pieces) {
    const std::string text = piece.get<std::string>();
    newlines.push_back(std::count(text.begin(), text.end(), '\n'));
  }
  return newlines;
}

RankSpans SpansOf(const json& golden, const json& c) {
  const at::Tensor ids_BT = TensorOf(c["completion_ids"], at::kLong);
  const at::Tensor newlines_V = TensorOf(NewlinesOf(golden["pieces"][c["tokenizer"].get<std::string>()]), at::kLong);
  const int64_t eos_id = c["eos_id"];
  return CutIntoRanks(ids_BT, CompletionLengths(ids_BT, eos_id), newlines_V, eos_id, c["rec_num"],
                      c["mask_truncated_completions"]);
}

AdvantageConfig AdvantageOf(const json& golden, const json& c) {
  AdvantageConfig config = PresetConfig("rank_grpo_exp_inf@official").advantage;
  if (!c["scale_rewards"].get<bool>()) config.normalisation = AdvantageNormalisation::kNone;
  const json& constants = golden["constants"];
  config.epsilon = constants["std_eps"];
  config.end_of_list_reward = constants["end_of_list_reward"];
  config.early_stop_penalty = constants["early_stop_penalty"];
  config.overflow_penalty = constants["extra_token_penalty"];
  return config;
}

void ExpectExact(const at::Tensor& found, const json& expected, const std::string& what) {
  EXPECT_TRUE(found.to(at::kLong).equal(TensorOf(expected, at::kLong))) << what;
}

TEST(SegmentationGoldenTest, EveryCase) {
  const auto golden = ReadGolden("segmentation.json");
  if (!golden) GTEST_SKIP() << MissingGolden("segmentation.json");
  ASSERT_FALSE((*golden)["cases"].empty());
  for (const json& c : (*golden)["cases"]) {
    SCOPED_TRACE("case " + c["id"].dump() + " " + c["kind"].dump());
    const json& expected = c["expected"];
    const RankSpans spans = SpansOf(*golden, c);
    ExpectExact(spans.mask_BT, expected["completion_mask"], "completion_mask");
    ExpectExact(spans.mask_BT, expected["item_token_mask"], "item_token_mask");
    ExpectExact(spans.rank_BT, expected["item_seg_ids"], "item_seg_ids");
    ExpectExact(spans.overflow_BT, expected["overflow_token_mask"], "overflow_token_mask");
    ExpectExact(spans.eos_BT, expected["eos_mask"], "eos_mask");
    ExpectExact(spans.mask_BT.logical_and(spans.overflow_BT.logical_not()), expected["item_content_mask"],
                "item_content_mask");
    ExpectExact(spans.items_emitted_B, expected["items_emitted"], "items_emitted");
    ExpectExact(spans.ended_with_eos_B, expected["terminated_with_eos"], "terminated_with_eos");
    const at::Tensor ended_B = spans.ended_with_eos_B;
    ExpectExact(ended_B.logical_and(spans.items_emitted_B.eq(spans.list_length)), expected["exact_len"], "exact_len");
    ExpectExact(ended_B.logical_and(spans.items_emitted_B.lt(spans.list_length)), expected["early_stop"], "early_stop");
    const Advantages advantages =
        EstimateAdvantages(TensorOf(c["rewards"], at::kFloat), spans, c["num_generations"], AdvantageOf(*golden, c));
    EXPECT_EQ(Differs(advantages.advantage_BN, TensorOf(expected["advantages_items"], at::kFloat), kTolerance, 1.0),
              "");
    EXPECT_EQ(Differs(advantages.advantage_BT, TensorOf(expected["advantages"], at::kFloat), kTolerance, 1.0), "");
  }
}

}  // namespace
}  // namespace suite
