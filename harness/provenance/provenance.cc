#include "harness/provenance/provenance.h"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

// g++ has no macro for UBSan; a handler of its runtime is there or it is not.
extern "C" __attribute__((weak)) void __ubsan_handle_add_overflow_abort(void*, void*, void*);

namespace suite {
namespace {

constexpr char kUnknown[] = "unknown";

std::string Unknown(const std::string& reason) { return std::string(kUnknown) + " (" + reason + ")"; }

std::string OrUnknown(const std::string& value) { return value.empty() ? kUnknown : value; }

struct CommandOutput {
  bool ok = false;
  std::string text;  // stdout, or stderr of a command that failed
};

CommandOutput RunCommand(const std::string& command) {
  CommandOutput output;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return output;
  std::array<char, 4096> bytes;
  for (size_t n; (n = std::fread(bytes.data(), 1, bytes.size(), pipe)) > 0;) output.text.append(bytes.data(), n);
  output.ok = pclose(pipe) == 0;
  return output;
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// The value after `separator` in the first line of `path` that starts with `key`; empty when there is none.
std::string ValueInFile(const std::string& path, const std::string& key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key, 0) != 0) continue;
    const size_t start = line.find_first_not_of(" \t\"", line.find(separator) + 1);
    const size_t end = line.find_last_not_of(" \t\"");
    return start == std::string::npos ? "" : line.substr(start, end - start + 1);
  }
  return "";
}

GitState CheckoutState() {
  const char* folder = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (folder) return ReadGitState(folder);
  const std::string unknown = Unknown("not started with bazel run");
  return {unknown, unknown};
}

std::string Compiler() {
#ifdef __clang__
  return "clang " __VERSION__;
#else
  return "g++ " __VERSION__;
#endif
}

std::string CxxStandard() { return "C++" + std::to_string(__cplusplus / 100 % 100); }

// A container or a scheduler may leave the process fewer cores than the machine has.
std::string Cores() {
  cpu_set_t set;
  const std::string online = std::to_string(sysconf(_SC_NPROCESSORS_ONLN));
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return online;
  return std::to_string(CPU_COUNT(&set)) + " of " + online;
}

std::string Memory() {
  int64_t kilobytes = 0;
  std::istringstream(ValueInFile("/proc/meminfo", "MemTotal", ':')) >> kilobytes;
  return kilobytes > 0 ? std::to_string(kilobytes / 1024) + " MiB" : kUnknown;
}

// Without the node name: results are published, hosts are not.
std::string Kernel() {
  utsname name{};
  if (uname(&name) != 0) return kUnknown;
  return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

std::string NowUtc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

Provenance CollectProvenance(const ProvenanceInputs& inputs) {
  const GitState git = CheckoutState();
  Provenance provenance = {
      {"commit", git.commit},
      {"dirty", git.dirty},
      {"build_mode", BuildMode()},
      {"compiler", Compiler()},
      {"cxx_standard", CxxStandard()},
      {"libtorch", OrUnknown(inputs.libtorch_version)},
      {"hdf5", OrUnknown(inputs.hdf5_version)},
      {"cpu", OrUnknown(ValueInFile("/proc/cpuinfo", "model name", ':'))},
      {"cores", Cores()},
      {"memory", Memory()},
      {"accelerator", OrUnknown(inputs.accelerator)},
      {"os", OrUnknown(ValueInFile("/etc/os-release", "PRETTY_NAME=", '='))},
      {"kernel", Kernel()},
  };
  for (const auto& [name, seed] : inputs.seeds) provenance.emplace_back("seed." + name, std::to_string(seed));
  for (const auto& [name, hash] : inputs.data_hashes) provenance.emplace_back("data." + name, OrUnknown(hash));
  provenance.emplace_back("command", OrUnknown(CommandLine(inputs.argv)));
  const std::string launcher = LauncherCommand();
  if (!launcher.empty()) provenance.emplace_back("launched_by", launcher);
  provenance.emplace_back("started_utc", NowUtc());
  return provenance;
}

GitState ReadGitState(const std::string& folder) {
  const std::string git = "git -C " + CommandLine({folder});
  const CommandOutput commit = RunCommand(git + " rev-parse HEAD");
  if (!commit.ok) {
    const std::string unknown = Unknown(OrUnknown(FirstLine(commit.text)));
    return {unknown, unknown};
  }
  // No optional locks: a run must not disturb a commit that is being made.
  const CommandOutput status = RunCommand("GIT_OPTIONAL_LOCKS=0 " + git + " status --porcelain");
  if (!status.ok) return {FirstLine(commit.text), Unknown(OrUnknown(FirstLine(status.text)))};
  const auto files = std::count(status.text.begin(), status.text.end(), '\n');
  return {FirstLine(commit.text), files == 0 ? "no" : "yes (" + std::to_string(files) + " files)"};
}

std::string BuildMode() {
#ifdef NDEBUG
  std::string mode = "opt";
#else
  std::string mode = "debug";
#endif
#ifdef __SANITIZE_ADDRESS__
  mode += "+asan";
#endif
#ifdef __SANITIZE_THREAD__
  mode += "+tsan";
#endif
  if (__ubsan_handle_add_overflow_abort) mode += "+ubsan";
  return mode;
}

std::string LauncherCommand() {
  const std::string parent = "/proc/" + std::to_string(getppid());
  std::error_code unreadable;
  if (!std::filesystem::equivalent(parent + "/exe", "/proc/self/exe", unreadable) || unreadable) return "";
  std::ifstream file(parent + "/cmdline");
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  return CommandLine(words);
}

std::string CommandLine(const std::vector<std::string>& argv) {
  const std::string plain = "-_./=:,+@%";
  const auto is_plain = [&](unsigned char c) {
    return std::isalnum(c) || plain.find(static_cast<char>(c)) != std::string::npos;
  };
  std::string line;
  for (const std::string& word : argv) {
    if (!line.empty()) line += ' ';
    if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace suite
