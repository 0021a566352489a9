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

}  // namespace
}  // namespace suite
