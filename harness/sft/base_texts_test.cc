#include "harness/sft/base_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/testing/error_of.h"
#include "harness/config/tiny_run.h"

namespace suite {
namespace {

using ::testing::HasSubstr;

RunConfig Purchases() {
  RunConfig config;
  config.data.source = "sequences";
  config.data.path = "datasets/examples/purchases";
  config.data.item_form = "id";
  config.data.prompt = "items";
  config.data.training_positions = "every";
  config.policy.from_scratch = true;
  config.policy.vocab_size = 262;
  return config;
}

TEST(BaseTextsTest, ARealSourceTeachesWhatCameNext) {
  RunConfig config = Purchases();
  const Dataset dataset = LoadDataset(config);
  config.pretrain.lists = 1000000;
  const std::vector<BaseText> all = BaseTexts(config, dataset);
  ASSERT_EQ(all.size(), dataset.train.size());
  std::set<std::string> asked, expected;
  for (const BaseText& text : all) asked.insert(text.turns.at(0).text + "\n" + text.answer);
  for (const Conversation& one : dataset.train) {
    expected.insert(one.turns.at(0).text + "\n" + one.ground_truth.at(0).title);
  }
  EXPECT_EQ(asked, expected);

  config.pretrain.lists = 7;
  const std::vector<BaseText> few = BaseTexts(config, dataset);
  ASSERT_EQ(few.size(), 7u);
  for (size_t i = 0; i < few.size(); ++i) EXPECT_EQ(few[i].turns[0].text, all[i].turns[0].text);
}

TEST(BaseTextsTest, TokensOfItemsAreNotLearned) {
  const RunConfig config = Purchases();
  const Dataset dataset = LoadDataset(config);
  const Tokenizer tokenizer = LearnTokenizer(config, dataset, BaseTexts(config, dataset));
  EXPECT_LE(tokenizer.vocab_size(), 262);
  EXPECT_GT(tokenizer.Encode(dataset.item_tokens.at(0)).size(), 1u);
  EXPECT_EQ(tokenizer.WithAddedTokens(dataset.item_tokens).Encode(dataset.item_tokens.at(0)).size(), 1u);
}

TEST(BaseTextsTest, WithoutTrainingConversationsThereIsNothingToLearn) {
  const RunConfig config = Purchases();
  Dataset dataset = LoadDataset(config);
  dataset.train.clear();
  EXPECT_THAT(ErrorOf([&] { BaseTexts(config, dataset); }),
              HasSubstr("policy.from_scratch: data.source sequences has no training conversation"));
}

TEST(BaseTextsTest, TheSimulatedWorldHasItsWebLists) {
  RunConfig config = TinyRun();
  const Dataset dataset = LoadDataset(config);
  const std::vector<BaseText> texts = BaseTexts(config, dataset);
  ASSERT_EQ(texts.size(), static_cast<size_t>(config.pretrain.lists));
  EXPECT_EQ(texts.back().turns.at(0).text, dataset.miniature->web_lists.at(texts.size() - 1).prompt);
}

}  // namespace
}  // namespace suite
