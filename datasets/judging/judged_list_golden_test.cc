#include <gtest/gtest.h>

#include <cmath>

#include "base/testing/golden.h"
#include "datasets/judging/answer_parser.h"
#include "datasets/judging/golden_cases.h"
#include "datasets/judging/judged_list.h"

namespace suite {
namespace {

// The total DCG less the DCG of the ranks before k, as the authors write DCG@k:N; here only to check the relevance.
std::vector<double> LogDecay(const std::vector<float>& relevance_N) {
  double total = 0;
  for (size_t k = 0; k < relevance_N.size(); ++k) total += relevance_N[k] / std::log2(static_cast<double>(k) + 2.0);
  std::vector<double> reward_N;
  double before = 0;
  for (size_t k = 0; k < relevance_N.size(); ++k) {
    reward_N.push_back(total - before);
    before += relevance_N[k] / std::log2(static_cast<double>(k) + 2.0);
  }
  return reward_N;
}

JudgeOptions OptionsOf(const nlohmann::json& golden_case) {
  JudgeOptions options;
  options.list_length = golden_case.at("rec_num").get<int>();
  options.year_tolerance = golden_case.value("year_tolerance", 2);
  return options;
}

void ExpectGolden(const nlohmann::json& golden_case, const Catalog& catalog) {
  SCOPED_TRACE(CaseName(golden_case));
  const auto text = golden_case.at("completion").get<std::string>();
  const auto parsed = ParseAnswer(text);
  const auto expected_items = ItemsFromJson(golden_case.at("parsed"));
  ASSERT_EQ(parsed.size(), expected_items.size());
  for (size_t i = 0; i < parsed.size(); ++i) EXPECT_EQ(parsed[i].item, expected_items[i]);
  const auto relevance_N = Relevance(JudgeAnswer(text, GroundTruthFromJson(golden_case.at("ground_truth")),
                                                 golden_case.at("seen_titles").get<std::vector<std::string>>(), catalog,
                                                 OptionsOf(golden_case)));
  const auto exp_inf_N = golden_case.at("exp_inf").get<std::vector<double>>();
  const auto log_decay_N = golden_case.at("log_decay").get<std::vector<double>>();
  ASSERT_EQ(relevance_N.size(), exp_inf_N.size());
  ASSERT_EQ(relevance_N.size(), log_decay_N.size());
  const auto log_N = LogDecay(relevance_N);
  for (size_t k = 0; k < relevance_N.size(); ++k) {
    EXPECT_EQ(relevance_N[k], exp_inf_N[k]) << "rank " << k;
    // Both sides subtract sums of up to N doubles; a second implementation saw 9e-16.
    EXPECT_NEAR(log_N[k], log_decay_N[k], 1e-9) << "rank " << k;
  }
}

TEST(JudgedListGolden, EarnsTheAuthorsRewardInEveryCase) {
  const auto golden = ReadGolden("rewards.json");
  if (!golden) GTEST_SKIP() << MissingGolden("rewards.json");
  const Catalog catalog(ItemsFromJson(golden->at("catalog")));
  ASSERT_FALSE(golden->at("cases").empty());
  for (const auto& golden_case : golden->at("cases")) ExpectGolden(golden_case, catalog);
}

}  // namespace
}  // namespace suite
