// Runs a program as a user does, and gives back what it printed and how it ended.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace suite {

struct ProgramResult {
  int exit_code = -1;  // -1 when a signal ended it
  std::string output;  // stdout and stderr
};

// The program and its arguments. With `kill_after_s` it gets SIGKILL then, if it is still there.
ProgramResult RunProgram(const std::vector<std::string>& command, std::optional<double> kill_after_s = std::nullopt);

// An experiment with its own TOML file and the given further arguments.
ProgramResult RunExperiment(const std::string& name, const std::vector<std::string>& arguments,
                            std::optional<double> kill_after_s = std::nullopt);

ProgramResult RunQuickstart(const std::vector<std::string>& arguments,
                            std::optional<double> kill_after_s = std::nullopt);

// A fresh path under the test's temporary folder.
std::string TemporaryPath(const std::string& name);

}  // namespace suite
