// The data sets of datasets/examples, as a run would read them.
#include <gtest/gtest.h>

#include "datasets/core/item.h"
#include "datasets/core/item_form.h"
#include "datasets/importers/imported_dataset.h"

namespace suite {
namespace {

ImportedDataset Example(const std::string& name, ItemForm form, CodeSource codes = CodeSource::kIndex) {
  ImportOptions options;
  options.form.form = form;
  options.form.codes = codes;
  return ImportDataset("jsonl", "datasets/examples/" + name, options);
}

void ExpectGood(const ImportedDataset& data) {
  EXPECT_EQ(data.train.size(), 48u);
  EXPECT_EQ(data.validation.size(), 8u);
  EXPECT_EQ(data.test.size(), 16u);
  EXPECT_EQ(data.report.lost_in_parsing, 0);
  for (const Leakage& leak : data.report.leakage) EXPECT_EQ(leak.contexts, 0) << leak.first << " " << leak.second;
  for (const auto& [name, split] : data.report.splits) {
    EXPECT_EQ(split.in_catalog, split.ground_truths) << name;
    EXPECT_TRUE(split.dropped.empty()) << name;
  }
  for (const Conversation& conversation : data.train) {
    ASSERT_EQ(conversation.seen_titles.size(), 2u);
    for (const std::string& title : conversation.seen_titles) {
      EXPECT_NE(conversation.turns[0].text.find(title), std::string::npos) << conversation.turns[0].text;
    }
  }
}

TEST(Examples, BooksAreWrittenAsTitles) {
  const ImportedDataset books = Example("books", ItemForm::kTitle);
  ExpectGood(books);
  EXPECT_EQ(books.catalog.item(0), (Item{"Emma by Jane Austen", kNoYear}));
  EXPECT_TRUE(books.written.tokens.empty());
  ExpectGood(Example("books", ItemForm::kId));
  ExpectGood(Example("books", ItemForm::kCodes, CodeSource::kRandom));
}

TEST(Examples, ProductsHaveCodesAlone) {
  const ImportedDataset products = Example("products", ItemForm::kCodes);
  ExpectGood(products);
  EXPECT_EQ(products.catalog.item(0).title, "<a_0><b_0><c_0>");
  EXPECT_EQ(products.written.collided, 0);
  ExpectGood(Example("products", ItemForm::kId));
}

TEST(Examples, DialoguesAreAsRedialIsReleased) {
  ImportOptions options;
  options.split_rule = SplitRule::kValidationByDialogue;
  options.validation_percent = 20;
  const ImportedDataset dialogues = ImportDataset("redial_original", "datasets/examples/dialogues", options);
  EXPECT_EQ(dialogues.catalog.size(), 40);
  EXPECT_EQ(dialogues.test.size(), 32u);
  EXPECT_EQ(dialogues.train.size() + dialogues.validation.size(), 96u);
  EXPECT_FALSE(dialogues.validation.empty());
  EXPECT_EQ(dialogues.training_sequences.size(), 37u);  // one a dialogue
  for (const std::vector<int>& named : dialogues.training_sequences) EXPECT_GE(named.size(), 3u);
  EXPECT_EQ(dialogues.catalog.Details(0).text, "crime");
}

TEST(Examples, PurchasesAreSequences) {
  ImportOptions options;
  options.form.form = ItemForm::kCodes;
  options.every_position = options.bare_history = true;
  const ImportedDataset purchases = ImportDataset("sequences", "datasets/examples/purchases", options);
  EXPECT_EQ(purchases.catalog.size(), 60);
  EXPECT_EQ(purchases.written.collided, 8);  // two things of each circle
  EXPECT_EQ(purchases.test.size(), 120u);
  EXPECT_EQ(purchases.training_sequences.size(), 120u);
  const Conversation& one = purchases.train.at(0);
  ASSERT_EQ(one.liked.size(), 1u);
  EXPECT_EQ(one.turns.at(0).text, one.liked[0].title);
  // A user's training sequence is the first history and what came next, and so on.
  EXPECT_EQ(purchases.catalog.item(purchases.training_sequences[0].at(0)), one.liked[0]);
  EXPECT_EQ(purchases.catalog.item(purchases.training_sequences[0].at(1)).title, one.ground_truth.at(0).title);
}

}  // namespace
}  // namespace suite
