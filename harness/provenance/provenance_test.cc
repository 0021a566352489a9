#include "harness/provenance/provenance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "harness/provenance/process_meter.h"

namespace suite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr char kWorkspaceVariable[] = "BUILD_WORKSPACE_DIRECTORY";

// "" where there is no such key.
std::string ValueOf(const Provenance& provenance, const std::string& name) {
  for (const auto& [key, value] : provenance) {
    if (key == name) return value;
  }
  return "";
}

void Shell(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

// A git repository with one commit; its name asks for quoting.
std::string MakeRepository(const std::string& name) {
  const std::string folder = testing::TempDir() + "it's " + name;
  const std::string quoted = CommandLine({folder});
  Shell("rm -rf " + quoted + " && git init -q " + quoted);
  std::ofstream(folder + "/a.txt") << "a";
  Shell("cd " + quoted + " && git add a.txt && git -c user.name=t -c user.email=t@example.org commit -q -m first");
  return folder;
}

TEST(ReadGitState, CleanThenDirty) {
  const std::string folder = MakeRepository("clean");
  GitState state = ReadGitState(folder);
  EXPECT_THAT(state.commit, MatchesRegex("[0-9a-f]{40}"));
  EXPECT_EQ(state.dirty, "no");
  std::ofstream(folder + "/a.txt") << "changed";
  EXPECT_EQ(ReadGitState(folder).dirty, "yes (1 files)");
  std::ofstream(folder + "/b.txt") << "untracked";
  EXPECT_EQ(ReadGitState(folder).dirty, "yes (2 files)");
  EXPECT_EQ(ReadGitState(folder).commit, state.commit);
}

TEST(ReadGitState, SaysWhyItIsUnknown) {
  const GitState state = ReadGitState("/no/such/folder");
  EXPECT_THAT(state.commit, StartsWith("unknown ("));
  EXPECT_THAT(state.commit, HasSubstr("/no/such/folder"));
  EXPECT_THAT(state.dirty, StartsWith("unknown ("));
}

TEST(CollectProvenance, HasEveryKeyInOrder) {
  unsetenv(kWorkspaceVariable);
  ProvenanceInputs inputs;
  inputs.libtorch_version = "2.11.0";
  inputs.argv = {"bench", "--set", "rl.steps = 5"};
  inputs.seeds = {{"seed", 3407}, {"data.world_seed", 0}};
  inputs.data_hashes = {{"catalog", "abc"}};
  const Provenance provenance = CollectProvenance(inputs);
  std::vector<std::string> keys;
  for (const auto& [key, value] : provenance) {
    keys.push_back(key);
    EXPECT_FALSE(value.empty()) << key;
  }
  EXPECT_THAT(keys, ElementsAre("commit", "dirty", "build_mode", "compiler", "cxx_standard", "libtorch", "hdf5", "cpu",
                                "cores", "memory", "accelerator", "os", "kernel", "seed.seed", "seed.data.world_seed",
                                "data.catalog", "command", "started_utc"));
  const auto value = [&](const std::string& key) { return ValueOf(provenance, key); };
  EXPECT_EQ(value("commit"), "unknown (not started with bazel run)");
  EXPECT_EQ(value("cxx_standard"), "C++17");
  EXPECT_EQ(value("libtorch"), "2.11.0");
  EXPECT_EQ(value("hdf5"), "unknown");
  EXPECT_EQ(value("seed.seed"), "3407");
  EXPECT_EQ(value("command"), "bench --set 'rl.steps = 5'");
  EXPECT_THAT(value("cores"), MatchesRegex("[0-9]+ of [0-9]+"));
  EXPECT_THAT(value("memory"), MatchesRegex("[0-9]+ MiB"));
  EXPECT_THAT(value("kernel"), StartsWith("Linux "));
  EXPECT_THAT(value("started_utc"), MatchesRegex("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"));
}

TEST(CollectProvenance, DoesNotNameTheHost) {
  char host[256] = {};
  ASSERT_EQ(gethostname(host, sizeof(host) - 1), 0);
  // As a word, for a short name may lie inside another word.
  for (const auto& [key, value] : CollectProvenance({})) {
    std::istringstream words(value);
    for (std::string word; words >> word;) EXPECT_NE(word, host) << key;
  }
}

TEST(CollectProvenance, ReadsTheCheckoutOfBazelRun) {
  const std::string folder = MakeRepository("workspace");
  setenv(kWorkspaceVariable, folder.c_str(), 1);
  const Provenance provenance = CollectProvenance({});
  unsetenv(kWorkspaceVariable);
  EXPECT_EQ(ValueOf(provenance, "commit"), ReadGitState(folder).commit);
  EXPECT_EQ(ValueOf(provenance, "dirty"), "no");
}

// This test starts itself: the child writes whom it knows as its launcher.
TEST(LauncherCommand, IsTheParentsIfThatIsTheSameProgram) {
  const char* child_writes = std::getenv("SUITE_TEST_LAUNCHER_FILE");
  if (child_writes) {
    std::ofstream(child_writes) << LauncherCommand() << "\n" << ValueOf(CollectProvenance({}), "launched_by");
    return;
  }
  EXPECT_EQ(LauncherCommand(), "") << "of a shell or a test runner";
  EXPECT_EQ(ValueOf(CollectProvenance({}), "launched_by"), "");
  const std::string path = testing::TempDir() + "launcher.txt";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    setenv("SUITE_TEST_LAUNCHER_FILE", path.c_str(), 1);
    // What the test runner reads is the parent's to write.
    for (const char* report : {"TEST_PREMATURE_EXIT_FILE", "XML_OUTPUT_FILE"}) unsetenv(report);
    execl("/proc/self/exe", "child", "--gtest_filter=LauncherCommand.*", static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  std::ifstream own("/proc/self/cmdline");
  std::vector<std::string> words;
  for (std::string word; std::getline(own, word, '\0');) words.push_back(word);
  std::ifstream file(path);
  std::string command, recorded;
  std::getline(file, command);
  std::getline(file, recorded);
  EXPECT_EQ(command, CommandLine(words));
  EXPECT_EQ(recorded, command);
}

TEST(BuildMode, KnowsThisBuild) {
  EXPECT_THAT(BuildMode(), MatchesRegex("(opt|debug)(\\+asan|\\+tsan|\\+ubsan)*"));
#ifdef NDEBUG
  EXPECT_THAT(BuildMode(), StartsWith("opt"));
#else
  EXPECT_THAT(BuildMode(), StartsWith("debug"));
#endif
}

TEST(CommandLine, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(CommandLine({"a", "--b=c/d.toml"}), "a --b=c/d.toml");
  EXPECT_EQ(CommandLine({"a b", "", "it's", "$x"}), "'a b' '' 'it'\\''s' '$x'");
  EXPECT_EQ(CommandLine({}), "");
}

TEST(ProcessMeter, ProcessorTimeCountsWorkAndNotWaiting) {
  const WallTimer timer;
  const double start = ProcessorSeconds();
  volatile double sum = 0;
  while (ProcessorSeconds() - start < 0.02) sum = sum + 1;
  EXPECT_GE(timer.Seconds(), 0.015) << "one thread works no faster than the clock";
  const double before = ProcessorSeconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  EXPECT_LT(ProcessorSeconds() - before, 0.03);
}

TEST(ProcessMeter, PeakFollowsAllocations) {
  constexpr int64_t kBytes = 64 << 20;
  const int64_t before = PeakMemoryBytes();
  ASSERT_GT(before, 0);
  {
    const std::vector<char> block(before + kBytes, 'x');
    EXPECT_GE(CurrentMemoryBytes(), before + kBytes);
  }
  const int64_t peak = PeakMemoryBytes();
  EXPECT_GE(peak, before + kBytes);
  // Sanitizers keep freed memory, so only other builds see the peak fall.
  if (BuildMode() != "opt" && BuildMode() != "debug") GTEST_SKIP() << BuildMode();
  EXPECT_GE(peak, CurrentMemoryBytes());
  if (!ResetPeakMemory()) GTEST_SKIP() << "the kernel does not let a process reset its peak";
  EXPECT_LE(PeakMemoryBytes(), peak - kBytes) << "the block is gone";
}

TEST(ProcessMeter, WallTimerRuns) {
  WallTimer timer;
  usleep(300000);
  EXPECT_GE(timer.Seconds(), .3);
  timer.Restart();
  EXPECT_LT(timer.Seconds(), .3);
}

}  // namespace
}  // namespace suite
