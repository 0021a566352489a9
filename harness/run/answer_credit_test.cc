#include "harness/run/answer_credit.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "harness/policy/small_policy.h"

namespace suite {
namespace {

constexpr char kAnswer[] = "Heat (1995)\nFargo (1996)\nBig (1988)\nBig (1988)\n";

class AnswerCreditTest : public ::testing::Test {
 protected:
  static JudgeOptions Judge() {
    JudgeOptions judge;
    judge.list_length = 4;
    judge.rank_rule = RankRule::kLine;
    return judge;
  }

  // Ground truth: Heat (1995) and Big (1988); Jaws is seen.
  std::vector<double> CreditsOf(const std::string& text, const ObjectiveConfig& objective) const {
    std::vector<double> credits;
    for (const RankCredit& rank : CreditAnswers(conversations_, {text}, {catalog_, Judge(), objective})[0].ranks) {
      credits.push_back(rank.credit);
    }
    return credits;
  }

  const Catalog catalog_ = SmallCatalog();
  const std::vector<Conversation> conversations_ = SmallConversations();
};

// Hits at ranks 1 and 3: DCG is 1 + 1/2, and exp_inf pays each rank for itself.
TEST_F(AnswerCreditTest, ReturnsByHand) {
  EXPECT_EQ(CreditsOf(kAnswer, PresetConfig("rank_grpo_exp_inf")), (std::vector<double>{1, 0, 1, 0}));
  const std::vector<double> whole = CreditsOf(kAnswer, PresetConfig("grpo"));
  ASSERT_EQ(whole.size(), 4u);
  for (double credit : whole) EXPECT_NEAR(credit, 1.5, 1e-12) << "one DCG for the sequence";
  // Rank k is paid for the hits from k on, each with the discount of its own place: 1.5, 0.5, 0.5, 0.
  const std::vector<double> log = CreditsOf(kAnswer, PresetConfig("rank_grpo_log"));
  ASSERT_EQ(log.size(), 4u);
  EXPECT_NEAR(log[0], 1.5, 1e-12);
  EXPECT_NEAR(log[1], 0.5, 1e-12);
  EXPECT_NEAR(log[2], 0.5, 1e-12);
  EXPECT_EQ(log[3], 0);
  EXPECT_EQ(CreditKind(PresetConfig("rank_grpo_log")), "log");
  EXPECT_EQ(CreditKind(PresetConfig("grpo")), "sequence_dcg");
}

TEST_F(AnswerCreditTest, PenaltiesAreCredit) {
  const ObjectiveConfig objective = PresetConfig("rank_grpo_exp_inf", {{"duplicate_penalty", "0.5"}});
  EXPECT_EQ(CreditsOf("Fargo (1996)\nFargo (1996)\nHeat (1995)", objective), (std::vector<double>{0, -0.5, 1}));
}

TEST_F(AnswerCreditTest, EveryVerdictHasItsName) {
  const std::string text =
      "Heat (1995)\nFargo (1996)\nFargo (1996)\nJaws (1975)\nUnknown (1999)\nAlien (1990)\nno title\n";
  JudgeOptions judge = Judge();
  judge.list_length = 7;
  const ObjectiveConfig objective = PresetConfig("rank_grpo_exp_inf");
  const SampleAnswer answer = CreditAnswers(conversations_, {text}, {catalog_, judge, objective})[0];
  EXPECT_EQ(answer.conversation_id, "train/0");
  std::vector<std::string> verdicts;
  for (size_t k = 0; k < answer.ranks.size(); ++k) {
    EXPECT_EQ(answer.ranks[k].line, static_cast<int64_t>(k));
    EXPECT_TRUE(std::isnan(answer.ranks[k].advantage));
    verdicts.push_back(answer.ranks[k].verdict);
  }
  EXPECT_EQ(verdicts,
            (std::vector<std::string>{"hit", "miss", "duplicate", "seen", "unknown_title", "wrong_year", "unparsed"}));
}

// Two prompts of two answers; the first prompt is kept, with its own rows of the batch.
TEST_F(AnswerCreditTest, RolloutsBearWhatTheUpdateSaw) {
  const Policy policy = SmallPolicy();
  BatchAtFault batch;
  batch.conversations = {5, 2};
  for (int p = 0; p < 2; ++p) {
    RolloutGroup group;
    for (const char* text : {"Heat (1995)\nAlien (1979)", "Rocky (1976)"}) {
      Rollout rollout;
      rollout.ids = policy.tokenizer.Encode(std::string(text) + "<|end|>");
      group.push_back(rollout);
    }
    batch.groups.push_back(group);
  }
  const auto values = [](double first) {
    std::vector<double> all;
    for (int i = 0; i < 16; ++i) all.push_back(first + i);
    return at::tensor(all).view({4, 4});
  };
  const ObjectiveConfig objective = PresetConfig("rank_grpo_log");
  const CreditRules rules{catalog_, Judge(), objective};
  const auto kept = CreditRollouts(batch, {values(100), values(200)}, conversations_, policy.tokenizer, rules, 1);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].conversation_id, "train/5");
  EXPECT_EQ(kept[0].text, "Heat (1995)\nAlien (1979)");
  ASSERT_EQ(kept[0].ranks.size(), 2u);
  EXPECT_EQ(kept[0].ranks[0].verdict, "hit");
  EXPECT_EQ(kept[0].ranks[1].credit, 101);
  EXPECT_EQ(kept[0].ranks[1].advantage, 201);
  ASSERT_EQ(kept[1].ranks.size(), 1u);
  EXPECT_EQ(kept[1].ranks[0].credit, 104);
  const at::Tensor of_rows = at::tensor(std::vector<double>{1, 2, 3, 4});
  const auto by_sequence = CreditRollouts(batch, {of_rows, of_rows}, conversations_, policy.tokenizer, rules, 9);
  ASSERT_EQ(by_sequence.size(), 4u);
  EXPECT_EQ(by_sequence[3].ranks[0].credit, 4);
}

TEST_F(AnswerCreditTest, TheFileGivesTheSameSamplesBack) {
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/rollouts.json";
  EXPECT_TRUE(ReadSamples(path).empty()) << "no file";
  const std::vector<SampleAnswer> samples = {{"a",
                                              std::string("\"Z\u00e9\"\n\0 (1)", 12),
                                              {{3, "hit", 1, 0.1, std::nan("")}, {4, "miss", 0, 1.0 / 3, -1e-300}}},
                                             {"b", "", {}}};
  WriteSamples(path, samples);
  const std::vector<SampleAnswer> read = ReadSamples(path);
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].text, samples[0].text);
  EXPECT_EQ(read[0].ranks[1].credit, 1.0 / 3);
  EXPECT_EQ(read[0].ranks[1].advantage, -1e-300);
  EXPECT_TRUE(std::isnan(read[0].ranks[0].advantage));
  EXPECT_EQ(read[0].ranks[0].verdict, "hit");
  EXPECT_TRUE(read[1].ranks.empty());
  WriteFileAtomically(path, "{\"x\": 1}");
  EXPECT_THROW(ReadSamples(path), InputError);
}

}  // namespace
}  // namespace suite
