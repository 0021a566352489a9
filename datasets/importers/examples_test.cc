// The two data sets of datasets/examples, as a run would read them.
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

}  // namespace
}  // namespace suite
