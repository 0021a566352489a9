// Fifty runs, two launchers at once, and a disk that runs full, then becomes read-only, then is mended: nothing is lost
// and nothing is done twice.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "harness/metrics/run_record.h"
#include "tests/quickstart/program.h"
#include "tests/sweep/launcher_process.h"
#include "tests/sweep/watched_runs.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

constexpr char kConfig[] = "tests/sweep/fifty.toml";

void ExpectAllDoneOnce(const std::string& runs) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(runs)) {
    ++count;
    const RunRecord run = ReadRun(entry.path().string() + "/store.h5");
    EXPECT_EQ(run.status, "done") << entry.path();
    EXPECT_EQ(run.steps, (std::vector<int64_t>{1, 2, 3})) << entry.path();
    EXPECT_LE(CountLines(entry.path().string() + "/log.txt", "finished"), 1) << "done twice: " << entry.path();
  }
  EXPECT_EQ(count, 50);
}

// The bits are those of a sound disk: one seed of both objectives, run again elsewhere.
void ExpectBitsOfASoundDisk(const std::string& runs) {
  const std::string sound = TemporaryPath("sound");
  LauncherProcess again({"--out=" + sound, "--set", "seed=9"}, {}, kConfig);
  ASSERT_EQ(again.Wait(), 0) << again.Output();
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(sound + "/fifty/runs")) {
    const RunRecord expected = ReadRun(entry.path().string() + "/store.h5");
    EXPECT_EQ(DeterministicDigest(ReadRun(runs + "/" + expected.run_name + "/store.h5")),
              DeterministicDigest(expected));
    ++compared;
  }
  EXPECT_EQ(compared, 2);
}

TEST(FiftyRuns, SurviveAFullAndAReadOnlyDiskWithTwoLaunchers) {
  const std::string out = TemporaryPath("fifty"), runs = out + "/fifty/runs", fault = TemporaryPath("switch");
  const std::vector<std::string> arguments = {"--out=" + out, "--jobs=2"};
  const std::vector<std::pair<std::string, std::string>> faulty = {
      {"LD_PRELOAD", fs::absolute("tests/sweep/libfaulty_disk.so").string()},
      {"FAULTY_DISK_FOLDER", runs},
      {"FAULTY_DISK_SWITCH", fault}};
  int before = 0;
  for (const char* disk : {"full", "read_only"}) {
    LauncherProcess a(arguments, faulty, kConfig), b(arguments, faulty, kConfig);
    while (CountInLogs(runs, "finished") < before + 8 && (a.IsRunning() || b.IsRunning())) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    WriteFileAtomically(fault, disk);
    const int code_a = a.Wait(), code_b = b.Wait();
    EXPECT_NE(code_a, 0) << disk << ": " << a.Output();
    EXPECT_NE(code_b, 0) << disk << ": " << b.Output();
    const std::string said = a.Output() + b.Output();
    const std::string reason = std::string(disk) == "full" ? "No space left on device" : "Read-only file system";
    EXPECT_NE(said.find(reason), std::string::npos) << said;
    fs::remove(fault);
    const int done = CountInLogs(runs, "finished");
    EXPECT_GE(done, before + 8);
    EXPECT_LT(done, 50) << "the disk failed too late to show anything";
    before = done;
  }
  LauncherProcess a(arguments, faulty, kConfig), b(arguments, faulty, kConfig);
  EXPECT_EQ(a.Wait(), 0) << a.Output();
  EXPECT_EQ(b.Wait(), 0) << b.Output();
  ExpectAllDoneOnce(runs);
  ExpectBitsOfASoundDisk(runs);
}

}  // namespace
}  // namespace suite
