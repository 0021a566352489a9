#include "harness/policy/checkpoint.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/error.h"

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
  checkpoints.Save(State(2, 2));
  EXPECT_EQ(Files(Folder("unfinished")).size(), 2u) << "what a killed process left is swept up";
  checkpoints.Clear();
  EXPECT_FALSE(fs::exists(Folder("unfinished")));
}

CheckpointDemands Demands(const std::string& data, const std::string& world_size) {
  CheckpointDemands demands;
  demands.weights = 32;
  demands.belongs_to = {{"config", "3f0c5a"}, {"data", data}, {"world_size", world_size}};
  return demands;
}

TEST(CheckpointFolder, RefusesOneOfOtherDataConfigOrWorldSizeUnlessForced) {
  CheckpointFolder checkpoints(Folder("belongs"), 2);
  TrainState state = State(7, 1);
  state.belongs_to = Demands("abc", "1").belongs_to;
  checkpoints.Save(state);
  const auto fits = checkpoints.LoadNewest(Demands("abc", "1"));
  ASSERT_TRUE(fits.has_value());
  EXPECT_TRUE(fits->forced.empty());
  EXPECT_EQ(fits->state.belongs_to, state.belongs_to);
  try {
    checkpoints.LoadNewest(Demands("def", "2"));
    FAIL() << "not refused";
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("data: saved with abc, now def; world_size: saved with 1, now 2"), std::string::npos) << text;
    EXPECT_NE(text.find("--force-resume"), std::string::npos) << text;
  }
  CheckpointDemands forced = Demands("abc", "2");
  forced.force = true;
  EXPECT_EQ(checkpoints.LoadNewest(forced)->forced, std::vector<std::string>{"world_size: saved with 1, now 2"});
}

TEST(CheckpointFolder, PassesOverOnesThatTheStoreDoesNotReach) {
  CheckpointFolder checkpoints(Folder("newer"), 2);
  checkpoints.Save(State(1, 1));
  checkpoints.Save(State(2, 2));
  CheckpointDemands demands = Demands("abc", "1");
  demands.newest_step = 1;
  EXPECT_EQ(checkpoints.LoadNewest(demands)->state.step, 1);
  demands.newest_step = 0;
  EXPECT_FALSE(checkpoints.LoadNewest(demands).has_value());
}

// A limit on file sizes stops a write half-way, as a full disk does.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_;
};

TEST(CheckpointFolder, AFullDiskIsReportedAndTheLastGoodOneStays) {
  CheckpointFolder checkpoints(Folder("full"), 1);
  checkpoints.Save(State(1, 1));
  {
    const FileSizeLimit limit(300);
    try {
      checkpoints.Save(State(2, 2));
      FAIL() << "not reported";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(Folder("full")), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("cannot be written"), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(checkpoints.LoadNewest(32)->step, 1);
  EXPECT_EQ(Files(Folder("full")).size(), 1u);
  checkpoints.Save(State(2, 2));
  EXPECT_EQ(checkpoints.LoadNewest(32)->step, 2);
}

TEST(CheckpointFolder, AFolderThatCannotBeMadeIsReported) {
  std::ofstream(Folder("a_file")) << "not a folder";
  CheckpointFolder checkpoints(Folder("a_file") + "/checkpoints", 1);
  EXPECT_THROW(checkpoints.Save(State(1, 1)), InputError);
}

}  // namespace
}  // namespace suite
