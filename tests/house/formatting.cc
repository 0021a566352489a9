#include <array>
#include <cstdio>
#include <set>
#include <sstream>

#include "tests/house/rules.h"
#include "tests/house/source_tree.h"

namespace suite::house {
namespace {

constexpr char kVersion[] = "14";

// Standard output and error of a shell command.
std::string OutputOf(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return "";
  std::string output;
  std::array<char, 4096> buffer;
  for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) output.append(buffer.data(), n);
  pclose(pipe);
  return output;
}

// Another version breaks lines elsewhere, so only version 14 will do; empty if it is not there.
std::string ClangFormat() {
  for (const std::string name : {"clang-format-14", "clang-format"}) {
    if (OutputOf(name + " --version").find(std::string("version ") + kVersion + ".") != std::string::npos) return name;
  }
  return "";
}

std::string ShellQuoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::vector<std::string> Unformatted(const std::string& root) {
  const std::string clang_format = ClangFormat();
  if (clang_format.empty()) return {std::string("no clang-format of version ") + kVersion + " here to check with"};
  std::string command = "cd " + ShellQuoted(root) + " && " + clang_format + " --style=file --dry-run -Werror";
  for (const std::string& file : SourceFiles(root)) command += " " + ShellQuoted(file);
  // file:line:column: error: code should be clang-formatted [-Wclang-format-violations]
  std::istringstream lines(OutputOf(command));
  std::string line;
  std::set<std::string> breaches;
  while (std::getline(lines, line)) {
    if (line.find("error:") != std::string::npos)
      breaches.insert(line.substr(0, line.find(':')) + ": run " + clang_format + " -i");
  }
  return {breaches.begin(), breaches.end()};
}

}  // namespace suite::house
