// Sweeps under signals, with two launchers, with runs that fail and with checkpoints that are damaged: real launchers
// and workers, on the smoke profile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "base/files.h"
#include "harness/metrics/run_record.h"
#include "harness/metrics/write_run.h"
#include "tests/quickstart/program.h"
#include "tests/sweep/launcher_process.h"
#include "tests/sweep/watched_runs.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

std::string Runs(const std::string& out) { return out + "/quickstart-smoke/runs"; }

// One run of 40 steps, saved every 10.
std::vector<std::string> OneRun(const std::string& out) {
  std::vector<std::string> arguments = {"--profile=smoke", "--out=" + out};
  for (const char* set : {"seed=3407", "objective.preset=gspo", "rl.steps=40", "checkpoint.every=10",
                          "checkpoint.keep=9", "eval.every=20"}) {
    arguments.insert(arguments.end(), {"--set", set});
  }
  return arguments;
}

class SweepTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string out = TemporaryPath("unbroken");
    const ProgramResult result = RunQuickstart(OneRun(out));
    ASSERT_EQ(result.exit_code, 0) << result.output;
    digest_ = DeterministicDigest(ReadRun(OnlyRun(Runs(out)) + "/store.h5"));
  }
  static void ExpectUnbroken(const std::string& out) {
    const ProgramResult result = RunQuickstart(OneRun(out));
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_EQ(DeterministicDigest(ReadRun(OnlyRun(Runs(out)) + "/store.h5")), digest_);
  }
  static std::string digest_;
};

std::string SweepTest::digest_;

TEST_F(SweepTest, SignalsSaveAndAskToBeStartedAgain) {
  for (const int signal : {SIGTERM, SIGUSR1}) {
    const std::string out = TemporaryPath("signal" + std::to_string(signal));
    LauncherProcess launcher(OneRun(out));
    ASSERT_TRUE(WaitFor([&] { return HasSteps(Runs(out), 3); })) << launcher.Output();
    launcher.Signal(signal);
    EXPECT_EQ(launcher.Wait(), 75) << launcher.Output();
    const RunRecord run = ReadRun(OnlyRun(Runs(out)) + "/store.h5");
    ASSERT_EQ(run.status, "running");
    ASSERT_LT(run.steps.size(), 40u) << "the signal came too late to show anything";
    EXPECT_EQ(CountInLogs(Runs(out), "stopped on request"), 1);
    ExpectUnbroken(out);
    EXPECT_EQ(CountInLogs(Runs(out), "goes on after step " + std::to_string(run.steps.back())), 1)
        << "no step was lost";
  }
}

TEST_F(SweepTest, SignalsSaveStagesToo) {
  const std::string out = TemporaryPath("stages");
  std::vector<std::string> arguments = OneRun(out);
  arguments.insert(arguments.end(), {"--set", "pretrain.steps=3000"});
  LauncherProcess launcher(arguments);
  const auto checkpoints = [&] {
    std::vector<std::string> names;
    std::error_code absent;
    for (const auto& entry : fs::recursive_directory_iterator(out + "/cache", absent)) {
      const std::string name = entry.path().filename().string();
      if (name.rfind("step-", 0) == 0) names.push_back(name);
    }
    return names;
  };
  ASSERT_TRUE(WaitFor([&] { return !checkpoints().empty(); })) << launcher.Output();
  launcher.Signal(SIGUSR1);
  EXPECT_EQ(launcher.Wait(), 75) << launcher.Output();
  EXPECT_EQ(CountInLogs(Runs(out), "stopped on request"), 1);
  EXPECT_EQ(CountInLogs(Runs(out), "begins"), 0) << "the run has not started";
}

TEST_F(SweepTest, ADamagedCheckpointIsPassedOver) {
  const std::string out = TemporaryPath("damaged");
  {
    LauncherProcess launcher(OneRun(out));
    ASSERT_TRUE(WaitFor([&] { return HasSteps(Runs(out), 21); }));
    launcher.Signal(SIGTERM);
    ASSERT_EQ(launcher.Wait(), 75);
  }
  std::map<std::string, fs::path> checkpoints;
  for (const auto& entry : fs::directory_iterator(OnlyRun(Runs(out)) + "/checkpoints")) {
    if (entry.path().filename() != "store.copy") checkpoints[entry.path().filename().string()] = entry.path();
  }
  ASSERT_GE(checkpoints.size(), 2u);
  const fs::path newest = checkpoints.rbegin()->second;
  std::fstream file(newest, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<long>(fs::file_size(newest) / 2));
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(static_cast<long>(fs::file_size(newest) / 2));
  file.put(byte);
  file.close();
  ExpectUnbroken(out);
  EXPECT_EQ(CountInLogs(Runs(out), "checkpoint passed over: "), 1);
  EXPECT_EQ(CountInLogs(Runs(out), "goes on after step"), 1);
}

TEST_F(SweepTest, ADamagedStoreIsSetAsideAndTheRunGoesOnFromItsCheckpoint) {
  const std::string out = TemporaryPath("store");
  {
    LauncherProcess launcher(OneRun(out));
    ASSERT_TRUE(WaitFor([&] { return HasSteps(Runs(out), 12); }));
    launcher.Signal(SIGKILL);
    launcher.Wait();
  }
  fs::resize_file(OnlyRun(Runs(out)) + "/store.h5", 100);
  ExpectUnbroken(out);
  EXPECT_TRUE(fs::exists(OnlyRun(Runs(out)) + "/store.h5.damaged-1"));
  EXPECT_THAT(ReadFile(OnlyRun(Runs(out)) + "/log.txt"), HasSubstr("goes on with its copy of the last checkpoint"));
  EXPECT_THAT(ReadFile(OnlyRun(Runs(out)) + "/log.txt"), HasSubstr("goes on after step"));
}

TEST_F(SweepTest, SettingsThatChangeNoResultMayChangeBeforeAResume) {
  const std::string out = TemporaryPath("other");
  {
    LauncherProcess launcher(OneRun(out));
    ASSERT_TRUE(WaitFor([&] { return HasSteps(Runs(out), 3); }));
    launcher.Signal(SIGTERM);
    ASSERT_EQ(launcher.Wait(), 75);
  }
  std::vector<std::string> arguments = OneRun(out);
  arguments.insert(arguments.end(), {"--set", "checkpoint.every=7"});
  const ProgramResult result = RunQuickstart(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  const RunRecord run = ReadRun(OnlyRun(Runs(out)) + "/store.h5");
  EXPECT_EQ(DeterministicDigest(run), digest_);
  const bool recorded = std::any_of(run.provenance.begin(), run.provenance.end(), [](const auto& entry) {
    return entry.first.find("/config") != std::string::npos && entry.second.find("every = 7") != std::string::npos;
  });
  EXPECT_TRUE(recorded);
}

TEST_F(SweepTest, ALockedStoreIsNotTakenForADamagedOne) {
  const std::string out = TemporaryPath("locked");
  {
    LauncherProcess launcher(OneRun(out));
    ASSERT_TRUE(WaitFor([&] { return HasSteps(Runs(out), 12); }));
    launcher.Signal(SIGTERM);
    ASSERT_EQ(launcher.Wait(), 75);
  }
  const std::string folder = OnlyRun(Runs(out));
  WriteRun(ReadRun(folder + "/store.h5"), folder + "/store.h5");  // without the marks of its writer
  const hid_t file = H5Fopen((folder + "/store.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  ASSERT_GE(file, 0);
  const ProgramResult result = RunQuickstart(OneRun(out));
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_THAT(result.output, HasSubstr("store.h5: locked: another program has it open for writing"));
  EXPECT_FALSE(fs::exists(folder + "/store.h5.damaged-1"));
  ASSERT_GE(H5Fclose(file), 0);
  ExpectUnbroken(out);
}

TEST_F(SweepTest, ADamagedFinishedStoreIsRunAgain) {
  const std::string out = TemporaryPath("flipped");
  ASSERT_EQ(RunQuickstart(OneRun(out)).exit_code, 0);
  const std::string store = OnlyRun(Runs(out)) + "/store.h5";
  std::string bytes = ReadFile(store);
  const std::vector<double> entropy = FindSeries(ReadRun(store), "entropy").values;
  const size_t at = bytes.find(std::string(reinterpret_cast<const char*>(entropy.data()), 64));
  ASSERT_NE(at, std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  WriteFileAtomically(store, bytes);
  ExpectUnbroken(out);
  EXPECT_TRUE(fs::exists(store + ".damaged-1"));
}

TEST_F(SweepTest, TwoLaunchersShareOneSweep) {
  const std::string out = TemporaryPath("two");
  const std::vector<std::string> arguments = {"--profile=smoke", "--out=" + out, "--jobs=2"};
  LauncherProcess a(arguments), b(arguments);
  ASSERT_EQ(a.Wait(), 0) << a.Output();
  ASSERT_EQ(b.Wait(), 0) << b.Output();
  int runs = 0;
  for (const auto& entry : fs::directory_iterator(Runs(out))) {
    ++runs;
    EXPECT_EQ(ReadRun(entry.path().string() + "/store.h5").status, "done");
    EXPECT_EQ(CountLines(entry.path().string() + "/log.txt", "begins"), 1);
    EXPECT_EQ(CountLines(entry.path().string() + "/log.txt", "finished"), 1);
  }
  EXPECT_EQ(runs, 8);
}

TEST_F(SweepTest, ALauncherTakesOverWhatAKilledOneLeft) {
  const std::string out = TemporaryPath("takeover");
  LauncherProcess killed(OneRun(out));
  ASSERT_TRUE(WaitFor([&] { return HasSteps(Runs(out), 3); }));
  LauncherProcess waiting(OneRun(out));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  killed.Signal(SIGKILL);
  killed.Wait();
  EXPECT_EQ(waiting.Wait(), 0) << waiting.Output();
  EXPECT_EQ(DeterministicDigest(ReadRun(OnlyRun(Runs(out)) + "/store.h5")), digest_);
}

TEST_F(SweepTest, ARunThatFailsSaysWhyAndIsNotRunAgain) {
  const std::string out = TemporaryPath("nan");
  std::vector<std::string> arguments = OneRun(out);
  // Each step multiplies the weights by 1 - 100 * 1000.
  arguments.insert(arguments.end(), {"--set", "rl.learning_rate=100", "--set", "rl.weight_decay=1000"});
  const ProgramResult failed = RunQuickstart(arguments);
  EXPECT_EQ(failed.exit_code, 1) << failed.output;
  const RunRecord run = ReadRun(OnlyRun(Runs(out)) + "/store.h5");
  EXPECT_EQ(run.status, "failed");
  EXPECT_NE(FindText(run.summary, "reason").find("not_finite"), std::string::npos) << FindText(run.summary, "reason");
  EXPECT_FALSE(fs::is_empty(OnlyRun(Runs(out)) + "/alarms")) << "the batch at fault is kept";
  EXPECT_EQ(RunQuickstart(arguments).exit_code, 1);
  EXPECT_EQ(CountInLogs(Runs(out), "begins"), 1);
  arguments.push_back("--status");
  EXPECT_NE(RunQuickstart(arguments).output.find("not_finite"), std::string::npos);
  arguments.back() = "--retry-failed";
  EXPECT_EQ(RunQuickstart(arguments).exit_code, 1);
  EXPECT_EQ(CountInLogs(Runs(out), "begins"), 2);
}

}  // namespace
}  // namespace suite
