// An experiment's launcher as a process beside the test: started, signalled, waited for.
//
//   LauncherProcess launcher({"--profile=smoke", "--out=" + out}, {{"LD_PRELOAD", library}});
//   launcher.Signal(SIGTERM);
//   EXPECT_EQ(launcher.Wait(), 75) << launcher.Output();
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace suite {

class LauncherProcess {
 public:
  // experiments/quickstart with `config` and the arguments; its output goes to a file.
  explicit LauncherProcess(const std::vector<std::string>& arguments,
                           const std::vector<std::pair<std::string, std::string>>& environment = {},
                           const std::string& config = "experiments/quickstart.toml");
  ~LauncherProcess();
  LauncherProcess(const LauncherProcess&) = delete;
  LauncherProcess& operator=(const LauncherProcess&) = delete;

  void Signal(int signal) const;
  bool IsRunning();
  // The exit code; 128 + signal of one that a signal ended.
  int Wait();
  std::string Output() const;

 private:
  pid_t pid_;
  int status_ = -1;
  bool ended_ = false;
  std::string output_path_;
};

}  // namespace suite
