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
    if (running_) {
      EXPECT_EQ(std::system((std::string(kStart) + " stop " + folder_).c_str()), 0);
    }
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

  static std::string LogsOf(const std::string& out) {
    return Output("tail -n 30 " + out + "/quickstart-smoke/{slurm/*/*.log,runs/*/log.txt}; squeue");
  }

  std::string folder_;
  bool running_ = false;
};

std::map<std::string, std::string> DigestsIn(const std::string& runs) {
  std::map<std::string, std::string> digests;
  for (const auto& entry : fs::directory_iterator(runs)) {
    RunRecord run = ReadRun(entry.path().string() + "/store.h5");
    // How many processes did the work stands in the config, and nowhere else.
    const std::string two = "\nprocesses = 2\n";
    const size_t at = run.config.find(two);
    if (at != std::string::npos) run.config.replace(at, two.size(), "\nprocesses = 1\n");
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

// One run of two processes that srun starts. It is requeued, which ends it with SIGTERM, and told that its time limit
// is near; both times both processes save, and in the end it has the bits of a run of one process.
TEST_F(SlurmTest, ARunOfTwoProcessesSurvivesARequeueAndATimeLimit) {
  const std::string out = TemporaryPath("slurm"), local = TemporaryPath("local");
  const std::vector<std::string> run = {"--set", "objective.preset=rank_grpo_exp_inf", "--set", "run.threads=2"};
  std::vector<std::string> arguments = Arguments(out), alone = Arguments(local);
  arguments.insert(arguments.end(), run.begin(), run.end());
  alone.insert(alone.end(), run.begin(), run.end());
  arguments.insert(arguments.end(), {"--set", "run.processes=2", "--launcher=slurm"});
  const ProgramResult submitted = RunQuickstart(arguments);
  ASSERT_EQ(submitted.exit_code, 0) << submitted.output;
  const size_t at = submitted.output.find("runs ");
  ASSERT_NE(at, std::string::npos) << submitted.output;
  const std::string array = std::to_string(std::atoi(submitted.output.c_str() + at + 5));

  const std::string log = Runs() + "/*/log.txt", task = array + "_0";
  const auto lines = [&](const std::string& beginning) {
    return Output("cat " + log + " 2>/dev/null | grep -c '^" + beginning + "' || true");
  };
  ASSERT_TRUE(WaitFor(60, [&] { return TaskAtWork(array) == task; })) << LogsOf(out);
  int resumed = 0;
  for (const char* disturb : {"scontrol requeue ", "scancel -b --signal=USR1 "}) {
    Output(disturb + task);
    ASSERT_TRUE(WaitFor(30, [&] { return Output("squeue -h -o %T -j " + array) == "PENDING"; })) << LogsOf(out);
    // Sooner than the requeued job's credential allows by itself.
    Output("scontrol update job=" + task + " StartTime=now");
    resumed += 2;  // by both processes
    ASSERT_TRUE(WaitFor(30, [&] { return lines("goes on after step") == std::to_string(resumed); })) << LogsOf(out);
  }
  ASSERT_TRUE(WaitFor(60, [] { return Output("squeue -h").empty(); })) << Output("squeue");

  const ProgramResult undisturbed = RunQuickstart(alone);
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.output;
  const auto digests = DigestsIn(Runs());
  EXPECT_EQ(digests.size(), 1u);
  EXPECT_EQ(digests, DigestsIn(local + "/quickstart-smoke/runs"));
  EXPECT_EQ(lines("finished"), "1");
  EXPECT_EQ(lines("stopped on request; saved"), "4") << "both processes, both times";
  const RunRecord record = ReadRun(Output("ls " + Runs() + "/*/store.h5"));
  EXPECT_EQ(FindText(record.provenance, "world_size"), "2");
  EXPECT_EQ(FindText(record.provenance, "started_by"), "srun");
}

// sbatch reads quotes, '#' and '%' on its own lines, and the shell reads them in the script.
TEST_F(SlurmTest, AFolderWhoseNameIsNoPlainWord) {
  const std::string out = TemporaryPath("it's \"50%\" of #1 %j run"), evil = TemporaryPath("evil");
  std::vector<std::string> arguments = Arguments(out);
  arguments.insert(arguments.end(), {"--set", "objective.preset=grpo", "--set", "rl.steps=2", "--launcher=slurm"});
  std::vector<std::string> refused = arguments;
  refused.push_back("--sbatch=--comment=a\ntouch " + evil);
  EXPECT_EQ(RunQuickstart(refused).exit_code, 2);
  refused.back() = "--sbatch=--array=0-3";
  EXPECT_EQ(RunQuickstart(refused).exit_code, 2);
  const std::string two_lines = TemporaryPath("a\ntouch b");
  refused = Arguments(two_lines);
  refused.push_back("--launcher=slurm");
  EXPECT_EQ(RunQuickstart(refused).exit_code, 2);
  EXPECT_FALSE(fs::exists(out) || fs::exists(two_lines)) << "written before it was refused";

  arguments.push_back("--sbatch=--comment=it's # a comment");
  const ProgramResult submitted = RunQuickstart(arguments);
  ASSERT_EQ(submitted.exit_code, 0) << submitted.output;
  const std::string array = std::to_string(std::atoi(submitted.output.c_str() + submitted.output.find("runs ") + 5));
  EXPECT_EQ(Output("scontrol show job " + array + " | sed -n 's/^ *Comment=\\(.*[^ ]\\) *$/\\1/p' | head -1"),
            "it's # a comment");
  ASSERT_TRUE(WaitFor(120, [] { return Output("squeue -h").empty(); })) << Output("squeue");
  const std::string sweep = out + "/quickstart-smoke";
  EXPECT_TRUE(fs::exists(sweep + "/report.html")) << submitted.output;
  const std::string log = sweep + "/slurm/submission-1/runs-" + array + "_0.log";
  ASSERT_TRUE(fs::exists(log)) << log;
  EXPECT_NE(ReadFile(log).find("exit code 0"), std::string::npos) << ReadFile(log);
  EXPECT_FALSE(fs::exists(evil));
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
