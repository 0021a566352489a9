#include "harness/checkpoint.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

namespace suite {
namespace {

namespace fs = std::filesystem;

std::string Folder(const std::string& name) { return std::string(std::getenv("TEST_TMPDIR")) + "/" + name; }

TrainState State(int64_t step, double value) {
  TrainState state;
  state.step = step;
  state.weights_flat = at::full({32}, value);
  state.optimizer.first_moment = {at::full({32}, value + 1)};
  state.optimizer.second_moment = {at::full({32}, value + 2)};
  state.optimizer.step = 2 * step;
  return state;
}

std::vector<fs::path> Files(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(CheckpointFolder, LoadsTheNewestAndPrunesTheOldest) {
  CheckpointFolder checkpoints(Folder("prune"), 2);
  EXPECT_FALSE(checkpoints.LoadNewest(32).has_value());
  for (int64_t step : {10, 20, 100}) checkpoints.Save(State(step, static_cast<double>(step)));
  EXPECT_EQ(Files(Folder("prune")).size(), 2u);
  const auto state = checkpoints.LoadNewest(32);
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->step, 100);
  EXPECT_EQ(state->optimizer.step, 200);
  EXPECT_TRUE(at::equal(state->weights_flat, at::full({32}, 100.0)));
  EXPECT_TRUE(at::equal(state->optimizer.first_moment[0], at::full({32}, 101.0)));
  EXPECT_TRUE(at::equal(state->optimizer.second_moment[0], at::full({32}, 102.0)));
}

TEST(CheckpointFolder, PassesOverADamagedOne) {
  CheckpointFolder checkpoints(Folder("damaged"), 2);
  checkpoints.Save(State(1, 1));
  checkpoints.Save(State(2, 2));
  std::fstream file(Files(Folder("damaged")).back(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-3, std::ios::end);
  file.put('x');
  file.close();
  EXPECT_EQ(checkpoints.LoadNewest(32)->step, 1);
}

TEST(CheckpointFolder, PassesOverATruncatedOneAndOneOfAnotherSize) {
  CheckpointFolder checkpoints(Folder("truncated"), 2);
  checkpoints.Save(State(1, 1));
  checkpoints.Save(State(2, 2));
  const fs::path newest = Files(Folder("truncated")).back();
  fs::resize_file(newest, fs::file_size(newest) / 2);
  EXPECT_EQ(checkpoints.LoadNewest(32)->step, 1);
  EXPECT_FALSE(checkpoints.LoadNewest(33).has_value());
}

TEST(CheckpointFolder, IgnoresAnUnfinishedWrite) {
  CheckpointFolder checkpoints(Folder("unfinished"), 2);
  checkpoints.Save(State(1, 1));
  std::ofstream(Folder("unfinished") + "/unnamed.safetensors") << "half";
  std::ofstream(Folder("unfinished") + "/unnamed.safetensors.77.tmp") << "half";
  EXPECT_EQ(checkpoints.LoadNewest(32)->step, 1);
  checkpoints.Clear();
  EXPECT_FALSE(fs::exists(Folder("unfinished")));
}

}  // namespace
}  // namespace suite
