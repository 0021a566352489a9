#include "harness/data/dataset.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

DataConfig SmallData() {
  DataConfig config;
  config.train = 60;
  config.validation = 5;
  config.test = 5;
  return config;
}

TEST(Dataset, HashTellsDataApart) {
  DataConfig other = SmallData();
  other.world_seed = 1;
  const Dataset a = LoadDataset(SmallData());
  EXPECT_EQ(a.hash, LoadDataset(SmallData()).hash);
  EXPECT_NE(a.hash, LoadDataset(other).hash);
  EXPECT_EQ(a.train.size(), 60u);
  EXPECT_EQ(a.test[3].id, "test/3");
}

TEST(Dataset, WritesTheMiniatureInEveryForm) {
  const Dataset films = LoadDataset(SmallData());
  EXPECT_TRUE(films.item_tokens.empty());
  for (const std::string form : {"title", "id", "codes"}) {
    DataConfig config = SmallData();
    config.item_form = form;
    config.codes = "kmeans";
    const Dataset dataset = LoadDataset(config);
    EXPECT_EQ(ItemFormName(dataset.catalog.form()), form);
    EXPECT_EQ(dataset.catalog.size(), 200) << form;
    EXPECT_NE(dataset.hash, films.hash) << form;
    EXPECT_EQ(dataset.catalog.Details(7).name, films.catalog.item(7)) << form;
    EXPECT_EQ(dataset.item_tokens.empty(), form == "title");
    EXPECT_EQ(dataset.item_token_vectors.size(), form == "codes" ? dataset.item_tokens.size() : 0u);
    // What a user likes stands in the prompt, in the same form.
    const Conversation& conversation = dataset.train[0];
    EXPECT_NE(conversation.turns[0].text.find(FormatItem(conversation.liked[0])), std::string::npos) << form;
    EXPECT_EQ(conversation.ground_truth.size(), films.train[0].ground_truth.size()) << form;
  }
}

TEST(Dataset, NumbersTheTokensOfIds) {
  DataConfig config = SmallData();
  config.item_form = "id";
  const Dataset dataset = LoadDataset(config);
  ASSERT_EQ(dataset.item_tokens.size(), 280u) << "those that are not in the catalogue stand in web lists too";
  EXPECT_EQ(dataset.item_tokens[279], "<item_279>");
  EXPECT_EQ(dataset.catalog.item(199), (Item{"<item_199>", kNoYear}));
}

}  // namespace
}  // namespace suite
