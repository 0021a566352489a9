#include "harness/metrics/run_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "base/testing/error_of.h"
#include "harness/metrics/write_run.h"

// HDF5 1.10 itself leaks small blocks (libhdf5, no frame of ours) when it gives up on damaged metadata. Only this test
// reads damaged files; in all others a leak is an error. Used by builds with --config=asan.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }

namespace suite {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string PathOf(const std::string& name) { return std::string(std::getenv("TEST_TMPDIR")) + "/" + name; }

RunRecord SmallRun(const std::string& status) {
  RunRecord run;
  run.run_name = "abc";
  run.config = "{\"seed\": 1}";
  run.status = status;
  run.provenance = {{"commit", "0398a2c"}, {"cpu", "any"}};
  run.steps = {1, 2};
  run.series = {{"loss", 1, {0.5, 0.25}}, {"reward_by_rank", 2, {1, 2, 3, 4}}, {"step_s", 1, {0.1, 0.2}}};
  run.scores = {{"test", {"a", "b"}, {"ndcg@5"}, {0, 2}, {0, 1, 0.5f, 0.25f}}};
  run.summary = {{"wall_s", "3.5"}, {"peak_rss_mib", "400"}, {"best_step", "2"}};
  run.answers = {{"a", "Alien (1979)\n"}};
  return run;
}

std::string ErrorOfReading(const std::string& path) {
  return ErrorOf([&] { ReadRun(path); });
}

TEST(RunRecordTest, EveryKindOfWrongFileIsNamed) {
  const std::string whole = PathOf("whole.h5");
  WriteRun(SmallRun("done"), whole);
  const std::string bytes = ReadFile(whole);
  const std::string missing = PathOf("missing.h5");
  EXPECT_EQ(ErrorOfReading(missing), missing + ": no such file; allowed: the .h5 file of a run");
  const std::string folder = PathOf("folder.h5");
  std::filesystem::create_directory(folder);
  EXPECT_EQ(ErrorOfReading(folder), folder + ": not a file; allowed: the .h5 file of a run");
  const std::string empty = PathOf("empty.h5");
  WriteFileAtomically(empty, "");
  EXPECT_EQ(ErrorOfReading(empty), empty + ": the file is empty; allowed: the .h5 file of a run");
  const std::string foreign = PathOf("foreign.h5");
  WriteFileAtomically(foreign, "seed = 3\n");
  EXPECT_EQ(ErrorOfReading(foreign), foreign + ": not an HDF5 file; allowed: the .h5 file of a run");
  const std::string truncated = PathOf("truncated.h5");
  WriteFileAtomically(truncated, bytes.substr(0, bytes.size() / 2));
  EXPECT_NE(ErrorOfReading(truncated).find(truncated + ": the file is damaged or truncated"), std::string::npos);
}

TEST(RunRecordTest, EveryTruncationIsAnErrorAndNoCrash) {
  const std::string path = PathOf("cut.h5");
  WriteRun(SmallRun("done"), path);
  const std::string bytes = ReadFile(path);
  for (size_t size = 0; size < bytes.size(); size += 61) {
    std::ofstream(path, std::ios::binary) << bytes.substr(0, size);
    EXPECT_NE(ErrorOfReading(path).find(path), std::string::npos) << size;
  }
}

// Flips one bit at a time; returns how many of the damaged files were refused.
int RefusedFlips(const std::string& status, int trials, bool content_is_checked) {
  const std::string path = PathOf("flipped.h5");
  const RunRecord run = SmallRun(status);
  WriteRun(run, path);
  const std::string bytes = ReadFile(path);
  RandomStream stream(7, "flip");
  int refused = 0;
  for (int trial = 0; trial < trials; ++trial) {
    std::string damaged = bytes;
    const size_t at = static_cast<size_t>(stream.UniformInt(static_cast<int64_t>(bytes.size())));
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << stream.UniformInt(8)));
    std::ofstream(path, std::ios::binary) << damaged;
    try {
      const std::string digest = ContentDigest(ReadRun(path));
      EXPECT_TRUE(!content_is_checked || digest == ContentDigest(run)) << "byte " << at;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos);
      ++refused;
    }
  }
  return refused;
}

// A finished store is covered by checksums: HDF5's over its metadata, content_sha256 over everything else. What a flip
// can still touch is bytes that hold nothing.
TEST(RunRecordTest, FlippedBytesNeverGiveOtherContent) { EXPECT_GT(RefusedFlips("done", 250, true), 30); }

TEST(RunRecordTest, FlippedBytesOfAnUnfinishedStoreNeverCrash) { EXPECT_GT(RefusedFlips("running", 150, false), 20); }

// Changes one bit of a store at random and gives it to `read`, in a process of its own, since HDF5 speaks at its end.
// Returns what that process wrote to stderr.
std::string StderrOfReadingDamaged(const std::string& bytes, int trial) {
  RandomStream stream(11, "damage", {static_cast<uint64_t>(trial)});
  const std::string path = PathOf("damaged.h5"), said = PathOf("stderr");
  std::string damaged = bytes;
  const size_t at = static_cast<size_t>(stream.UniformInt(static_cast<int64_t>(bytes.size())));
  damaged[at] = static_cast<char>(damaged[at] ^ (1 << stream.UniformInt(8)));
  std::ofstream(path, std::ios::binary) << damaged;
  const pid_t child = fork();
  if (child == 0) {
    std::freopen("/dev/null", "w", stdout);
    std::freopen(said.c_str(), "w", stderr);
    try {
      ReadRun(path);
    } catch (const InputError&) {
    }
    if (H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) != 0) std::cerr << "a handle is open" << std::endl;
    std::exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return ReadFile(said) + (status == 0 ? "" : "the process ended with " + std::to_string(status));
}

TEST(RunRecordTest, DamagedStoresLeaveNothingOpen) {
  const std::string path = PathOf("sound.h5");
  WriteRun(SmallRun("done"), path);
  const std::string bytes = ReadFile(path);
  for (int trial = 0; trial < 120; ++trial) EXPECT_EQ(StderrOfReadingDamaged(bytes, trial), "") << trial;
}

TEST(RunRecordTest, AStoreThatAnotherProgramHasOpenIsLocked) {
  const std::string path = PathOf("locked.h5");
  WriteRun(SmallRun("done"), path);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const char byte = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT) >= 0 ? 'y' : 'n';
    if (write(ends[1], &byte, 1) == 1) pause();
    _exit(1);
  }
  char opened = 0;
  ASSERT_EQ(read(ends[0], &opened, 1), 1);
  ASSERT_EQ(opened, 'y');
  EXPECT_THROW(ReadRun(path), LockedStore);
  EXPECT_THROW(ReadRunStatus(path), LockedStore);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const std::string error = ErrorOfReading(path);
  EXPECT_THAT(error, HasSubstr("locked.h5: locked: another program has it open for writing, or was killed"));
  EXPECT_THAT(error, Not(HasSubstr("damaged")));
}

// 4 MB, of which a look needs little.
RunRecord LargeRun() {
  RunRecord run = SmallRun("done");
  run.steps.clear();
  for (int64_t step = 1; step <= 2000; ++step) run.steps.push_back(step);
  run.series.clear();
  for (int i = 0; i < 200; ++i) run.series.push_back({"series_" + std::to_string(i), 1, std::vector<double>(2000, i)});
  run.series.push_back({"step_s", 1, std::vector<double>(2000, 0.5)});
  run.series.push_back({"reward", 1, std::vector<double>(2000, 0.25)});
  run.scores[0].metric_names = {"recall@5", "ndcg@5", "ndcg@10"};
  run.scores[0].values = {0, 0, 0, 1, 0, 0, 0, 0, 0.5f, 0.25f, 0, 0};
  run.summary = {{"wall_s", "7"}};
  return run;
}

int64_t BytesReadByThisProcess() {
  std::istringstream fields(ReadFile("/proc/self/io"));
  std::string name;
  int64_t bytes = 0;
  fields >> name >> bytes;
  EXPECT_EQ(name, "rchar:");
  return bytes;
}

TEST(RunStatusTest, TellsTheEdgesOfAStoreAndReadsLittle) {
  const std::string path = PathOf("large.h5");
  WriteRun(LargeRun(), path);
  const int64_t before = BytesReadByThisProcess();
  const RunStatus status = ReadRunStatus(path);
  EXPECT_LT(BytesReadByThisProcess() - before, static_cast<int64_t>(std::filesystem::file_size(path)) / 10);
  EXPECT_EQ(status.status, "done");
  EXPECT_EQ(status.step, 2000);
  EXPECT_EQ(status.summary, (NamedTexts{{"wall_s", "7"}}));
  EXPECT_EQ(status.step_s, std::vector<double>(2000, 0.5));
  EXPECT_THAT(status.newest, testing::ElementsAre(testing::Pair("reward", 0.25), testing::Pair("test ndcg@5", 0.375)));
  EXPECT_THAT(status.conversations, testing::ElementsAre(testing::Pair("test", testing::Gt(0))));
}

TEST(RunStatusTest, DoesNotLookAtSeries) {
  const std::string path = PathOf("series.h5");
  RunRecord run = SmallRun("done");
  run.series[0].values = {1234.5, 6789.25};
  WriteRun(run, path);
  std::string bytes = ReadFile(path);
  const size_t at = bytes.find(std::string(reinterpret_cast<const char*>(run.series[0].values.data()), 16));
  ASSERT_NE(at, std::string::npos);
  bytes[at] ^= 1;
  WriteFileAtomically(path, bytes);
  EXPECT_THAT(ErrorOfReading(path), HasSubstr("does not match its checksum"));
  EXPECT_EQ(ReadRunStatus(path).status, "done");
  EXPECT_EQ(ReadRunStatus(path).step, 2);
}

TEST(RunStatusTest, LeavesOutAVectorWhereANumberBelongs) {
  const std::string path = PathOf("vector.h5");
  RunRecord run = SmallRun("done");
  run.series = {{"reward", 2, std::vector<double>(2 * run.steps.size(), 0.5)}};
  WriteRun(run, path);
  EXPECT_EQ(ReadRun(path).series[0].width, 2);
  for (const auto& [name, value] : ReadRunStatus(path).newest) EXPECT_NE(name, "reward") << value;
}

TEST(RunStatusTest, SaysOfATornStoreWhatReadRunSays) {
  const std::string path = PathOf("torn.h5");
  WriteRun(SmallRun("running"), path);
  const std::string bytes = ReadFile(path);
  for (const size_t size : {size_t{0}, size_t{7}, size_t{100}, bytes.size() / 2, bytes.size() - 1}) {
    std::ofstream(path, std::ios::binary) << bytes.substr(0, size);
    EXPECT_EQ(ErrorOf([&] { ReadRunStatus(path); }), ErrorOfReading(path)) << size;
  }
}

TEST(RunRecordTest, WrongNamesAnswerWithRightOnes) {
  const RunRecord run = SmallRun("done");
  try {
    FindSeries(run, "los");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("reward_by_rank"), std::string::npos);
  }
  EXPECT_THROW(FindScores(run, "train"), InputError);
  EXPECT_THROW(FindMetric(run, run.scores[0], "ndcg@50"), InputError);
}

TEST(RunRecordTest, KeepStepsUpToCutsEverything) {
  RunRecord run = SmallRun("running");
  KeepStepsUpTo(1, &run);
  EXPECT_EQ(run.steps, (std::vector<int64_t>{1}));
  EXPECT_EQ(run.series[1].values, (std::vector<double>{1, 2}));
  EXPECT_EQ(run.scores[0].steps, (std::vector<int64_t>{0}));
  EXPECT_EQ(run.scores[0].values, (std::vector<float>{0, 1}));
}

TEST(RunRecordTest, DeterministicDigestLeavesOutTheMachine) {
  const RunRecord run = SmallRun("done");
  RunRecord other = run;
  other.path = "elsewhere";
  other.provenance[1].second = "another CPU";
  other.series[2].values = {9, 9};
  other.summary[0].second = "99";
  other.summary[1].second = "99";
  EXPECT_EQ(DeterministicDigest(other), DeterministicDigest(run));
  EXPECT_NE(ContentDigest(other), ContentDigest(run));
}

TEST(RunRecordTest, DeterministicDigestSeesTheRest) {
  const RunRecord run = SmallRun("done");
  std::vector<RunRecord> others(9, run);
  others[0].config = "{\"seed\": 2}";
  others[1].steps[1] = 3;
  others[2].series[0].values[1] = -0.25;
  others[3].series[1].width = 1;
  others[4].scores[0].values[3] = 0.2500001f;
  others[5].scores[0].conversation_ids[1] = "c";
  others[6].summary[2].second = "1";
  others[7].answers[0].text += " ";
  others[8].status = "failed";
  for (size_t i = 0; i < others.size(); ++i) EXPECT_NE(DeterministicDigest(others[i]), DeterministicDigest(run)) << i;
}

TEST(RunRecordTest, ContextsAreKeptAndCountInTheChecksum) {
  RunRecord run = SmallRun("done");
  const std::string without = ContentDigest(run);
  run.scores[0].context_ids = {"prompt 1", ""};
  EXPECT_NE(ContentDigest(run), without);
  EXPECT_NE(DeterministicDigest(run), DeterministicDigest(SmallRun("done")));
  const std::string path = PathOf("contexts.h5");
  WriteRun(run, path);
  EXPECT_EQ(ReadRun(path).scores[0].context_ids, (std::vector<std::string>{"prompt 1", ""}));
}

// The checksum as it was before there were contexts, as that version of the code gave it: old stores are still whole.
TEST(RunRecordTest, StoresWithoutContextsKeepTheirChecksum) {
  EXPECT_EQ(ContentDigest(SmallRun("done")), "b0f3067e502e6218f8e417f07b9d02080fbd35b8029b54d78c23bae4015023dc");
  const std::string path = PathOf("no_contexts.h5");
  WriteRun(SmallRun("done"), path);
  EXPECT_TRUE(ReadRun(path).scores[0].context_ids.empty());
}

TEST(RunRecordTest, AllTextsAreThoseOfTheStartAndOfResumes) {
  const NamedTexts texts = {{"commit", "a"},
                            {"launched_commit", "no"},
                            {"resumed_at_3/commit", "b"},
                            {"resumed_at_3.2/commit", "c"},
                            {"resumed_at_3/recommit", "no"},
                            {"resumed_at_4/resume_forced", "config"}};
  EXPECT_EQ(AllTexts(texts, "commit"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(AllTexts(texts, "resume_forced"), (std::vector<std::string>{"config"}));
  EXPECT_TRUE(AllTexts(texts, "dirty").empty());
  EXPECT_EQ(AllTexts(texts, "dirty", "not recorded"), (std::vector<std::string>{"not recorded"}));
  EXPECT_EQ(AllTexts(texts, "commit", "not recorded").size(), 3u);
}

}  // namespace
}  // namespace suite
