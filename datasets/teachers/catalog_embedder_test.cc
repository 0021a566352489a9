#include "datasets/teachers/catalog_embedder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/core/item_form.h"

namespace suite {
namespace {

// Keeps what it is asked.
class Listening : public Embedder {
 public:
  explicit Listening(std::vector<std::string>* heard) : heard_(heard) {}
  std::string Identity() const override { return "listening"; }
  EmbeddingRows Items(const std::vector<Item>& items) override {
    for (const Item& item : items) heard_->push_back(ItemText(item));
    return {1, std::vector<float>(items.size(), 1.0f)};
  }
  EmbeddingRows Conversations(const std::vector<Conversation>& conversations) override {
    for (const Conversation& one : conversations) heard_->push_back(ConversationText(one));
    return {1, std::vector<float>(conversations.size(), 1.0f)};
  }

 private:
  std::vector<std::string>* heard_;
};

const Catalog& Products() {
  static const Catalog* const catalog =
      new Catalog(ItemForm::kCodes, {{"<a_3><b_0>", kNoYear}, {"<a_1><b_0>", kNoYear}},
                  {{{"Rose soap", kNoYear}, "Gentle.", 1}, {{"Comb", 1990}, "", 1}});
  return *catalog;
}

Conversation Asking(const std::string& text) {
  Conversation conversation;
  conversation.turns = {{"user", text}};
  return conversation;
}

TEST(CatalogEmbedder, ShowsTextsToAnEmbedderOfTexts) {
  std::vector<std::string> heard;
  CatalogEmbedder embedder(std::make_unique<Listening>(&heard), Products(), CatalogEmbedder::Shows::kTexts);
  embedder.Items({{"<a_3><b_0>", kNoYear}, {"<a_1><b_0>", kNoYear}, {"<a_9>", kNoYear}});
  embedder.Conversations({Asking("<a_1><b_0>, or <a_3><b_0>? <a_1> < 2")});
  EXPECT_EQ(heard, (std::vector<std::string>{"Rose soap. Gentle.", "Comb (1990)", "<a_9>",
                                             "Comb (1990), or Rose soap? <a_1> < 2"}));
  EXPECT_THAT(embedder.Identity(), ::testing::StartsWith("listening shown="));
}

TEST(CatalogEmbedder, ShowsNamesToAnEmbedderThatLooksUp) {
  std::vector<std::string> heard;
  CatalogEmbedder embedder(std::make_unique<Listening>(&heard), Products(), CatalogEmbedder::Shows::kNames);
  embedder.Items({{"<a_3><b_0>", kNoYear}});
  embedder.Conversations({Asking("<a_1><b_0>?")});
  EXPECT_EQ(heard, (std::vector<std::string>{"Rose soap", "<a_1><b_0>?"}));
}

TEST(CatalogEmbedder, IsNeededWhereItemsAreNotWhatTheyAreCalled) {
  EXPECT_TRUE(CatalogEmbedder::IsNeeded(Products()));
  EXPECT_FALSE(CatalogEmbedder::IsNeeded(Catalog({{"Heat", 1995}})));
  EXPECT_TRUE(
      CatalogEmbedder::IsNeeded(Catalog(ItemForm::kTitleYear, {{"Heat", 1995}}, {{{"Heat", 1995}, "A heist.", 1}})));
}

}  // namespace
}  // namespace suite
