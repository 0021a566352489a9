#include "harness/launcher/slurm_scripts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/testing/error_of.h"

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
  plan.stages = {{plan.folder + "/a", {}}};
  for (const char* run : {"/a", "/b", "/c"}) plan.runs.push_back({plan.folder + run, {1, 3}});
  plan.finish_args = {"--launcher=slurm", "--slurm-round=2"};
  plan.options = {"--time=0:10:00"};
  plan.parallel = 2;
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
  EXPECT_THAT(TextOf(plan, "runs.sh"), AllOf(Not(HasSubstr("srun")), Not(HasSubstr("ntasks")), Not(HasSubstr("gpu"))));
  EXPECT_EQ(TextOf(plan, "runs.list"), plan.runs[0].run + "\n" + plan.runs[1].run + "\n" + plan.runs[2].run + "\n");
  SlurmPlan without = plan;
  without.stages.clear();
  EXPECT_EQ(TextOf(without, "stages.sh"), "");
}

TEST(SlurmScripts, SeveralProcessesAreStartedBySrun) {
  SlurmPlan plan = Plan("several");
  plan.runs = {{"/a", {4, 2, true}}, {"/b", {4, 2, true}}};
  plan.options = {"--gpus-per-task=a100:1"};
  const std::string script = TextOf(plan, "runs.sh");
  EXPECT_THAT(script, AllOf(HasSubstr("#SBATCH --ntasks=4\n#SBATCH --cpus-per-task=2\n#SBATCH --gpus-per-task=1\n"),
                            HasSubstr("\nsrun --cpus-per-task=\"$SLURM_CPUS_PER_TASK\" "),
                            HasSubstr(" --gpu-bind=none '/bin/echo' --worker=run"),
                            HasSubstr("trap 'kill -USR1 $worker' TERM\n")));
  EXPECT_LT(script.find("--gpus-per-task=1"), script.find("--gpus-per-task=a100:1")) << "the last one wins";
  plan.runs = {{"/a", {2, 1, false}}};
  EXPECT_THAT(TextOf(plan, "runs.sh"), AllOf(HasSubstr("--ntasks=2\n"), HasSubstr("srun"), Not(HasSubstr("gpu-bind"))));
  plan.runs = {{"/a", {1, 1, true}}};
  EXPECT_THAT(TextOf(plan, "runs.sh"), AllOf(HasSubstr("#SBATCH --gpus=1\n"), Not(HasSubstr("srun"))));
}

TEST(SlurmScripts, RunsThatNeedDifferentThingsAreDifferentArrays) {
  SlurmPlan plan = Plan("arrays");
  plan.parallel = 4;
  plan.runs = {{"/a", {1, 2}}, {"/b", {4, 1}}, {"/c", {1, 2}}, {"/d", {4, 1}}};
  EXPECT_EQ(TextOf(plan, "runs.list"), "/a\n/c\n");
  EXPECT_EQ(TextOf(plan, "runs-2.list"), "/b\n/d\n");
  EXPECT_THAT(TextOf(plan, "runs.sh"), AllOf(HasSubstr("--array=0-1%2\n"), Not(HasSubstr("--ntasks"))));
  EXPECT_THAT(TextOf(plan, "runs-2.sh"), AllOf(HasSubstr("--array=0-1%2\n"), HasSubstr("--ntasks=4\n")));
  std::vector<std::string> dependencies;
  int next = 10;
  const auto run = [&](const std::vector<std::string>& command) {
    dependencies.push_back(command.size() > 3 ? command[2] : "");
    return std::to_string(++next);
  };
  EXPECT_EQ(SubmitToSlurm(plan, run), "stages 11, runs 12, runs-2 13, finish 14");
  EXPECT_THAT(dependencies,
              ElementsAre("", "--dependency=afterany:11", "--dependency=afterany:11", "--dependency=afterany:12:13"));
  plan.parallel = 2;  // at once, whichever array they are in
  dependencies.clear();
  SubmitToSlurm(plan, run);
  EXPECT_EQ(dependencies[2], "--dependency=afterany:16");
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

TEST(SlurmScripts, QuoteWhatIsNoPlainWord) {
  SlurmPlan plan = Plan("it's \"50%\" of #1");
  plan.name = "a run";
  plan.working_folder = "/tmp/a b";
  plan.options = {"--comment=first # and 'second' x", "--exclusive"};
  const std::string folder = "'" + std::string(std::getenv("TEST_TMPDIR")) + "/it'\\''s \"50%%\" of #1";
  EXPECT_THAT(
      TextOf(plan, "runs.sh"),
      AllOf(HasSubstr("#SBATCH --job-name='a run'\n"), HasSubstr("#SBATCH --output=" + folder + "/runs-%A_%a.log'\n"),
            HasSubstr("#SBATCH --comment='first # and '\\''second'\\'' x'\n#SBATCH --exclusive\n"),
            HasSubstr("\ncd '/tmp/a b' || exit 1\n")));
  EXPECT_THAT(TextOf(plan, "finish.sh"), AllOf(HasSubstr("#SBATCH --output=" + folder + "/finish-%j.log'\n"),
                                               HasSubstr("\ncd '/tmp/a b' || exit 1\nexec ")));
}

TEST(SlurmScripts, RefuseWhatCannotBeALineOfThem) {
  const auto error_with = [](const auto& change) {
    SlurmPlan plan = Plan("refused");
    change(&plan);
    const std::string error = ErrorOf([&] { WriteSlurmScripts(plan); });
    EXPECT_FALSE(std::filesystem::exists(plan.folder)) << "written before it was refused";
    return error;
  };
  const std::string evil = "a\ntouch evil";
  EXPECT_THAT(error_with([&](SlurmPlan* plan) { plan->out = evil; }), HasSubstr("--out: '" + evil + "' has a line"));
  EXPECT_THAT(error_with([&](SlurmPlan* plan) { plan->name = evil; }), HasSubstr("line break"));
  EXPECT_THAT(error_with([&](SlurmPlan* plan) { plan->folder += "/\r"; }), HasSubstr("line break"));
  EXPECT_THAT(error_with([&](SlurmPlan* plan) { plan->working_folder = evil; }), HasSubstr("line break"));
  EXPECT_THAT(error_with([&](SlurmPlan* plan) { plan->runs[1].run = evil; }), HasSubstr("line break"));
  EXPECT_THAT(error_with([&](SlurmPlan* plan) { plan->finish_args.push_back(evil); }), HasSubstr("line break"));
  EXPECT_THAT(error_with([&](SlurmPlan* plan) { plan->folder += "/a\\b"; }), HasSubstr("backslash"));
  EXPECT_THAT(error_with([&](SlurmPlan* plan) { plan->options = {"--time=1\nrm"}; }), HasSubstr("line break"));
}

TEST(CheckSbatchOption, TakesOneLongOptionThatIsNotTheArray) {
  for (const char* option : {"--time=4:00:00", "--exclusive", "--comment=a b", "--ntasks-per-node=4", "--account="}) {
    EXPECT_EQ(ErrorOf([&] { CheckSbatchOption(option); }), "no error") << option;
  }
  for (const char* option : {"--array=0-3", "--array", "--arr=0-3", "--ar"}) {
    EXPECT_THAT(ErrorOf([&] { CheckSbatchOption(option); }), HasSubstr("the runs' own array")) << option;
  }
  for (const char* option : {"", "-p gpu", "-a0-3", "time=1", "--", "--=1", "--time 1", "--Time=1", "rm -rf x"}) {
    EXPECT_THAT(ErrorOf([&] { CheckSbatchOption(option); }), HasSubstr("one option as --name")) << option;
  }
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
  std::string Run(const std::string& worker, const std::string& send, int processes = 1) {
    SlurmPlan plan = Plan("task");
    plan.runs = {{plan.folder, {processes, 1}}, {plan.folder + "/b", {processes, 1}}};
    plan.program = plan.folder + "/worker.sh";
    WriteSlurmScripts(plan);
    WriteFileAtomically(plan.program, "#!/bin/bash\n" + worker);
    WriteFileAtomically(plan.folder + "/scontrol", "#!/bin/bash\necho \"scontrol $*\"\n");
    // As srun does: SIGUSR1 is for the tasks, SIGTERM ends them.
    WriteFileAtomically(plan.folder + "/srun",
                        "#!/bin/bash\nwhile [[ $1 == --* ]]; do shift; done\n\"$@\" & task=$!\n"
                        "trap 'kill -USR1 $task' USR1\ntrap 'kill -KILL $task' TERM\n"
                        "wait $task; code=$?\nwhile kill -0 $task 2>/dev/null; do wait $task; code=$?; done\n"
                        "if [[ $code -gt 128 ]]; then wait $task; last=$?; [[ $last -eq 127 ]] || code=$last; fi\n"
                        "exit $code\n");
    WriteFileAtomically(plan.folder + "/sleep", "#!/bin/bash\n[[ $1 == 60 ]] || exec /bin/sleep \"$@\"\n");
    const std::string script =
        "cd " + plan.folder +
        "; rm -f log.txt ready; chmod +x worker.sh scontrol sleep srun; export PATH=$PWD:$PATH; " +
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

TEST_F(TaskScriptTest, RequeuesWhatTheSignalFoundStarting) {
  const std::string starting = "touch \"$(dirname $0)/ready\"\nwhile :; do /bin/sleep 0.02; done\n";
  EXPECT_THAT(Run(starting, wait_for_ready_ + "kill -USR1 $script;"),
              AllOf(HasSubstr("scontrol requeue 7_0"), HasSubstr("script 138")));
}

TEST_F(TaskScriptTest, WorkersBehindSrunSaveAtEitherSignal) {
  EXPECT_THAT(Run(obedient_, wait_for_ready_ + "kill -USR1 $script;", 2),
              AllOf(HasSubstr("scontrol requeue 7_0"), HasSubstr("script 75"), HasSubstr("saved")));
  EXPECT_THAT(Run(obedient_, wait_for_ready_ + "kill -TERM $script;", 2),
              AllOf(Not(HasSubstr("scontrol")), HasSubstr("script 75"), HasSubstr("saved")));
  EXPECT_THAT(Run("exit 3\n", "", 2), HasSubstr("script 3"));
}

TEST_F(TaskScriptTest, DoesNothingWithoutItsFolders) {
  SlurmPlan plan = Plan("nowhere");
  plan.working_folder = "/no/such/folder";
  plan.runs = {{plan.folder, {}}, {plan.folder + "/gone", {}}};
  WriteSlurmScripts(plan);
  const auto task = [&](int number) {
    return RunCommand({"bash", "-c",
                       "SLURM_ARRAY_TASK_ID=" + std::to_string(number) + " bash '" + plan.folder +
                           "/runs.sh' 2>&1; echo \"script $?\"; cd '" + plan.folder + "'; ls"});
  };
  EXPECT_THAT(task(0), AllOf(HasSubstr("/no/such/folder"), HasSubstr("script 1"), Not(HasSubstr("log.txt"))));
  EXPECT_THAT(task(1), AllOf(HasSubstr("no folder '" + plan.folder + "/gone'"), HasSubstr("script 1")));
  EXPECT_THAT(task(2), HasSubstr("script 1")) << "beyond the list";
}

TEST_F(TaskScriptTest, TellsThatTheWorkerWasKilled) { EXPECT_THAT(Run("kill -9 $$\n", ""), HasSubstr("script 137")); }

}  // namespace
}  // namespace suite
