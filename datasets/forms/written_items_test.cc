#include "datasets/forms/written_items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "base/testing/error_of.h"
#include "datasets/judging/answer_parser.h"
#include "datasets/judging/judged_list.h"
#include "datasets/judging/ranking_metrics.h"

namespace suite {
namespace {

std::vector<SourceItem> Products(int count) {
  std::vector<SourceItem> items;
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    items.push_back({{"Soap No. " + number, 1950 + i % 50}, "Smells of " + number + ".", {}});
    items.back().codes = {"<a_" + std::to_string(i % 4) + ">", "<b_" + std::to_string(i / 8) + ">"};
  }
  return items;
}

EmbeddingRows Vectors(const std::vector<ItemDetails>& details) {
  EmbeddingRows rows{4, {}};
  RandomStream stream(1, "test/vectors");
  for (size_t i = 0; i < 4 * details.size(); ++i) rows.values.push_back(static_cast<float>(stream.Normal()));
  return rows;
}

WrittenItems Written(const ItemFormOptions& options, const std::vector<SourceItem>& items = Products(40)) {
  return WriteItems(options, items, Vectors);
}

ItemFormOptions Options(ItemForm form, CodeSource codes = CodeSource::kIndex,
                        CollisionRule rule = CollisionRule::kFurtherCode) {
  ItemFormOptions options;
  options.form = form;
  options.codes = codes;
  options.collision_rule = rule;
  return options;
}

// For every form: a list that is written and read is the list.
TEST(WrittenItems, AreReadBackInEveryForm) {
  std::vector<ItemFormOptions> all = {Options(ItemForm::kTitleYear), Options(ItemForm::kTitle), Options(ItemForm::kId)};
  for (const CodeSource source : {CodeSource::kIndex, CodeSource::kKMeans, CodeSource::kRandom}) {
    for (const CollisionRule rule : {CollisionRule::kFurtherCode, CollisionRule::kShare}) {
      all.push_back(Options(ItemForm::kCodes, source, rule));
    }
  }
  RandomStream stream(0, "test/lists");
  for (const ItemFormOptions& options : all) {
    const WrittenItems written = Written(options);
    ASSERT_EQ(written.items.size(), 40u);
    for (int round = 0; round < 50; ++round) {
      std::vector<Item> list;
      for (int i = 0; i < 10; ++i) list.push_back(written.items[static_cast<size_t>(stream.UniformInt(40))]);
      std::vector<Item> read;
      for (const ParsedItem& parsed : ParseAnswer(FormatList(list), options.form)) read.push_back(parsed.item);
      EXPECT_EQ(read, list);
    }
    const Catalog catalog = CatalogOf(written, 40);
    for (const Item& item : written.items) EXPECT_TRUE(catalog.Find(item).has_value());
  }
}

TEST(WrittenItems, ListsTheTokensOfCodesInUse) {
  const WrittenItems written = Written(Options(ItemForm::kCodes, CodeSource::kIndex, CollisionRule::kShare));
  EXPECT_EQ(written.tokens, (std::vector<std::string>{"<a_0>", "<a_1>", "<a_2>", "<a_3>", "<b_0>", "<b_1>", "<b_2>",
                                                      "<b_3>", "<b_4>"}));
  EXPECT_TRUE(written.token_vectors.empty());
  EXPECT_EQ(written.collided, 40);
  const WrittenItems clustered = Written(Options(ItemForm::kCodes, CodeSource::kKMeans));
  ASSERT_EQ(clustered.token_vectors.size(), clustered.tokens.size());
  EXPECT_EQ(clustered.token_vectors[0].size(), 4u);
}

TEST(WrittenItems, AHitOnCodesOfTwoItemsCountsHalf) {
  const WrittenItems written = Written(Options(ItemForm::kCodes, CodeSource::kIndex, CollisionRule::kShare));
  const Catalog catalog = CatalogOf(written, 40);
  EXPECT_EQ(catalog.size(), 20);
  const Item item = written.items[3];
  const std::vector<GroundTruth> wanted = {{item.title, item.year}};
  const std::string answer = FormatList({written.items[0], item});
  const JudgedList judged = JudgeAnswer(answer, wanted, {}, catalog, {/*list_length=*/2});
  EXPECT_EQ(Relevance(judged), (std::vector<float>{0, .5f}));
  const EvaluatedAnswer evaluated = EvaluateAnswer(answer, wanted, {}, catalog, {/*list_length=*/2});
  EXPECT_DOUBLE_EQ(RecallAt(evaluated, 2), .5);
  EXPECT_DOUBLE_EQ(InCatalogRatio(evaluated), 1);
  EXPECT_DOUBLE_EQ(RecallAt(EvaluateAnswer(answer, wanted, {}, CatalogOf(Written(Options(ItemForm::kId)), 40), {2}), 2),
                   0)
      << "the codes are no items of a catalogue of ids";
}

TEST(WrittenItems, TitlesThatAreAlikeAreOneEntry) {
  std::vector<SourceItem> items = Products(2);
  items.push_back({{"Soap No. 1", 2001}, "", {}});
  const WrittenItems written = Written(Options(ItemForm::kTitle), items);
  EXPECT_EQ(written.collided, 2);
  const Catalog catalog = CatalogOf(written, 3);
  EXPECT_EQ(catalog.size(), 2);
  EXPECT_DOUBLE_EQ(catalog.Share(1), .5);
}

std::string ErrorFor(const ItemFormOptions& options, const std::vector<SourceItem>& items) {
  return ErrorOf([&] { Written(options, items); });
}

TEST(WrittenItems, NamesWhatCannotBeWritten) {
  using ::testing::HasSubstr;
  std::vector<SourceItem> items = Products(3);
  items[1].codes.pop_back();
  EXPECT_THAT(ErrorFor(Options(ItemForm::kCodes), items),
              HasSubstr("item 1 ('Soap No. 1 (1951)') has 1 codes and item 0"));
  items[1].codes.clear();
  EXPECT_THAT(ErrorFor(Options(ItemForm::kCodes), items), HasSubstr("item 1 ('Soap No. 1 (1951)') has no codes"));
  items[1].codes = {"<a_1>", "b 2"};
  EXPECT_THAT(ErrorFor(Options(ItemForm::kCodes), items),
              HasSubstr("has the code 'b 2'; allowed: codes such as <a_17>"));
  items[2].name.year = kNoYear;
  EXPECT_THAT(ErrorFor(Options(ItemForm::kTitleYear), items), HasSubstr("item 2 ('Soap No. 2') has no year"));
  ItemFormOptions few = Options(ItemForm::kCodes, CodeSource::kRandom);
  few.levels = 2;
  few.size = 6;
  EXPECT_THAT(ErrorFor(few, Products(40)),
              HasSubstr("data.code_size: 6 codes on each of 2 levels tell 36 items apart"));
}

}  // namespace
}  // namespace suite
