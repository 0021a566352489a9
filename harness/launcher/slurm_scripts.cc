#include "harness/launcher/slurm_scripts.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "base/files.h"
#include "base/paths.h"
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

// A value on a line that begins with #SBATCH: sbatch takes quotes off as a shell does, and a bare '#' for a comment.
std::string SbatchValue(const std::string& text) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) || std::strchr("_@%+=:,./-", c); };
  return !text.empty() && std::all_of(text.begin(), text.end(), plain) ? text : Quoted(text);
}

// "%" stands for itself as "%%"; in `pattern` it begins a job's number.
std::string LogPath(const SlurmPlan& plan, const std::string& job, const std::string& pattern) {
  std::string folder;
  for (const char c : plan.folder) folder += c == '%' ? std::string("%%") : std::string(1, c);
  return folder + "/" + job + "-" + pattern + ".log";
}

std::string ScriptPath(const SlurmPlan& plan, const std::string& job) { return plan.folder + "/" + job + ".sh"; }

std::string ListPath(const SlurmPlan& plan, const std::string& job) { return plan.folder + "/" + job + ".list"; }

std::string Header(const SlurmPlan& plan, const std::string& log) {
  return "#!/bin/bash\n"
         "#SBATCH --job-name=" +
         SbatchValue(plan.name) +
         "\n"
         "#SBATCH --output=" +
         SbatchValue(log) +
         "\n"
         "#SBATCH --open-mode=append\n"
         "#SBATCH --requeue\n";
}

// Tasks that need the same.
struct Array {
  std::string job;                // "runs", "runs-2"
  std::string worker;             // "run" or "stages"
  std::vector<std::string> runs;  // folders
  SlurmNeeds needs;
};

bool Same(const SlurmNeeds& a, const SlurmNeeds& b) {
  return a.processes == b.processes && a.cpus == b.cpus && a.gpu == b.gpu;
}

std::vector<Array> ArraysOf(const std::vector<SlurmTask>& tasks, const std::string& job, const std::string& worker) {
  std::vector<Array> arrays;
  for (const SlurmTask& task : tasks) {
    auto at = std::find_if(arrays.begin(), arrays.end(), [&](const Array& a) { return Same(a.needs, task.needs); });
    if (at == arrays.end()) {
      const std::string number = arrays.empty() ? "" : "-" + std::to_string(arrays.size() + 1);
      at = arrays.insert(arrays.end(), {job + number, worker, {}, task.needs});
    }
    at->runs.push_back(task.run);
  }
  return arrays;
}

std::vector<Array> StageArrays(const SlurmPlan& plan) { return ArraysOf(plan.stages, "stages", "stages"); }

std::vector<Array> RunArrays(const SlurmPlan& plan) { return ArraysOf(plan.runs, "runs", "run"); }

std::string Resources(const SlurmNeeds& needs) {
  std::string text;
  if (needs.processes > 1) text += "#SBATCH --ntasks=" + std::to_string(needs.processes) + "\n";
  text += "#SBATCH --cpus-per-task=" + std::to_string(needs.cpus) + "\n";
  // Without tasks, SLURM wants to know how many GPUs a node; with one task that is the same.
  if (needs.gpu) text += needs.processes > 1 ? "#SBATCH --gpus-per-task=1\n" : "#SBATCH --gpus=1\n";
  return text;
}

// srun of SLURM 22.05 and later does not take over --cpus-per-task by itself. A rank that has lost another ends by
// itself and says so; srun sees to those that still hang a minute after the first has ended.
std::string Starter(const SlurmNeeds& needs) {
  if (needs.processes == 1) return "";
  return std::string("srun --cpus-per-task=\"$SLURM_CPUS_PER_TASK\" --kill-on-bad-exit=0 --wait=60 ") +
         (needs.gpu ? "--gpu-bind=none " : "");
}

// bash runs a trap only between commands, so the worker runs in the background. A wait that a trap interrupts has not
// seen the worker's end; the last one has. srun passes SIGUSR1 on to its tasks and takes SIGTERM as an order to kill
// them; both ask a worker to save.
std::string WorkerScript(const SlurmPlan& plan, const Array& array) {
  const std::string on_term = array.needs.processes == 1 ? "TERM" : "USR1";
  return Starter(array.needs) + Quoted(plan.program) + " --worker=" + array.worker +
         " --config=\"$folder/config.toml\" " + Quoted("--out=" + plan.out) +
         (plan.worker_args.empty() ? "" : " " + QuotedAll(plan.worker_args)) +
         " >>\"$folder/log.txt\" 2>&1 &\n"
         "worker=$!\n"
         "trap 'near_limit=yes; kill -USR1 $worker' USR1\n"
         "trap 'kill -" +
         on_term +
         " $worker' TERM\n"
         "wait $worker; code=$?\n"
         "while kill -0 $worker 2>/dev/null; do wait $worker; code=$?; done\n"
         "if [[ $code -gt 128 ]]; then wait $worker; last=$?; [[ $last -eq 127 ]] || code=$last; fi\n"
         "echo \"$folder: exit code $code\"\n";
}

// Never in another folder than this: relative paths would mean other files.
std::string EnterFolder(const SlurmPlan& plan) { return "cd " + Quoted(plan.working_folder) + " || exit 1\n"; }

std::string OptionLine(const std::string& option) {
  const size_t equals = option.find('=');
  if (equals == std::string::npos) return "#SBATCH " + option + "\n";
  return "#SBATCH " + option.substr(0, equals + 1) + SbatchValue(option.substr(equals + 1)) + "\n";
}

std::string TaskScript(const SlurmPlan& plan, const Array& array, size_t parallel) {
  std::string text = Header(plan, LogPath(plan, array.job, "%A_%a"));
  text += "#SBATCH --array=0-" + std::to_string(array.runs.size() - 1) + "%" +
          std::to_string(std::min(parallel, array.runs.size())) + "\n";
  text += Resources(array.needs);
  text += "#SBATCH --signal=B:USR1@" + std::to_string(plan.signal_s) + "\n";
  for (const std::string& option : plan.options) text += OptionLine(option);
  text += "folder=$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" " + Quoted(ListPath(plan, array.job)) + ")\n";
  text += "[[ -d $folder ]] || { echo \"no folder '$folder'\" >&2; exit 1; }\n";
  text += EnterFolder(plan);
  text += WorkerScript(plan, array);
  // A worker that has no handlers yet dies of the signal, and has nothing to save.
  text += "if [[ ( $code -eq " + std::to_string(kExitRequeue) + " || $code -eq " + std::to_string(128 + SIGUSR1) +
          " ) && -n ${near_limit:-} ]]; then\n"
          "  scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"\n"
          "  sleep 60  # SLURM ends this script\n"
          "fi\n"
          "exit $code\n";
  return text;
}

std::string FinishScript(const SlurmPlan& plan) {
  return Header(plan, LogPath(plan, "finish", "%j")) + EnterFolder(plan) + "exec " + Quoted(plan.program) + " " +
         QuotedAll(plan.finish_args) + "\n";
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

void CheckOneLine(const std::string& what, const std::string& text) {
  if (text.find_first_of("\r\n") == std::string::npos) return;
  throw InputError(what, "'" + text + "' has a line break", "one line, for it goes into SLURM's scripts");
}

}  // namespace

void CheckSbatchOption(const std::string& option) {
  CheckOneLine("--sbatch", option);
  const std::string name = option.substr(0, option.find('='));
  const bool is_long = name.size() > 3 && name.compare(0, 2, "--") == 0 &&
                       name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!is_long) {
    throw InputError("--sbatch", "'" + option + "'",
                     "one option as --name or --name=value, such as --sbatch=--partition=gpu");
  }
  // sbatch knows an option by the beginning of its name, too.
  if (std::string("--array").compare(0, name.size(), name) == 0) {
    throw InputError("--sbatch", name + " would take the place of the runs' own array",
                     "--jobs=N for at most N runs at once, --set to choose runs");
  }
}

void CheckSlurmPlan(const SlurmPlan& plan) {
  CheckOneLine("the experiment's name", plan.name);
  CheckOneLine("--out", plan.out);
  CheckOneLine("the program", plan.program);
  CheckOneLine("the working folder", plan.working_folder);
  for (const std::string& option : plan.options) CheckSbatchOption(option);
  for (const auto* tasks : {&plan.stages, &plan.runs}) {
    for (const SlurmTask& task : *tasks) CheckOneLine("the run's folder", task.run);
  }
  for (const auto* args : {&plan.worker_args, &plan.finish_args}) {
    for (const std::string& arg : *args) CheckOneLine("the command line", arg);
  }
  CheckOneLine("the folder of the scripts", plan.folder);
  if (plan.folder.find('\\') != std::string::npos) {
    throw InputError("--out", "'" + plan.out + "' has a backslash, which SLURM takes out of the path of a job's log",
                     "a folder without one");
  }
}

std::vector<SlurmScript> SlurmScripts(const SlurmPlan& plan) {
  CheckSlurmPlan(plan);
  std::vector<SlurmScript> scripts;
  const auto add = [&](const Array& array, size_t parallel) {
    scripts.push_back({ListPath(plan, array.job), Lines(array.runs)});
    scripts.push_back({ScriptPath(plan, array.job), TaskScript(plan, array, parallel)});
  };
  for (const Array& array : StageArrays(plan)) add(array, array.runs.size());
  for (const Array& array : RunArrays(plan)) add(array, static_cast<size_t>(plan.parallel));
  scripts.push_back({ScriptPath(plan, "finish"), FinishScript(plan)});
  return scripts;
}

void WriteSlurmScripts(const SlurmPlan& plan) {
  const std::vector<SlurmScript> scripts = SlurmScripts(plan);
  MakeFolder(plan.folder);
  for (const SlurmScript& script : scripts) WriteFileAtomically(script.path, script.text);
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
  std::string numbers;
  // Returns ":NUMBER". However the jobs before have ended: what is missing is looked at, and a run can train a stage
  // that is missing.
  const auto submit = [&](const std::string& job, const std::string& after) {
    std::vector<std::string> command = {"sbatch", "--parsable"};
    if (!after.empty()) command.push_back("--dependency=afterany" + after);
    command.push_back(ScriptPath(plan, job));
    const std::string number = TrimmedNumber(job, run(command));
    numbers += (numbers.empty() ? "" : ", ") + job + " " + number;
    return ":" + number;
  };
  std::string stages, runs, last;
  for (const Array& array : StageArrays(plan)) stages += submit(array.job, "");
  const bool one_by_one = static_cast<size_t>(plan.parallel) < plan.runs.size();
  for (const Array& array : RunArrays(plan)) {
    last = submit(array.job, one_by_one && !last.empty() ? last : stages);
    runs += last;
  }
  submit("finish", runs.empty() ? stages : runs);
  return numbers;
}

}  // namespace suite
