#include "tests/sweep/watched_runs.h"

#include <chrono>
#include <filesystem>
#include <sstream>
#include <thread>

#include "base/files.h"
#include "harness/metrics/run_record.h"

namespace suite {

namespace fs = std::filesystem;

bool WaitFor(const std::function<bool()>& what) {
  for (int i = 0; i < 6000; ++i) {
    if (what()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

int CountLines(const std::string& path, const std::string& beginning) {
  if (!fs::exists(path)) return 0;
  std::istringstream lines(ReadFile(path));
  int count = 0;
  for (std::string line; std::getline(lines, line);) count += line.rfind(beginning, 0) == 0;
  return count;
}

int CountInLogs(const std::string& runs, const std::string& beginning) {
  int count = 0;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(runs, absent)) {
    count += CountLines(entry.path().string() + "/log.txt", beginning);
  }
  return count;
}

std::string OnlyRun(const std::string& runs) { return fs::directory_iterator(runs)->path().string(); }

size_t StepsOf(const std::string& runs) {
  if (!fs::exists(runs) || fs::is_empty(runs)) return 0;
  const std::string store = OnlyRun(runs) + "/store.h5";
  return fs::exists(store) ? ReadRun(store).steps.size() : 0;
}

bool HasSteps(const std::string& runs, size_t steps) { return StepsOf(runs) >= steps; }

}  // namespace suite
