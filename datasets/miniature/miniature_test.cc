#include "datasets/miniature/miniature.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "datasets/core/item_form.h"
#include "datasets/forms/written_items.h"
#include "datasets/judging/answer_parser.h"
#include "datasets/miniature/config.h"
#include "datasets/miniature/conversations.h"
#include "datasets/miniature/teacher.h"
#include "datasets/miniature/world.h"

namespace suite {
namespace {

const Catalog& Titles() {
  static const Catalog* const titles = new Catalog(Catalog::FromTsv(kRedditV2CatalogPath));
  return *titles;
}

const MiniatureData& Data() {
  static const MiniatureData* const data = new MiniatureData(BuildMiniature({}, Titles()));
  return *data;
}

std::vector<const std::vector<SimulatedConversation>*> Splits() {
  const SimulatedSplits& splits = Data().splits;
  return {&splits.train, &splits.validation, &splits.test, &splits.web};
}

// Everything a run reads, as one text.
std::string Fingerprint(const MiniatureData& data) {
  std::string text;
  for (const auto* split : {&data.splits.train, &data.splits.validation, &data.splits.test, &data.splits.web}) {
    for (const SimulatedConversation& c : *split) {
      text += c.conversation.id + '\n' + Prompt(c) + '\n';
      text += FormatList(ItemsOf(data.world, c.ground_truth)) + '\n';
      for (const float x : c.context_embedding) text += std::to_string(x) + ' ';
    }
  }
  for (const auto& list : data.web_lists)
    text += list.prompt + '\n' + FormatList(ItemsOf(data.world, list.items)) + '\n';
  return Sha256Hex(text);
}

TEST(Miniature, HasTheSizesAsked) {
  EXPECT_EQ(Data().splits.train.size(), 6000u);
  EXPECT_EQ(Data().splits.validation.size(), 300u);
  EXPECT_EQ(Data().splits.test.size(), 1500u);
  EXPECT_EQ(Data().web_lists.size(), 4000u);
  for (const SimulatedConversation& c : Data().splits.test) EXPECT_EQ(c.context_embedding.size(), 16u);
}

TEST(Miniature, IsAFunctionOfTheSeed) {
  const std::string fingerprint = Fingerprint(Data());
  EXPECT_EQ(Fingerprint(BuildMiniature({}, Titles())), fingerprint);
  MiniatureConfig other;
  other.seed = 1;
  EXPECT_NE(Fingerprint(BuildMiniature(other, Titles())), fingerprint);
}

// Changes when the world does; then every result made with it changes too, and this line and the changelog say so.
TEST(Miniature, IsTheWorldThatResultsWereMadeWith) {
  const SimulatedConversation& c = Data().splits.test[17];
  EXPECT_EQ(c.conversation.id, "test/17");
  EXPECT_EQ(Prompt(c), "I love Violent (2014). Looking for something family, romance. Nothing fantasy.");
  EXPECT_EQ(FormatList(ItemsOf(Data().world, c.ground_truth)),
            "Rodan (1956)\nCapote (2005)\nCreepy (2016)\nMoney Monster (2016)");
}

TEST(Miniature, SharesNoConversationAndNoPromptBetweenSplits) {
  std::set<std::string> ids;
  std::set<std::string> prompts_of_others;
  for (const auto* split : {&Data().splits.test, &Data().splits.validation, &Data().splits.train}) {
    std::set<std::string> prompts;
    for (size_t i = 0; i < split->size(); ++i) {
      const SimulatedConversation& c = (*split)[i];
      EXPECT_EQ(c.conversation.id, c.conversation.split + "/" + std::to_string(i));
      EXPECT_TRUE(ids.insert(c.conversation.id).second);
      EXPECT_EQ(prompts_of_others.count(Prompt(c)), 0u) << Prompt(c);
      prompts.insert(Prompt(c));
    }
    prompts_of_others.insert(prompts.begin(), prompts.end());
  }
  std::set<std::string> held_out;
  for (const auto& c : Data().splits.test) held_out.insert(Prompt(c));
  for (const auto& c : Data().splits.validation) held_out.insert(Prompt(c));
  for (const WebList& list : Data().web_lists) EXPECT_EQ(held_out.count(list.prompt), 0u);
}

TEST(Miniature, TestSetDoesNotDependOnTheOtherSizes) {
  MiniatureConfig small;
  small.n_train = 10;
  small.n_validation = 0;
  small.n_web = 3;
  small.n_test = 50;
  const MiniatureData data = BuildMiniature(small, Titles());
  for (size_t i = 0; i < data.splits.test.size(); ++i) {
    EXPECT_EQ(Prompt(data.splits.test[i]), Prompt(Data().splits.test[i]));
    EXPECT_EQ(data.splits.test[i].ground_truth, Data().splits.test[i].ground_truth);
  }
}

TEST(Miniature, GroundTruthIsInTheCatalogAndNeverLiked) {
  for (const auto* split : Splits()) {
    for (const SimulatedConversation& c : *split) {
      SCOPED_TRACE(c.conversation.id);
      ASSERT_GE(c.liked.size(), 1u);
      ASSERT_LE(c.liked.size(), 3u);
      ASSERT_GE(c.ground_truth.size(), 1u);
      ASSERT_LE(c.ground_truth.size(), 8u);
      std::set<int> films(c.liked.begin(), c.liked.end());
      films.insert(c.ground_truth.begin(), c.ground_truth.end());
      EXPECT_EQ(films.size(), c.liked.size() + c.ground_truth.size());
      ASSERT_EQ(c.conversation.ground_truth.size(), c.ground_truth.size());
      for (size_t i = 0; i < c.ground_truth.size(); ++i) {
        const GroundTruth& wanted = c.conversation.ground_truth[i];
        EXPECT_EQ(Data().world.catalog.Find({wanted.title, wanted.year.value()}), c.ground_truth[i]);
      }
    }
  }
}

TEST(Miniature, ThePromptNamesTheLikedFilmsWhichAreTheSeenOnes) {
  for (const auto* split : Splits()) {
    for (const SimulatedConversation& c : *split) {
      ASSERT_EQ(c.conversation.turns.size(), 1u);
      EXPECT_EQ(c.conversation.turns[0].role, "user");
      ASSERT_EQ(c.conversation.liked, ItemsOf(Data().world, c.liked));
      ASSERT_EQ(c.conversation.seen_titles.size(), c.liked.size());
      for (size_t i = 0; i < c.liked.size(); ++i) {
        EXPECT_NE(Prompt(c).find(FormatItem(c.conversation.liked[i])), std::string::npos);
        EXPECT_EQ(c.conversation.seen_titles[i], c.conversation.liked[i].title);
      }
    }
  }
}

TEST(Miniature, ContextEmbeddingsHaveUnitLength) {
  for (const SimulatedConversation& c : Data().splits.validation) {
    double squares = 0;
    for (const float x : c.context_embedding) squares += double{x} * x;
    EXPECT_NEAR(squares, 1.0, 1e-6);
  }
}

TEST(Miniature, WebListsAreDistinctAndOfAllLengths) {
  std::set<size_t> lengths;
  for (const WebList& list : Data().web_lists) {
    EXPECT_EQ(std::set<int>(list.items.begin(), list.items.end()).size(), list.items.size());
    lengths.insert(list.items.size());
  }
  EXPECT_EQ(*lengths.begin(), 5u);
  EXPECT_EQ(*lengths.rbegin(), 15u);
}

MiniatureConfig SmallWorld() {
  MiniatureConfig config;
  config.n_train = config.n_web = 50;
  config.n_validation = config.n_test = 20;
  return config;
}

ItemFormOptions FormOptions(ItemForm form, CollisionRule rule = CollisionRule::kReassign) {
  ItemFormOptions options;
  options.form = form;
  options.codes = CodeSource::kKMeans;
  options.collision_rule = rule;
  return options;
}

TEST(Miniature, OtherFormsWriteTheSameFilmsForTheSameUsers) {
  const MiniatureData films = BuildMiniature(SmallWorld(), Titles());
  for (const ItemForm form : {ItemForm::kTitle, ItemForm::kId, ItemForm::kCodes}) {
    const MiniatureData data = BuildMiniature(SmallWorld(), Titles(), FormOptions(form));
    EXPECT_EQ(data.world.universe, films.world.universe);
    EXPECT_NE(WorldDigest(data.world), WorldDigest(films.world));
    EXPECT_EQ(CatalogOf(data).size(), 200);
    for (size_t i = 0; i < films.splits.train.size(); ++i) {
      EXPECT_EQ(data.splits.train[i].ground_truth, films.splits.train[i].ground_truth);
      EXPECT_EQ(data.splits.train[i].context_embedding, films.splits.train[i].context_embedding);
      EXPECT_EQ(data.web_lists[i].items, films.web_lists[i].items);
    }
  }
}

TEST(Miniature, NoTitleIsLeftInAPromptOfOtherTokens) {
  for (const ItemForm form : {ItemForm::kId, ItemForm::kCodes}) {
    const MiniatureData data = BuildMiniature(SmallWorld(), Titles(), FormOptions(form));
    EXPECT_TRUE(LostInParsing(data.world.written, form).empty());
    for (const SimulatedConversation& c : data.splits.train) {
      EXPECT_EQ(Prompt(c).find("(19"), std::string::npos) << Prompt(c);
      EXPECT_EQ(Prompt(c).find("(20"), std::string::npos) << Prompt(c);
      EXPECT_EQ(c.conversation.seen_titles[0], data.world.written[static_cast<size_t>(c.liked[0])].title);
      EXPECT_NE(Prompt(c).find(c.conversation.seen_titles[0]), std::string::npos);
    }
  }
}

TEST(Miniature, FilmsMayShareTheirCodes) {
  ItemFormOptions options = FormOptions(ItemForm::kCodes, CollisionRule::kShare);
  options.levels = 2;
  options.size = 17;
  const MiniatureData data = BuildMiniature(SmallWorld(), Titles(), options);
  const Catalog catalog = CatalogOf(data);
  EXPECT_GT(data.written.collided, 0);
  EXPECT_LT(catalog.size(), 200);
  int items = 0;
  for (int id = 0; id < catalog.size(); ++id) items += catalog.Details(id).sharing;
  EXPECT_EQ(items, 200);
}

TEST(Miniature, RefusesAWorldWithoutPromptsLeft) {
  // One of nine films named and nothing else said: 27 prompts, all of them in the test set.
  MiniatureConfig tiny;
  tiny.n_catalog = 9;
  tiny.n_liked_probability = {1.0};
  tiny.say_genre = tiny.say_mood = tiny.say_theme = tiny.say_nothing_of = 0;
  tiny.n_test = 2000;
  EXPECT_THROW(BuildMiniature(tiny, Titles()), InputError);
}

}  // namespace
}  // namespace suite
