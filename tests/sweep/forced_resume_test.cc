// Checkpoints that a resume must not go on with, of another config and of another world size: refused with a message
// that names both values, passed with --force-resume, and then recorded in the store.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/metrics/run_record.h"
#include "tests/quickstart/program.h"
#include "tests/sweep/launcher_process.h"
#include "tests/sweep/watched_runs.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSteps = 40;

// One run of 40 steps, in two shards, so that two processes make the same bits as one.
std::vector<std::string> OneRun(const std::string& out, const std::string& preset) {
  std::vector<std::string> arguments = {"--profile=smoke", "--out=" + out};
  for (const std::string& set :
       {"objective.preset=" + preset, "rl.steps=" + std::to_string(kSteps), std::string("seed=3407"),
        std::string("checkpoint.every=10"), std::string("checkpoint.keep=9"), std::string("eval.every=20"),
        std::string("run.threads=2")}) {
    arguments.insert(arguments.end(), {"--set", set});
  }
  return arguments;
}

std::string Runs(const std::string& out) { return out + "/quickstart-smoke/runs"; }

RunRecord StoreOf(const std::string& out) { return ReadRun(OnlyRun(Runs(out)) + "/store.h5"); }

// Stopped on request when it has made so many steps, and saved then.
void StopAfter(size_t steps, const std::string& out, const std::string& preset) {
  LauncherProcess launcher(OneRun(out, preset));
  ASSERT_TRUE(WaitFor([&] { return HasSteps(Runs(out), steps); })) << launcher.Output();
  launcher.Signal(SIGTERM);
  ASSERT_EQ(launcher.Wait(), 75) << launcher.Output();
  ASSERT_LT(StoreOf(out).steps.size(), kSteps) << "the signal came too late to show anything";
}

std::vector<std::string> Forced(std::vector<std::string> arguments) {
  arguments.push_back("--force-resume");
  return arguments;
}

std::vector<std::string> ForcedInStore(const std::string& out) {
  std::vector<std::string> forced;
  for (const auto& [key, text] : StoreOf(out).provenance) {
    if (key.find("resume_forced") != std::string::npos) forced.push_back(text);
  }
  return forced;
}

TEST(ForcedResume, OfACheckpointOfAnotherConfig) {
  const std::string mine = TemporaryPath("mine"), others = TemporaryPath("others");
  StopAfter(12, mine, "grpo");
  StopAfter(3, others, "gspo");
  const std::string run = OnlyRun(Runs(mine)), other = OnlyRun(Runs(others));
  const std::string name = fs::path(run).filename().string(), other_name = fs::path(other).filename().string();
  const std::vector<int64_t> steps_before = StoreOf(mine).steps;
  fs::remove_all(run + "/checkpoints");
  fs::create_directories(run + "/checkpoints");
  // The first one is of step 10 at most, so the store of the run reaches it.
  fs::path first;
  for (const auto& entry : fs::directory_iterator(other + "/checkpoints")) {
    if (first.empty() || entry.path() < first) first = entry.path();
  }
  fs::copy(first, run + "/checkpoints");
  const int64_t step = std::stoll(first.filename().string().substr(std::string("step-").size()));

  const std::string difference = "config: saved with " + other_name + ", now " + name;
  const ProgramResult refused = RunQuickstart(OneRun(mine, "grpo"));
  EXPECT_EQ(refused.exit_code, 1) << refused.output;
  EXPECT_NE(refused.output.find("does not fit: " + difference), std::string::npos) << refused.output;
  EXPECT_NE(refused.output.find("--force-resume"), std::string::npos) << refused.output;
  EXPECT_EQ(StoreOf(mine).steps, steps_before) << "a refusal changes nothing";
  EXPECT_EQ(StoreOf(mine).status, "running");

  const ProgramResult forced = RunQuickstart(Forced(OneRun(mine, "grpo")));
  EXPECT_EQ(forced.exit_code, 0) << forced.output;
  EXPECT_EQ(CountInLogs(Runs(mine), "resume forced: "), 1);
  EXPECT_EQ(CountInLogs(Runs(mine), "goes on after step " + std::to_string(step)), 1);
  EXPECT_EQ(StoreOf(mine).status, "done");
  EXPECT_EQ(StoreOf(mine).steps.size(), kSteps);
  EXPECT_EQ(ForcedInStore(mine), std::vector<std::string>{difference});
}

std::string FreePort() {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  bind(descriptor, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  close(descriptor);
  return std::to_string(ntohs(address.sin_port));
}

struct TwoResults {
  int code[2];
  std::string output[2];
};

// The variables are those of torchrun.
TwoResults RunInTwoProcesses(const std::vector<std::string>& arguments) {
  const std::string port = FreePort();
  const auto environment = [&](const std::string& rank) {
    return std::vector<std::pair<std::string, std::string>>{{"RANK", rank},
                                                            {"WORLD_SIZE", "2"},
                                                            {"LOCAL_RANK", rank},
                                                            {"LOCAL_WORLD_SIZE", "2"},
                                                            {"MASTER_PORT", port},
                                                            {"MASTER_ADDR", "127.0.0.1"},
                                                            {"SUITE_GROUP_DEADLINE_S", "60"}};
  };
  LauncherProcess first(arguments, environment("0")), second(arguments, environment("1"));
  const int first_code = first.Wait(), second_code = second.Wait();
  return {{first_code, second_code}, {first.Output(), second.Output()}};
}

TEST(ForcedResume, OfACheckpointOfAnotherWorldSize) {
  const std::string unbroken = TemporaryPath("unbroken"), out = TemporaryPath("world");
  ASSERT_EQ(RunQuickstart(OneRun(unbroken, "gspo")).exit_code, 0);
  StopAfter(3, out, "gspo");
  const std::vector<int64_t> steps_before = StoreOf(out).steps;

  const TwoResults refused = RunInTwoProcesses(OneRun(out, "gspo"));
  EXPECT_EQ(refused.code[0], 2) << refused.output[0];
  EXPECT_NE(refused.code[1], 0) << "the other process does not hang and does not pass: " << refused.output[1];
  EXPECT_NE(refused.output[0].find("does not fit: world_size: saved with 1, now 2"), std::string::npos)
      << refused.output[0];
  EXPECT_EQ(StoreOf(out).steps, steps_before) << "a refusal changes nothing";

  const TwoResults forced = RunInTwoProcesses(Forced(OneRun(out, "gspo")));
  EXPECT_EQ(forced.code[0], 0) << forced.output[0];
  EXPECT_EQ(forced.code[1], 0) << forced.output[1];
  EXPECT_NE(forced.output[0].find("resume forced: "), std::string::npos) << forced.output[0];
  EXPECT_EQ(ForcedInStore(out), std::vector<std::string>{"world_size: saved with 1, now 2"});
  EXPECT_EQ(DeterministicDigest(StoreOf(out)), DeterministicDigest(StoreOf(unbroken)));
}

}  // namespace
}  // namespace suite
