#include "tests/quickstart/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/files.h"

namespace suite {
namespace {

[[noreturn]] void Become(const std::vector<std::string>& arguments, const std::string& output_path) {
  const int output = open(output_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(output, 1);
  dup2(output, 2);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

std::string TemporaryPath(const std::string& name) {
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  std::filesystem::remove_all(path);
  return path;
}

ProgramResult RunProgram(const std::vector<std::string>& command, std::optional<double> kill_after_s) {
  const std::string output_path = TemporaryPath("output");
  const pid_t child = fork();
  if (child == 0) Become(command, output_path);
  if (kill_after_s) {
    std::this_thread::sleep_for(std::chrono::duration<double>(*kill_after_s));
    kill(child, SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(output_path)};
}

ProgramResult RunExperiment(const std::string& name, const std::vector<std::string>& arguments,
                            std::optional<double> kill_after_s) {
  std::vector<std::string> all = {"experiments/" + name, "--config=experiments/" + name + ".toml"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return RunProgram(all, kill_after_s);
}

ProgramResult RunQuickstart(const std::vector<std::string>& arguments, std::optional<double> kill_after_s) {
  return RunExperiment("quickstart", arguments, kill_after_s);
}

}  // namespace suite
