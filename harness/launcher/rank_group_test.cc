#include "harness/launcher/rank_group.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "harness/launcher/exit_codes.h"
#include "harness/launcher/worker_pool.h"

namespace suite {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kWorker[] = "harness/launcher/test_worker";

int Exited(int code) { return code << 8; }

TEST(RankLogPath, KeepsTheEndingAndTheFolder) {
  EXPECT_EQ(RankLogPath("a.b/log.txt", 0), "a.b/log.txt");
  EXPECT_EQ(RankLogPath("a.b/log.txt", 3), "a.b/log.rank3.txt");
  EXPECT_EQ(RankLogPath("a.b/log", 1), "a.b/log.rank1");
}

TEST(CauseOf, IsTheFailureAndNotWhatFollows) {
  const RankEnd done = {0, Exited(0)}, failed = {1, Exited(kExitFailed)}, killed = {2, SIGKILL};
  const RankEnd lost = {3, Exited(kExitPeerLost)}, stopped = {4, Exited(kExitRequeue)};
  const RankEnd ended_by_us = {5, SIGKILL, /*killed_here=*/true}, busy = {6, Exited(kExitBusy)};
  EXPECT_EQ(CauseOf({lost, killed, lost}).rank, 2);
  EXPECT_EQ(CauseOf({killed, failed}).rank, 2) << "of failures, the first";
  EXPECT_EQ(CauseOf({failed, killed}).rank, 1);
  EXPECT_EQ(CauseOf({stopped, failed}).rank, 1);
  EXPECT_EQ(CauseOf({lost, stopped, ended_by_us}).rank, 4) << "saved: it goes on when it is started again";
  EXPECT_EQ(CauseOf({done, busy}).rank, 6);
  EXPECT_EQ(CauseOf({done, lost}).rank, 3) << "nobody says why, and yet it is no success";
  EXPECT_EQ(CauseOf({done, ended_by_us}).rank, 5);
  EXPECT_EQ(CauseOf({done, done}).rank, 0);
}

class RanksOfAPool : public ::testing::Test {
 protected:
  // Each job has as many ranks as deeds.
  PoolResult Run(const std::vector<std::string>& all_deeds, PoolOptions options = {}) {
    std::vector<Job> jobs;
    for (const std::string& deeds : all_deeds) {
      Job job;
      job.name = "job" + std::to_string(jobs.size());
      const std::string folder = Folder(jobs.size());
      std::filesystem::remove_all(folder);
      mkdir(folder.c_str(), 0777);
      job.args = {"rank", folder, deeds};
      job.log_path = folder + "/log.txt";
      job.processes = static_cast<int>(deeds.size());
      job.uses_gpus = true;
      jobs.push_back(job);
    }
    options.executable = kWorker;
    return RunJobs(jobs, options);
  }

  static std::string Folder(size_t job) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    return testing::TempDir() + test->name() + std::to_string(job);
  }

  static bool IsThere(size_t job, int rank) {
    return std::filesystem::exists(Folder(job) + "/" + std::to_string(rank));
  }

  static std::string Place(size_t job, int rank) { return ReadFile(Folder(job) + "/place" + std::to_string(rank)); }

  static std::string PortOf(const std::string& place) {
    const size_t begin = place.find("MASTER_PORT=") + 12;
    return place.substr(begin, place.find('\n', begin) - begin);
  }
};

TEST_F(RanksOfAPool, AreToldTheirPlacesAndRankZeroReports) {
  PoolOptions options;
  options.max_parallel = 2;
  options.gpus = {"4", "5", "6", "7"};
  const PoolResult result = Run({"00", "00", "0"}, options);
  EXPECT_TRUE(result.ok());
  for (const JobResult& job : result.jobs) EXPECT_EQ(job.last_report.text, "rank 0");
  EXPECT_THAT(Place(0, 0), AllOf(HasSubstr("RANK=0\nWORLD_SIZE=2\nLOCAL_RANK=0\nLOCAL_WORLD_SIZE=2\n"),
                                 HasSubstr("MASTER_ADDR=127.0.0.1\n"), HasSubstr("SUITE_STORE_FD=4\n"),
                                 HasSubstr("CUDA_VISIBLE_DEVICES=4,5\n")));
  EXPECT_THAT(Place(0, 1), AllOf(HasSubstr("RANK=1\nWORLD_SIZE=2\nLOCAL_RANK=1\n"), HasSubstr("SUITE_STORE_FD=\n"),
                                 HasSubstr("CUDA_VISIBLE_DEVICES=4,5\n")));
  EXPECT_THAT(Place(1, 0), HasSubstr("CUDA_VISIBLE_DEVICES=6,7\n"));
  EXPECT_EQ(PortOf(Place(0, 0)), PortOf(Place(0, 1)));
  EXPECT_NE(PortOf(Place(0, 0)), PortOf(Place(1, 0)));
  EXPECT_THAT(Place(2, 0), AllOf(HasSubstr("WORLD_SIZE=1\n"), HasSubstr("MASTER_PORT=\n")));
  EXPECT_EQ(ReadFile(Folder(0) + "/log.rank1.txt"), "rank 1 says why\n");
}

TEST_F(RanksOfAPool, TheEndIsThatOfTheRankThatExplainsIt) {
  const PoolResult result = Run({"pkp", "0f", "pp"});
  EXPECT_EQ(result.jobs[0].signal, SIGKILL);
  EXPECT_EQ(result.jobs[0].rank, 1);
  EXPECT_THAT(result.jobs[0].last_lines, ElementsAre("rank 1 says why"));
  EXPECT_THAT(DescribeFailure(result.jobs[0]), AllOf(HasSubstr("job0: process 1 of 3: ended by signal 9 (Killed)"),
                                                     HasSubstr("log.rank1.txt\n    rank 1 says why")));
  EXPECT_EQ(result.jobs[1].exit_code, kExitFailed);
  EXPECT_FALSE(result.jobs[2].ok() || result.jobs[2].open());
}

TEST_F(RanksOfAPool, OnesThatDoNotEndByThemselvesAreKilledAfterTheGrace) {
  PoolOptions options;
  options.grace_s = .3;
  const PoolResult result = Run({"sf"}, options);
  EXPECT_EQ(result.jobs[0].exit_code, kExitFailed) << "the failure is the cause";
  EXPECT_EQ(result.jobs[0].rank, 1);
  EXPECT_GE(result.jobs[0].seconds, .3);
}

TEST_F(RanksOfAPool, AllGetTheSignalAndStopTogether) {
  std::filesystem::remove_all(Folder(0));
  std::thread sender([] {
    for (int i = 0; i < 1000 && !(IsThere(0, 0) && IsThere(0, 1)); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    kill(getpid(), SIGTERM);
  });
  const PoolResult result = Run({"ww", "0"});
  sender.join();
  EXPECT_EQ(result.signal, SIGTERM);
  EXPECT_TRUE(result.jobs[0].open());
  EXPECT_EQ(result.jobs[0].exit_code, kExitRequeue);
  EXPECT_EQ(result.jobs[1].status, JobStatus::kNotStarted);
}

TEST_F(RanksOfAPool, JobsWaitForGpusAndNeverNeedMoreThanThereAre) {
  PoolOptions options;
  options.max_parallel = 3;
  options.gpus = {"0", "1", "2"};
  EXPECT_TRUE(Run({"00", "00", "0", "000"}, options).ok());
  EXPECT_THAT(Place(1, 0), HasSubstr("CUDA_VISIBLE_DEVICES=0,1\n")) << "it waited for the first two to be free again";
  EXPECT_THROW(Run({"0000"}, options), InputError);
}

}  // namespace
}  // namespace suite
