#include "harness/metrics/run_record.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "harness/metrics/write_run.h"

// HDF5 1.10 itself leaks small blocks (libhdf5, no frame of ours) when it gives up on damaged metadata. Only this test
// reads damaged files; in all others a leak is an error. Used by builds with --config=asan.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }

namespace suite {
namespace {

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

std::string ErrorOf(const std::string& path) {
  try {
    ReadRun(path);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(RunRecordTest, EveryKindOfWrongFileIsNamed) {
  const std::string whole = PathOf("whole.h5");
  WriteRun(SmallRun("done"), whole);
  const std::string bytes = ReadFile(whole);
  const std::string missing = PathOf("missing.h5");
  EXPECT_EQ(ErrorOf(missing), missing + ": no such file; allowed: the .h5 file of a run");
  const std::string folder = PathOf("folder.h5");
  std::filesystem::create_directory(folder);
  EXPECT_EQ(ErrorOf(folder), folder + ": not a file; allowed: the .h5 file of a run");
  const std::string empty = PathOf("empty.h5");
  WriteFileAtomically(empty, "");
  EXPECT_EQ(ErrorOf(empty), empty + ": the file is empty; allowed: the .h5 file of a run");
  const std::string foreign = PathOf("foreign.h5");
  WriteFileAtomically(foreign, "seed = 3\n");
  EXPECT_EQ(ErrorOf(foreign), foreign + ": not an HDF5 file; allowed: the .h5 file of a run");
  const std::string truncated = PathOf("truncated.h5");
  WriteFileAtomically(truncated, bytes.substr(0, bytes.size() / 2));
  EXPECT_NE(ErrorOf(truncated).find(truncated + ": the file is damaged or truncated"), std::string::npos);
}

TEST(RunRecordTest, EveryTruncationIsAnErrorAndNoCrash) {
  const std::string path = PathOf("cut.h5");
  WriteRun(SmallRun("done"), path);
  const std::string bytes = ReadFile(path);
  for (size_t size = 0; size < bytes.size(); size += 61) {
    std::ofstream(path, std::ios::binary) << bytes.substr(0, size);
    EXPECT_NE(ErrorOf(path).find(path), std::string::npos) << size;
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
