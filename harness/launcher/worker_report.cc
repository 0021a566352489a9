#include "harness/launcher/worker_report.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace suite {

std::string FormatReport(const WorkerReport& report) {
  const nlohmann::json json = {
      {"step", report.step}, {"total", report.total}, {"tokens", report.tokens}, {"text", report.text}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<WorkerReport> ParseReport(const std::string& line) {
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  try {
    return WorkerReport{json.at("step").get<int64_t>(), json.at("total").get<int64_t>(),
                        json.at("tokens").get<int64_t>(), json.at("text").get<std::string>()};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

WorkerReporter::WorkerReporter() {
  const char* number = std::getenv(kReportFdVariable);
  if (!number) return;
  char* end = nullptr;
  const long fd = std::strtol(number, &end, 10);
  // A number that is no open descriptor was inherited by accident, through a shell between.
  if (end == number || *end != '\0' || fd < 0 || fcntl(static_cast<int>(fd), F_SETFD, FD_CLOEXEC) != 0) return;
  fd_ = static_cast<int>(fd);
  // A reader that is gone must not kill the writer in the middle of a step.
  std::signal(SIGPIPE, SIG_IGN);
  unsetenv(kReportFdVariable);
}

WorkerReporter::~WorkerReporter() {
  if (fd_ >= 0) close(fd_);
}

void WorkerReporter::Report(const WorkerReport& report) {
  if (fd_ < 0) return;
  const std::string line = FormatReport(report) + "\n";
  size_t written = 0;
  while (written < line.size()) {
    const ssize_t n = write(fd_, line.data() + written, line.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    written += static_cast<size_t>(n);
  }
  if (written < line.size()) {
    close(fd_);
    fd_ = -1;
  }
}

}  // namespace suite
