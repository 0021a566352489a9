#include "reports/plots/gnuplot_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"

extern char** environ;

namespace suite {
namespace {

class ScratchFile {
 public:
  explicit ScratchFile(const std::string& path) : path_(path) {}
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// -d: no start-up files of user or system, so the same script draws the same picture for everyone.
pid_t Start(const std::string& in, const std::string& out, const std::string& err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  std::string name = "gnuplot";
  std::string defaults = "-d";
  std::string from_stdin = "-";
  char* arguments[] = {name.data(), defaults.data(), from_stdin.data(), nullptr};
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, "gnuplot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed == ENOENT) {
    throw InputError("gnuplot", "the program that draws the plots is not on the PATH",
                     "gnuplot 5 (Debian: apt-get install gnuplot-nox)");
  }
  if (failed) throw InputError("gnuplot", std::string("cannot be started: ") + std::strerror(failed));
  return pid;
}

}  // namespace

std::string RunGnuplot(const std::string& script, const std::string& scratch) {
  // Two launchers of one sweep may draw at once.
  const std::string own = scratch + "." + std::to_string(getpid()) + ".gnuplot";
  const ScratchFile in(own + ".in");
  const ScratchFile out(own + ".out");
  const ScratchFile err(own + ".err");
  WriteFileAtomically(in.path(), script);
  const pid_t pid = Start(in.path(), out.path(), err.path());
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw InputError("gnuplot", "failed on " + scratch + ": " + ReadFile(err.path()));
  }
  return ReadFile(out.path());
}

}  // namespace suite
