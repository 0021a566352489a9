#include "harness/rl/validation_loss.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/policy/small_policy.h"

namespace suite {
namespace {

std::vector<Conversation> Many(size_t count) {
  std::vector<Conversation> conversations;
  for (size_t i = 0; i < count; ++i) {
    conversations.push_back(SmallConversations().front());
    conversations.back().turns.front().text += std::string(i, 'x');
  }
  return conversations;
}

struct Place {
  Policy policy = SmallPolicy();
  ChatTemplate chat = MiniatureChatTemplate();
  PromptBuilder prompt{policy.tokenizer, chat};
  std::vector<ScoredSequence> Answers(const std::vector<Conversation>& validation) const {
    return ValidationAnswers(validation, policy.tokenizer, prompt);
  }
};

TEST(ValidationAnswers, AreGroundTruthsWithoutWhatClosesThem) {
  const Place place;
  std::vector<Conversation> validation = Many(1);
  validation[0].ground_truth.push_back({"Lost", std::nullopt});
  const auto answers = place.Answers(validation);
  ASSERT_EQ(answers.size(), 1u);
  const std::vector<int64_t> prompt = place.prompt.Ids(validation[0]);
  ASSERT_EQ(answers[0].score_from, static_cast<int64_t>(prompt.size()));
  const std::vector<int64_t> scored(answers[0].ids.begin() + answers[0].score_from, answers[0].ids.end());
  EXPECT_EQ(place.policy.tokenizer.Decode(scored, /*skip_special_tokens=*/false), "Heat (1995)\nBig (1988)");
}

TEST(ValidationAnswers, FitThePositions) {
  const Place place;
  const auto answers_in = [&](int64_t positions) {
    const PromptBuilder prompt(place.policy.tokenizer, place.chat, {"", 2048, positions, /*answer_tokens=*/1000});
    return ValidationAnswers(Many(1), place.policy.tokenizer, prompt);
  };
  const ScoredSequence whole = place.Answers(Many(1)).front();
  const auto length = static_cast<int64_t>(whole.ids.size()), answer = length - whole.score_from;
  EXPECT_EQ(answers_in(length - 1).front().ids, whole.ids) << "of what is sampled nothing counts here";
  const auto cut = answers_in(length - 5);
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_LE(static_cast<int64_t>(cut[0].ids.size()), length - 4);
  EXPECT_EQ(static_cast<int64_t>(cut[0].ids.size()) - cut[0].score_from, answer);
  EXPECT_TRUE(answers_in(answer - 1).empty());
}

TEST(ValidationAnswers, OneInSixteenEvenlyAndNoMoreThan64) {
  const Place place;
  EXPECT_EQ(place.Answers({}).size(), 0u);
  EXPECT_EQ(place.Answers(Many(16)).size(), 1u);
  EXPECT_EQ(place.Answers(Many(17)).size(), 2u);
  EXPECT_EQ(place.Answers(std::vector<Conversation>(2000, Many(1)[0])).size(), 64u);
  const std::vector<Conversation> validation = Many(40);
  const auto answers = place.Answers(validation);
  ASSERT_EQ(answers.size(), 3u);
  const size_t chosen[] = {0, 13, 26};
  for (size_t i = 0; i < 3; ++i) {
    const std::vector<int64_t> prompt = place.prompt.Ids(validation[chosen[i]]);
    EXPECT_EQ(std::vector<int64_t>(answers[i].ids.begin(), answers[i].ids.begin() + answers[i].score_from), prompt);
  }
  std::vector<Conversation> yearless = validation;
  for (Conversation& one : yearless) one.ground_truth = {{"Lost", std::nullopt}};
  EXPECT_TRUE(place.Answers(yearless).empty());
  yearless[39].ground_truth = {{"Heat", 1995}};
  EXPECT_EQ(place.Answers(yearless).size(), 1u);
}

// A policy whose weights are all 0 gives every token of its vocabulary the same probability.
TEST(ValidationLoss, OfAUniformPolicyIsTheLogarithmOfTheVocabulary) {
  Place place;
  const auto answers = place.Answers(Many(40));
  place.policy.weights.flat().zero_();
  const Llama llama(place.policy.config());
  EXPECT_NEAR(ValidationLoss(llama, place.policy.weights, answers, 2),
              std::log(static_cast<double>(place.policy.config().vocab_size)), 1e-5);
}

// Tokens weigh alike, whichever answer they are of.
TEST(ValidationLoss, IsTheMeanOverScoredTokens) {
  const Place place;
  const Llama llama(place.policy.config());
  const auto answers = place.Answers(Many(40));
  double sum = 0, count = 0;
  for (const ScoredSequence& answer : answers) {
    const double tokens = static_cast<double>(answer.ids.size()) - static_cast<double>(answer.score_from);
    sum += tokens * ValidationLoss(llama, place.policy.weights, {answer}, 1);
    count += tokens;
  }
  EXPECT_NEAR(ValidationLoss(llama, place.policy.weights, answers, 1), sum / count, 1e-5);
  EXPECT_EQ(ValidationLoss(llama, place.policy.weights, answers, 2),
            ValidationLoss(llama, place.policy.weights, answers, 2));
}

}  // namespace
}  // namespace suite
