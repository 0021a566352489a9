// A real SLURM of one machine runs a sweep as job arrays. Half-way, tasks are requeued, cancelled and told that their
// time limit is near; the sweep ends complete, with every run done once and the bits of a sweep without SLURM.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "base/files.h"
#include "harness/launcher/slurm_scripts.h"
#include "harness/metrics/run_record.h"
#include "tests/quickstart/program.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

constexpr char kStart[] = "tests/slurm/start_slurm.sh";
constexpr int kNotHere = 3;
constexpr int kSteps = 60;

class SlurmTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/slurm-XXXXXX";  // short, for the path of a socket
    folder_ = mkdtemp(folder);
    const std::string said = folder_ + "/said";
    const int status = std::system((std::string(kStart) + " start " + folder_ + " >" + said + " 2>&1").c_str());
    if (WEXITSTATUS(status) == kNotHere) GTEST_SKIP() << ReadFile(said);
    ASSERT_EQ(status, 0) << ReadFile(said);
    running_ = true;
    setenv("SLURM_CONF", (folder_ + "/slurm.conf").c_str(), 1);
  }

  void TearDown() override {
    if (running_) EXPECT_EQ(std::system((std::string(kStart) + " stop " + folder_).c_str()), 0);
    fs::remove_all(folder_);
  }

  static std::vector<std::string> Arguments(const std::string& out) {
    std::vector<std::string> arguments = {"--profile=smoke", "--out=" + out, "--jobs=2"};
    const std::string steps = "rl.steps=" + std::to_string(kSteps);
    for (const char* set : {steps.c_str(), "seed=3407", "eval.every=30", "checkpoint.every=7"}) {
      arguments.insert(arguments.end(), {"--set", set});
    }
    return arguments;
  }

  static std::string Output(const std::string& command) {
    std::string printed = RunCommand({"bash", "-c", command});
    while (!printed.empty() && printed.back() == '\n') printed.pop_back();
    return printed;
  }

  static bool WaitFor(double seconds, const std::function<bool()>& what) {
    for (int i = 0; i < seconds / .1; ++i) {
      if (what()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  }

  // A task of the array of runs that is in the middle of its training, as "2_1"; empty when there is none.
  static std::string TaskAtWork(const std::string& array) {
    for (int task = 0; task < 4; ++task) {
      const std::string name = array + "_" + std::to_string(task);
      const std::string state = Output("squeue -h -t RUNNING -j " + name + " -o %T 2>/dev/null || true");
      const std::string list = Output("ls -t " + Runs() + "/../slurm/submission-*/runs.list | tail -1");
      const std::string run = Output("sed -n " + std::to_string(task + 1) + "p " + list);
      if (state != "RUNNING" || !fs::exists(run + "/store.h5")) continue;
      const RunRecord record = ReadRun(run + "/store.h5");
      if (record.status == "running" && record.steps.size() > 3 && record.steps.back() < kSteps / 2) return name;
    }
    return "";
  }

  static std::string Runs() { return std::string(std::getenv("TEST_TMPDIR")) + "/slurm/quickstart-smoke/runs"; }

  std::string folder_;
  bool running_ = false;
};

std::map<std::string, std::string> DigestsIn(const std::string& runs) {
  std::map<std::string, std::string> digests;
  for (const auto& entry : fs::directory_iterator(runs)) {
    const RunRecord run = ReadRun(entry.path().string() + "/store.h5");
    EXPECT_EQ(run.status, "done") << entry.path();
    EXPECT_EQ(run.steps.size(), static_cast<size_t>(kSteps)) << entry.path();
    digests[run.run_name] = DeterministicDigest(run);
  }
  return digests;
}

TEST_F(SlurmTest, ASweepSurvivesRequeuesAndCancellations) {
  const std::string out = TemporaryPath("slurm"), local = TemporaryPath("local");
  std::vector<std::string> arguments = Arguments(out);
  arguments.push_back("--launcher=slurm");
  const ProgramResult submitted = RunQuickstart(arguments);
  ASSERT_EQ(submitted.exit_code, 0) << submitted.output;
  const size_t at = submitted.output.find("runs ");
  ASSERT_NE(at, std::string::npos) << submitted.output;
  const std::string array = std::to_string(std::atoi(submitted.output.c_str() + at + 5));

  int disturbed = 0;
  for (const char* disturb : {"scontrol requeue ", "scancel ", "scancel -b --signal=USR1 "}) {
    std::string task;
    if (!WaitFor(60, [&] { return !(task = TaskAtWork(array)).empty(); })) break;
    Output(disturb + task);
    ++disturbed;
    WaitFor(20, [&] { return TaskAtWork(array) != task; });
  }
  EXPECT_EQ(disturbed, 3);
  // Jobs that have ended leave the queue; the last to end is a finish job that submitted nothing.
  ASSERT_TRUE(WaitFor(120, [] { return Output("squeue -h").empty(); })) << Output("squeue");

  const ProgramResult undisturbed = RunQuickstart(Arguments(local));
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.output;
  EXPECT_EQ(DigestsIn(Runs()), DigestsIn(local + "/quickstart-smoke/runs"));
  EXPECT_TRUE(fs::exists(out + "/quickstart-smoke/report.html"));
  for (const auto& entry : fs::directory_iterator(Runs())) {
    EXPECT_EQ(Output("grep -c '^finished' " + entry.path().string() + "/log.txt"), "1")
        << "done once: " << entry.path();
  }
  const std::string resumed = Output("cat " + Runs() + "/*/log.txt | grep -c '^goes on after step' || true");
  EXPECT_GE(std::atoi(resumed.c_str()), 3) << "each disturbed task went on from its checkpoint";
}

TEST_F(SlurmTest, ADryRunSubmitsNothing) {
  const std::string out = TemporaryPath("dry");
  std::vector<std::string> arguments = Arguments(out);
  arguments.insert(arguments.end(), {"--launcher=slurm", "--dry-run"});
  ASSERT_EQ(RunQuickstart(arguments).exit_code, 0);
  EXPECT_EQ(Output("squeue -h"), "");
  const std::string scripts = out + "/quickstart-smoke/slurm/submission-1/";
  for (const char* name : {"stages.sh", "runs.sh", "finish.sh"}) {
    EXPECT_EQ(Output("bash -n " + scripts + name), "");
    EXPECT_EQ(Output("sbatch --test-only " + scripts + name + " 2>&1 | grep -c 'to start at'"), "1") << name;
  }
}

}  // namespace
}  // namespace suite
