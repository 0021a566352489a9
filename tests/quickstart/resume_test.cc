// The whole experiment under SIGKILL: killed at random moments and started again, it ends with the same bits as one
// that was left alone; and two that were left alone are equal.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/files.h"
#include "base/random.h"
#include "harness/metrics/run_record.h"
#include "tests/quickstart/program.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

// Few runs, many places to be killed at: both stages save every 100 steps, runs every 2.
std::vector<std::string> Arguments(const std::string& out) {
  std::vector<std::string> arguments = {"--profile=smoke", "--out=" + out};
  for (const char* setting :
       {"seed=3407", "rl.steps=8", "checkpoint.every=2", "eval.every=4", "pretrain.steps=110", "sft.steps=110"}) {
    arguments.insert(arguments.end(), {"--set", setting});
  }
  return arguments;
}

std::string Folder(const std::string& out) { return out + "/quickstart-smoke"; }

std::map<std::string, std::string> DigestsOfRuns(const std::string& out) {
  std::map<std::string, std::string> digests;
  for (const auto& entry : fs::directory_iterator(Folder(out) + "/runs")) {
    const RunRecord run = ReadRun(entry.path().string() + "/store.h5");
    EXPECT_EQ(run.status, "done");
    EXPECT_EQ(run.steps.size(), 8u);
    digests[run.run_name] = DeterministicDigest(run);
  }
  return digests;
}

class ResumeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    unbroken_ = TemporaryPath("unbroken");
    const ProgramResult result = RunQuickstart(Arguments(unbroken_));
    ASSERT_EQ(result.exit_code, 0) << result.output;
  }
  static std::string unbroken_;
};

std::string ResumeTest::unbroken_;

TEST_F(ResumeTest, TwoUnbrokenRunsAreEqualToTheBit) {
  const std::string again = TemporaryPath("again");
  ASSERT_EQ(RunQuickstart(Arguments(again)).exit_code, 0);
  EXPECT_EQ(DigestsOfRuns(again), DigestsOfRuns(unbroken_));
  EXPECT_EQ(ReadFile(Folder(again) + "/table.csv"), ReadFile(Folder(unbroken_) + "/table.csv"));
}

TEST_F(ResumeTest, KilledRunsEndWithTheSameBits) {
  const std::string killed = TemporaryPath("killed");
  RandomStream moments(1, "kill");
  for (int attempt = 0; attempt < 10; ++attempt) RunQuickstart(Arguments(killed), 0.2 + 1.5 * moments.Uniform());
  const ProgramResult result = RunQuickstart(Arguments(killed));
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(DigestsOfRuns(killed), DigestsOfRuns(unbroken_));
  EXPECT_EQ(ReadFile(Folder(killed) + "/table.csv"), ReadFile(Folder(unbroken_) + "/table.csv"));
}

TEST_F(ResumeTest, FinishedRunsAreLeftAlone) {
  const auto before = fs::last_write_time(Folder(unbroken_) + "/runs");
  const std::string report = ReadFile(Folder(unbroken_) + "/report.md");
  ASSERT_EQ(RunQuickstart(Arguments(unbroken_)).exit_code, 0);
  EXPECT_EQ(fs::last_write_time(Folder(unbroken_) + "/runs"), before);
  EXPECT_EQ(ReadFile(Folder(unbroken_) + "/report.md"), report);
}

}  // namespace
}  // namespace suite
