// One run under SIGKILL: killed at twenty random moments and started again each time, it ends with the bits of one that
// was left alone: every dataset of its store but measured times and memory, and the weights of its policy.
//
// With four updates a rollout most moments lie between two updates of one rollout, with its buffer half used.
// Checkpoints are saved every three steps, so most resumes also take back steps that the store has.
#include <gtest/gtest.h>
#include <hdf5.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "base/random.h"
#include "harness/metrics/run_record.h"
#include "tests/quickstart/program.h"
#include "tests/sweep/launcher_process.h"
#include "tests/sweep/watched_runs.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

constexpr int kKills = 20;
constexpr size_t kSteps = 100;

std::vector<std::string> Arguments(const std::string& out) {
  std::vector<std::string> arguments = {"--profile=smoke", "--out=" + out};
  for (const std::string& set : {std::string("seed=3407"), std::string("objective.preset=rank_grpo_exp_inf"),
                                 "rl.steps=" + std::to_string(kSteps), std::string("rl.updates_per_rollout=4"),
                                 std::string("eval.every=25"), std::string("checkpoint.every=3")}) {
    arguments.insert(arguments.end(), {"--set", set});
  }
  return arguments;
}

std::string Runs(const std::string& out) { return out + "/quickstart-smoke/runs"; }

bool EndsIn(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// Bytes of every dataset, by its path, but of those that measure the machine.
using Datasets = std::map<std::string, std::string>;

herr_t TakeDataset(hid_t object, const char* name, const H5O_info_t* info, void* datasets) {
  const std::string path = name;
  if (info->type != H5O_TYPE_DATASET) return 0;
  for (const char* measured : {"_s", "_mib", "_bytes"}) {
    if (EndsIn(path, measured)) return 0;
  }
  const hid_t dataset = H5Dopen2(object, name, H5P_DEFAULT);
  const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
  EXPECT_FALSE(H5Tis_variable_str(type)) << path;
  std::string bytes(static_cast<size_t>(H5Sget_simple_extent_npoints(space)) * H5Tget_size(type), '\0');
  const herr_t status = H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data());
  (*static_cast<Datasets*>(datasets))[path] = bytes;
  H5Tclose(type);
  H5Sclose(space);
  H5Dclose(dataset);
  return status;
}

Datasets DatasetsOf(const std::string& store) {
  Datasets datasets;
  const hid_t file = H5Fopen(store.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  EXPECT_GE(file, 0) << store;
  EXPECT_GE(H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, TakeDataset, &datasets), 0);
  H5Fclose(file);
  return datasets;
}

std::map<std::string, std::string> FilesOf(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    files[entry.path().filename().string()] = ReadFile(entry.path().string());
  }
  return files;
}

TEST(TwentyKills, LeaveNoTraceInWhatIsMeasured) {
  const std::string unbroken = TemporaryPath("unbroken"), killed = TemporaryPath("killed");
  const ProgramResult reference = RunQuickstart(Arguments(unbroken));
  ASSERT_EQ(reference.exit_code, 0) << reference.output;
  fs::create_directories(killed);
  fs::copy(unbroken + "/cache", killed + "/cache", fs::copy_options::recursive);  // stages: tests/quickstart

  RandomStream moments(20, "kill");
  int within_training = 0;
  const auto starts = [&] { return CountInLogs(Runs(killed), "begins") + CountInLogs(Runs(killed), "goes on after"); };
  for (int kill = 0; kill < kKills; ++kill) {
    const int before = starts();
    LauncherProcess launcher(Arguments(killed));
    ASSERT_TRUE(WaitFor([&] { return starts() > before || !launcher.IsRunning(); })) << launcher.Output();
    // Some steps further, however fast this machine is, and then anywhere within a step.
    const size_t target = StepsOf(Runs(killed)) + static_cast<size_t>(5 * moments.Uniform());
    ASSERT_TRUE(WaitFor([&] { return StepsOf(Runs(killed)) >= target || !launcher.IsRunning(); }));
    std::this_thread::sleep_for(std::chrono::duration<double>(0.1 * moments.Uniform()));
    within_training += launcher.IsRunning();
    launcher.Signal(SIGKILL);
    launcher.Wait();
  }
  EXPECT_EQ(within_training, kKills) << "the run was over too early to show anything";
  EXPECT_GT(CountInLogs(Runs(killed), "goes on after"), kKills / 2);
  EXPECT_LT(StepsOf(Runs(killed)), kSteps);

  const ProgramResult last = RunQuickstart(Arguments(killed));
  ASSERT_EQ(last.exit_code, 0) << last.output;
  const std::string expected = OnlyRun(Runs(unbroken)), found = OnlyRun(Runs(killed));
  const Datasets expected_datasets = DatasetsOf(expected + "/store.h5");
  EXPECT_GT(expected_datasets.size(), 10u);
  EXPECT_EQ(expected_datasets.at("step").size(), kSteps * sizeof(int64_t));
  const Datasets found_datasets = DatasetsOf(found + "/store.h5");
  ASSERT_EQ(found_datasets.size(), expected_datasets.size());
  for (const auto& [path, bytes] : expected_datasets) {
    EXPECT_TRUE(found_datasets.count(path) && found_datasets.at(path) == bytes) << path;
  }
  EXPECT_EQ(DeterministicDigest(ReadRun(found + "/store.h5")), DeterministicDigest(ReadRun(expected + "/store.h5")));
  const auto expected_policy = FilesOf(expected + "/policy");
  EXPECT_TRUE(expected_policy.count("model.safetensors"));
  EXPECT_TRUE(FilesOf(found + "/policy") == expected_policy);
}

}  // namespace
}  // namespace suite
