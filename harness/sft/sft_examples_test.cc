#include "harness/sft/sft_examples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/testing/error_of.h"
#include "harness/policy/small_policy.h"

namespace suite {
namespace {

class SftExamplesTest : public ::testing::Test {
 protected:
  SftExamplesTest() {
    dataset_.catalog = SmallCatalog();
    dataset_.train = SmallConversations();
    config_.sft.demonstrations = "ground_truth";
  }

  std::string Text(const ScoredSequence& sequence) const { return policy_.tokenizer.Decode(sequence.ids); }

  // What the loss counts.
  std::string Counted(const ScoredSequence& sequence) const {
    return policy_.tokenizer.Decode({sequence.ids.begin() + sequence.score_from, sequence.ids.end()});
  }

  const Policy policy_ = SmallPolicy();
  const ChatTemplate chat_ = MiniatureChatTemplate();
  const PromptBuilder prompt_{policy_.tokenizer, chat_};
  RunConfig config_;
  Dataset dataset_;
};

TEST_F(SftExamplesTest, GroundTruthIsTheAnswerAndClosed) {
  const auto examples = SftExamples(config_, dataset_, prompt_);
  ASSERT_EQ(examples.size(), 7u);
  EXPECT_EQ(Text(examples[2]),
            "<|user|>I love Jaws (1975). More like number 2?<|assistant|>Heat (1995)\nBig (1988)<|end|>");
  EXPECT_EQ(Counted(examples[2]), "Heat (1995)\nBig (1988)<|end|>");
}

TEST_F(SftExamplesTest, TheLossMayCountThePromptToo) {
  config_.sft.completion_only = false;
  const ScoredSequence example = SftExamples(config_, dataset_, prompt_).front();
  EXPECT_EQ(example.score_from, 1);
}

TEST_F(SftExamplesTest, FilmsWithoutYearAreLeftOutAndEmptyAnswersToo) {
  dataset_.train[0].ground_truth = {{"Heat", std::nullopt}, {"Fargo", 1996}};
  dataset_.train[1].ground_truth = {{"Heat", std::nullopt}};
  const auto examples = SftExamples(config_, dataset_, prompt_);
  ASSERT_EQ(examples.size(), 6u);
  EXPECT_EQ(Counted(examples[0]), "Fargo (1996)<|end|>");
  EXPECT_NE(Text(examples[1]).find("number 2"), std::string::npos);
}

TEST_F(SftExamplesTest, TheSourcesOwnDemonstrationsBringTheirPrompts) {
  config_.sft.demonstrations = "source";
  dataset_.demonstrations = {{"train/0", "train", {{"user", "Ten films"}}, "Big (1988)"},
                             {"validation/0", "validation", {{"user", "Not for training"}}, "Big (1988)"}};
  const auto examples = SftExamples(config_, dataset_, prompt_);
  ASSERT_EQ(examples.size(), 1u);
  EXPECT_EQ(Text(examples[0]), "<|user|>Ten films<|assistant|>Big (1988)<|end|>");
}

TEST_F(SftExamplesTest, ThePositionsCutPromptsAndRefuseAnswers) {
  const ScoredSequence whole = SftExamples(config_, dataset_, prompt_).front();
  const auto length = static_cast<int64_t>(whole.ids.size()), answer = length - whole.score_from;
  const auto examples = [&](int64_t positions) {
    return SftExamples(config_, dataset_, PromptBuilder(policy_.tokenizer, chat_, {"", 2048, positions}));
  };
  EXPECT_EQ(examples(length - 1).front().ids, whole.ids) << "the last token takes no position";
  const ScoredSequence cut = examples(length - 5).front();
  EXPECT_LE(static_cast<int64_t>(cut.ids.size()), length - 4);
  EXPECT_EQ(Counted(cut), Counted(whole));
  config_.rl.max_new_tokens = 1000;  // names no stage
  EXPECT_EQ(examples(length - 1).front().ids, whole.ids);
  const std::string too_long = "demonstration 'train/0': its answer takes " + std::to_string(answer) + " tokens";
  const std::string error = ErrorOf([&] { examples(answer - 1); });
  EXPECT_THAT(error, ::testing::HasSubstr(too_long));
  EXPECT_THAT(error, ::testing::Not(::testing::HasSubstr("list_length"))) << "of what people recommended";
  config_.sft.demonstrations = "full";
  const PromptBuilder narrow(policy_.tokenizer, chat_, {"", 2048, answer - 1});
  EXPECT_THAT(ErrorOf([&] {
                SftExamples(config_, dataset_, narrow, {{{"Heat", 1995}, {"Big", 1988}}});
              }),
              ::testing::AllOf(::testing::HasSubstr(too_long), ::testing::HasSubstr("a smaller data.list_length")));
}

TEST_F(SftExamplesTest, NoMoreThanAskedFor) {
  config_.sft.examples = 3;
  EXPECT_EQ(SftExamples(config_, dataset_, prompt_).size(), 3u);
}

TEST_F(SftExamplesTest, AKindThatTheDataLackIsRefused) {
  config_.sft.demonstrations = "source";
  try {
    SftExamples(config_, dataset_, prompt_);
    FAIL();
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("sft.demonstrations"), std::string::npos) << text;
    EXPECT_NE(text.find("by_dialogue"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace suite
