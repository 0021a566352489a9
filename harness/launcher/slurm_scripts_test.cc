#include "harness/launcher/slurm_scripts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"
#include "base/files.h"

namespace suite {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

SlurmPlan Plan(const std::string& name) {
  SlurmPlan plan;
  plan.name = "quick";
  plan.folder = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  plan.program = "/bin/echo";
  plan.working_folder = "/tmp";
  plan.out = "/o'ut";
  plan.stages = {plan.folder + "/a"};
  plan.runs = {plan.folder + "/a", plan.folder + "/b", plan.folder + "/c"};
  plan.finish_args = {"--launcher=slurm", "--slurm-round=2"};
  plan.options = {"--time=0:10:00"};
  plan.parallel = 2;
  plan.run_cpus = 3;
  return plan;
}

std::string TextOf(const SlurmPlan& plan, const std::string& name) {
  for (const SlurmScript& script : SlurmScripts(plan)) {
    if (script.path == plan.folder + "/" + name) return script.text;
  }
  return "";
}

TEST(SlurmScripts, AskForWhatATaskNeeds) {
  const SlurmPlan plan = Plan("asks");
  EXPECT_THAT(TextOf(plan, "runs.sh"),
              AllOf(HasSubstr("#SBATCH --job-name=quick\n"), HasSubstr("#SBATCH --array=0-2%2\n"),
                    HasSubstr("#SBATCH --requeue\n"), HasSubstr("#SBATCH --signal=B:USR1@120\n"),
                    HasSubstr("#SBATCH --cpus-per-task=3\n"), HasSubstr("#SBATCH --time=0:10:00\n"),
                    HasSubstr("--worker=run"), HasSubstr("'--out=/o'\\''ut'")));
  EXPECT_THAT(TextOf(plan, "stages.sh"), AllOf(HasSubstr("--array=0-0%1\n"), HasSubstr("--worker=stages")));
  EXPECT_THAT(TextOf(plan, "finish.sh"),
              AllOf(HasSubstr("'--launcher=slurm' '--slurm-round=2'"), Not(HasSubstr("--time"))));
  EXPECT_EQ(TextOf(plan, "runs.list"), plan.runs[0] + "\n" + plan.runs[1] + "\n" + plan.runs[2] + "\n");
  SlurmPlan without = plan;
  without.stages.clear();
  EXPECT_EQ(TextOf(without, "stages.sh"), "");
}

TEST(SlurmScripts, DependOnEachOther) {
  std::vector<std::vector<std::string>> commands;
  const auto run = [&](const std::vector<std::string>& command) {
    commands.push_back(command);
    return std::to_string(10 + commands.size()) + ";cluster\n";
  };
  const SlurmPlan plan = Plan("depend");
  EXPECT_EQ(SubmitToSlurm(plan, run), "stages 11, runs 12, finish 13");
  EXPECT_THAT(commands,
              ElementsAre(ElementsAre("sbatch", "--parsable", plan.folder + "/stages.sh"),
                          ElementsAre("sbatch", "--parsable", "--dependency=afterany:11", plan.folder + "/runs.sh"),
                          ElementsAre("sbatch", "--parsable", "--dependency=afterany:12", plan.folder + "/finish.sh")));
  EXPECT_THROW(SubmitToSlurm(plan, [](const auto&) { return "no number"; }), InputError);
}

TEST(RunCommand, ReturnsWhatIsPrintedAndRefusesFailure) {
  EXPECT_EQ(RunCommand({"printf", "%s", "a 'b' $c"}), "a 'b' $c");
  EXPECT_THROW(RunCommand({"false"}), InputError);
  EXPECT_THROW(RunCommand({"/no/such/program"}), InputError);
}

// The script itself, run by bash in SLURM's place: what the worker gets, and what becomes of signals and exit codes.
class TaskScriptTest : public ::testing::Test {
 protected:
  // A worker that waits for a signal and then exits with 75; `scontrol` and `sleep` write down that they were called.
  std::string Run(const std::string& worker, const std::string& send) {
    SlurmPlan plan = Plan("task");
    plan.runs = {plan.folder, plan.folder + "/b"};
    plan.program = plan.folder + "/worker.sh";
    WriteSlurmScripts(plan);
    WriteFileAtomically(plan.program, "#!/bin/bash\n" + worker);
    WriteFileAtomically(plan.folder + "/scontrol", "#!/bin/bash\necho \"scontrol $*\"\n");
    WriteFileAtomically(plan.folder + "/sleep", "#!/bin/bash\n[[ $1 == 60 ]] || exec /bin/sleep \"$@\"\n");
    const std::string script = "cd " + plan.folder +
                               "; rm -f log.txt ready; chmod +x worker.sh scontrol sleep; export PATH=$PWD:$PATH; " +
                               "export SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_JOB_ID=7; bash runs.sh & script=$!; " + send +
                               " wait $script; echo \"script $?\"; cat log.txt";
    return RunCommand({"bash", "-c", script});
  }
  const std::string wait_for_ready_ = "while [[ ! -e ready ]]; do /bin/sleep 0.01; done; ";
  const std::string obedient_ =
      "trap 'echo saved; exit 75' USR1 TERM\ntouch \"$(dirname $0)/ready\"\nwhile :; do /bin/sleep 0.02; done\n";
};

TEST_F(TaskScriptTest, PassesOnTheExitCode) {
  const std::string printed = Run("echo \"$@\"; exit 3\n", "");
  EXPECT_THAT(printed, AllOf(HasSubstr("exit code 3"), HasSubstr("script 3"), HasSubstr("--worker=run --config="),
                             Not(HasSubstr("scontrol"))));
}

TEST_F(TaskScriptTest, RequeuesNearTheTimeLimitOnly) {
  EXPECT_THAT(Run(obedient_, wait_for_ready_ + "kill -USR1 $script;"),
              AllOf(HasSubstr("scontrol requeue 7_0"), HasSubstr("script 75"), HasSubstr("saved")));
  EXPECT_THAT(Run(obedient_, wait_for_ready_ + "kill -TERM $script;"),
              AllOf(Not(HasSubstr("scontrol")), HasSubstr("script 75"), HasSubstr("saved")));
}

TEST_F(TaskScriptTest, TellsThatTheWorkerWasKilled) { EXPECT_THAT(Run("kill -9 $$\n", ""), HasSubstr("script 137")); }

}  // namespace
}  // namespace suite
