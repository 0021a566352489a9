#include "harness/launcher/slurm_scripts.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "harness/launcher/exit_codes.h"

namespace suite {
namespace {

// In single quotes, for a shell.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string QuotedAll(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + Quoted(word);
  return line;
}

std::string LogPath(const SlurmPlan& plan, const std::string& job, const std::string& pattern) {
  return plan.folder + "/" + job + "-" + pattern + ".log";
}

std::string ListPath(const SlurmPlan& plan, const std::string& job) { return plan.folder + "/" + job + ".list"; }

std::string Header(const SlurmPlan& plan, const std::string& log) {
  return "#!/bin/bash\n"
         "#SBATCH --job-name=" +
         plan.name +
         "\n"
         "#SBATCH --output=" +
         log +
         "\n"
         "#SBATCH --open-mode=append\n"
         "#SBATCH --requeue\n";
}

// bash runs a trap only between commands, so the worker runs in the background. A wait that a trap interrupts has not
// seen the worker's end; the last one has.
std::string TaskScript(const SlurmPlan& plan, const std::string& job, size_t tasks, int parallel, int cpus) {
  std::string text = Header(plan, LogPath(plan, job, "%A_%a"));
  text += "#SBATCH --array=0-" + std::to_string(tasks - 1) + "%" + std::to_string(parallel) + "\n";
  text += "#SBATCH --cpus-per-task=" + std::to_string(cpus) + "\n";
  text += "#SBATCH --signal=B:USR1@" + std::to_string(plan.signal_s) + "\n";
  for (const std::string& option : plan.options) text += "#SBATCH " + option + "\n";
  text += "folder=$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" " + Quoted(ListPath(plan, job)) + ")\n";
  text += "cd " + Quoted(plan.working_folder) + "\n";
  text += Quoted(plan.program) + " --worker=" + (job == "stages" ? "stages" : "run") +
          " --config=\"$folder/config.toml\" " + Quoted("--out=" + plan.out) +
          (plan.worker_args.empty() ? "" : " " + QuotedAll(plan.worker_args)) + " >>\"$folder/log.txt\" 2>&1 &\n";
  text +=
      "worker=$!\n"
      "trap 'near_limit=yes; kill -USR1 $worker' USR1\n"
      "trap 'kill -TERM $worker' TERM\n"
      "wait $worker; code=$?\n"
      "while kill -0 $worker 2>/dev/null; do wait $worker; code=$?; done\n"
      "if [[ $code -gt 128 ]]; then wait $worker; last=$?; [[ $last -eq 127 ]] || code=$last; fi\n"
      "echo \"$folder: exit code $code\"\n";
  text += "if [[ $code -eq " + std::to_string(kExitRequeue) +
          " && -n ${near_limit:-} ]]; then\n"
          "  scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"\n"
          "  sleep 60  # SLURM ends this script\n"
          "fi\n"
          "exit $code\n";
  return text;
}

std::string FinishScript(const SlurmPlan& plan) {
  return Header(plan, LogPath(plan, "finish", "%j")) + "cd " + Quoted(plan.working_folder) + "\nexec " +
         Quoted(plan.program) + " " + QuotedAll(plan.finish_args) + "\n";
}

std::string Lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string TrimmedNumber(const std::string& job, const std::string& printed) {
  const std::string number = printed.substr(0, printed.find_first_not_of("0123456789"));
  if (number.empty()) throw InputError("sbatch " + job, "printed '" + printed + "'", "a job's number");
  return number;
}

}  // namespace

std::vector<SlurmScript> SlurmScripts(const SlurmPlan& plan) {
  std::vector<SlurmScript> scripts;
  if (!plan.stages.empty()) {
    scripts.push_back({ListPath(plan, "stages"), Lines(plan.stages)});
    scripts.push_back({plan.folder + "/stages.sh", TaskScript(plan, "stages", plan.stages.size(),
                                                              static_cast<int>(plan.stages.size()), plan.stage_cpus)});
  }
  if (!plan.runs.empty()) {
    scripts.push_back({ListPath(plan, "runs"), Lines(plan.runs)});
    scripts.push_back(
        {plan.folder + "/runs.sh", TaskScript(plan, "runs", plan.runs.size(), plan.parallel, plan.run_cpus)});
  }
  scripts.push_back({plan.folder + "/finish.sh", FinishScript(plan)});
  return scripts;
}

void WriteSlurmScripts(const SlurmPlan& plan) {
  std::error_code failure;
  std::filesystem::create_directories(plan.folder, failure);
  if (failure) throw InputError(plan.folder, "cannot be made: " + failure.message());
  for (const SlurmScript& script : SlurmScripts(plan)) WriteFileAtomically(script.path, script.text);
}

std::string RunCommand(const std::vector<std::string>& command) {
  const std::string line = QuotedAll(command) + " 2>&1";
  FILE* pipe = popen(line.c_str(), "r");
  if (!pipe) throw InputError(command.front(), "cannot be started");
  std::string printed;
  std::array<char, 4096> bytes;
  for (size_t n; (n = fread(bytes.data(), 1, bytes.size(), pipe)) > 0;) printed.append(bytes.data(), n);
  const int status = pclose(pipe);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw InputError(line, "failed: " + printed, "a machine where SLURM's commands work");
  }
  return printed;
}

std::string SubmitToSlurm(const SlurmPlan& plan, const CommandRunner& run) {
  std::string numbers, before;
  const auto submit = [&](const std::string& job) {
    std::vector<std::string> command = {"sbatch", "--parsable"};
    // However the jobs before have ended: what is missing is looked at, and a run can train a stage that is missing.
    if (!before.empty()) command.push_back("--dependency=afterany:" + before);
    command.push_back(plan.folder + "/" + job + ".sh");
    before = TrimmedNumber(job, run(command));
    numbers += (numbers.empty() ? "" : ", ") + job + " " + before;
  };
  if (!plan.stages.empty()) submit("stages");
  if (!plan.runs.empty()) submit("runs");
  submit("finish");
  return numbers;
}

}  // namespace suite
