#include "harness/demonstrations.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "harness/dataset.h"

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

TEST(Demonstrations, RemapGivesNDistinctCatalogueItemsThatWereNotNamed) {
  const Dataset dataset = LoadDataset(SmallData());
  const auto lists = MakeDemonstrations("remap", 10, *dataset.miniature);
  ASSERT_EQ(lists.size(), 60u);
  for (size_t i = 0; i < lists.size(); ++i) {
    std::set<std::string> titles;
    for (const Item& item : lists[i]) {
      EXPECT_TRUE(dataset.catalog.Find(item).has_value());
      titles.insert(item.title);
    }
    EXPECT_EQ(titles.size(), 10u);
    for (const std::string& seen : dataset.train[i].seen_titles) EXPECT_EQ(titles.count(seen), 0u);
  }
}

TEST(Demonstrations, ExactMatchesKeepTheTeachersOrder) {
  const Dataset dataset = LoadDataset(SmallData());
  const auto lists = MakeDemonstrations("teacher_exact", 10, *dataset.miniature);
  const auto raw = ItemsOf(dataset.miniature->world, dataset.miniature->teacher_lists[0]);
  size_t place = 0;
  for (const Item& item : lists[0]) {
    EXPECT_TRUE(dataset.catalog.Find(item).has_value());
    while (place < raw.size() && !(raw[place] == item)) ++place;
    EXPECT_LT(place, raw.size());
  }
}

TEST(Demonstrations, AnUnknownKindListsTheKnownOnes) {
  const Dataset dataset = LoadDataset(SmallData());
  EXPECT_THROW(MakeDemonstrations("remaps", 10, *dataset.miniature), InputError);
}

}  // namespace
}  // namespace suite
