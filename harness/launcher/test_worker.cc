// A worker for worker_pool_test: what it does is its first argument.
//
//   report N            N reports, then exit 0        fail CODE     a line on stderr, then exit CODE
//   kill                SIGKILL to itself             sleep FILE    pid into FILE, then wait; SIGTERM: exit 5
//   stubborn FILE       as sleep, but SIGTERM is ignored            garbage   malformed report lines
//   pool RESULT A B     a pool of two `sleep` workers with pid files A and B; results into RESULT
//   busy FOLDER MS      counts itself in FOLDER for MS milliseconds
//   rank FOLDER DEEDS   place into FOLDER/placeR and pid into FOLDER/R, then does letter R of DEEDS when all are there:
//                       0 ends, f fails, k SIGKILL to itself, p ends as the loss of a peer does (a little later),
//                       w waits for SIGTERM and ends with 75, s sleeps on
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "harness/launcher/worker_pool.h"
#include "harness/launcher/worker_report.h"

namespace suite {
namespace {

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path + ".part") << text << std::flush;
  std::rename((path + ".part").c_str(), path.c_str());
}

int ReportSteps(int64_t steps) {
  WorkerReporter reporter;
  if (!reporter.connected()) return 9;
  for (int64_t step = 1; step <= steps; ++step) reporter.Report({step, steps, step * 10, "loss \"x\"\n"});
  return 0;
}

int Sleep(const std::string& pid_path, bool stubborn) {
  std::signal(SIGTERM, stubborn ? SIG_IGN : static_cast<void (*)(int)>([](int) { _exit(5); }));
  Write(pid_path, std::to_string(getpid()));
  while (true) pause();
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return std::string(name) + "=" + (value ? value : "") + "\n";
}

int BeRank(const std::string& folder, const std::string& deeds) {
  const std::string rank = std::getenv("RANK");
  WorkerReporter reporter;
  if (reporter.connected() != (rank == "0")) return 9;
  reporter.Report({7, 8, 9, "rank " + rank});
  std::string place;
  for (const char* name : {"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT",
                           "SUITE_STORE_FD", "CUDA_VISIBLE_DEVICES"}) {
    place += Variable(name);
  }
  std::signal(SIGTERM, [](int) { _exit(75); });
  Write(folder + "/place" + rank, place);
  Write(folder + "/" + rank, std::to_string(getpid()));
  for (size_t other = 0; other < deeds.size(); ++other) {
    while (access((folder + "/" + std::to_string(other)).c_str(), F_OK) != 0) usleep(1000);
  }
  std::cerr << "rank " << rank << " says why" << std::endl;
  const char deed = deeds.at(std::stoul(rank));
  if (deed == 'k') return kill(getpid(), SIGKILL);
  if (deed == 'p') usleep(100000);
  while (deed == 'w' || deed == 's') pause();
  return deed == 'f' ? 1 : deed == 'p' ? 3 : 0;
}

int RunPool(const std::string& result_path, const std::string& a, const std::string& b) {
  PoolOptions options;
  options.max_parallel = 2;
  const PoolResult result = RunJobs(
      {{"a", {"sleep", a}, a + ".log"}, {"b", {"sleep", b}, b + ".log"}, {"c", {"sleep", b}, b + ".log"}}, options);
  std::string text = "signal " + std::to_string(result.signal);
  for (const JobResult& job : result.jobs) {
    text += job.status == JobStatus::kNotStarted ? " not_started" : " " + std::to_string(job.exit_code);
  }
  Write(result_path, text);
  return 0;
}

// Two that overlap would both fail to be the only one with a file of this name.
int Busy(const std::string& folder, int milliseconds) {
  for (int place = 0;; ++place) {
    const std::string path = folder + "/place" + std::to_string(place);
    const int fd = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0666);
    if (fd < 0) continue;
    close(fd);
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    unlink(path.c_str());
    return place;
  }
}

int Main(const std::vector<std::string>& args) {
  const std::string& what = args.at(0);
  if (what == "report") return ReportSteps(std::stoll(args.at(1)));
  if (what == "sleep" || what == "stubborn") return Sleep(args.at(1), what == "stubborn");
  if (what == "pool") return RunPool(args.at(1), args.at(2), args.at(3));
  if (what == "rank") return BeRank(args.at(1), args.at(2));
  if (what == "busy") return Busy(args.at(1), std::stoi(args.at(2)));
  if (what == "kill") return kill(getpid(), SIGKILL);
  if (what == "garbage") {
    const std::string lines = "no json\n{\"step\": 1}\n[1]\n" + FormatReport({1, 2, 3, "fine"}) + "\n{\"step\"";
    return write(std::stoi(std::getenv(kReportFdVariable)), lines.data(), lines.size()) > 0 ? 0 : 1;
  }
  std::cout << "on stdout" << std::endl;
  for (int i = 1; i <= 30; ++i) std::cerr << "line " << i << "\n";
  return std::stoi(args.at(1));
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::Main({argv + 1, argv + argc}); }
