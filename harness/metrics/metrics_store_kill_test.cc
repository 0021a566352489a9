// Kills a writer at random moments and goes on from its last checkpoint: the result must be the unbroken run's, and the
// rows left behind must be the writer's own.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/random.h"
#include "harness/metrics/metrics_store.h"
#include "harness/metrics/run_record.h"

namespace suite {
namespace {

constexpr int64_t kConversations = 300;
constexpr int64_t kSteps = 60;
constexpr int64_t kStepsBetweenCheckpoints = 5;
constexpr int kKills = 30;

StoreSchema Schema() {
  StoreSchema schema;
  schema.run_name = "killed";
  schema.config = "seed = 1\n";
  schema.provenance = {{"commit", "0398a2c"}};
  for (int i = 0; i < 20; ++i) schema.series.push_back({"series_" + std::to_string(i), 1});
  schema.series.push_back({"reward_by_rank", 10});
  std::vector<std::string> ids;
  for (int64_t i = 0; i < kConversations; ++i) ids.push_back("c" + std::to_string(i));
  schema.scores = {{"test", ids, {"recall@5", "ndcg@5"}}};
  return schema;
}

double ValueOf(int64_t step, size_t series) { return 1000.0 * static_cast<double>(series) + static_cast<double>(step); }

float ScoreOf(int64_t step, int64_t conversation) {
  return static_cast<float>(step * kConversations + conversation + 1);
}

void Train(int64_t first_step, int64_t last_step, MetricsStore* store) {
  const StoreSchema schema = Schema();
  for (int64_t step = first_step; step <= last_step; ++step) {
    std::map<std::string, std::vector<double>> values;
    for (size_t i = 0; i < schema.series.size(); ++i) {
      values[schema.series[i].name] =
          std::vector<double>(static_cast<size_t>(schema.series[i].width), ValueOf(step, i));
    }
    store->AppendStep(step, values);
    if (step % 2) continue;
    std::vector<float> scores;
    for (int64_t c = 0; c < kConversations; ++c) scores.push_back(ScoreOf(step, c));
    store->AppendScores("test", step, {scores, scores});
  }
}

void ExpectOwnRows(const RunRecord& run) {
  for (size_t r = 0; r < run.steps.size(); ++r) {
    ASSERT_EQ(run.steps[r], static_cast<int64_t>(r) + 1);
    for (size_t i = 0; i < run.series.size(); ++i) {
      const size_t width = static_cast<size_t>(run.series[i].width);
      for (size_t w = 0; w < width; ++w) ASSERT_EQ(run.series[i].values[r * width + w], ValueOf(run.steps[r], i));
    }
  }
  const ScoreTable& test = FindScores(run, "test");
  for (size_t r = 0; r < test.steps.size(); ++r) {
    for (int64_t c = 0; c < kConversations; ++c) {
      ASSERT_EQ(test.At(r, 1, static_cast<size_t>(c)), ScoreOf(test.steps[r], c));
    }
  }
}

// Starts a writer that never stops, and kills it after `microseconds` of writing.
void WriteAndKill(const std::string& path, unsigned microseconds) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    MetricsStore store = MetricsStore::Create(path, Schema());
    Train(1, 1000000, &store);
    _exit(0);
  }
  while (!std::filesystem::exists(path)) usleep(200);
  usleep(microseconds);
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended before it was killed: " << status;
}

TEST(MetricsStoreKillTest, ResumedRunsEqualTheUnbrokenOne) {
  const std::string folder = std::string(std::getenv("TEST_TMPDIR")) + "/";
  const std::string unbroken = folder + "unbroken.h5";
  MetricsStore straight = MetricsStore::Create(unbroken, Schema());
  Train(1, kSteps, &straight);
  straight.Finish({{"n", "1"}});
  const std::string expected = ContentDigest(ReadRun(unbroken));

  RandomStream stream(1, "kill");
  int with_rows = 0;
  for (int k = 0; k < kKills; ++k) {
    const std::string path = folder + "killed" + std::to_string(k) + ".h5";
    WriteAndKill(path, static_cast<unsigned>(stream.UniformInt(120000)));
    const RunRecord left = ReadRun(path);
    EXPECT_EQ(left.status, "running");
    ExpectOwnRows(left);
    const int64_t last = left.steps.empty() ? 0 : left.steps.back();
    with_rows += last > 0;
    const int64_t newest = std::min(last, kSteps) / kStepsBetweenCheckpoints * kStepsBetweenCheckpoints;
    const int64_t checkpoint = std::max<int64_t>(0, newest - kStepsBetweenCheckpoints * stream.UniformInt(2));
    MetricsStore resumed = MetricsStore::Resume(path, Schema(), checkpoint);
    Train(checkpoint + 1, kSteps, &resumed);
    resumed.Finish({{"n", "1"}});
    EXPECT_EQ(ContentDigest(ReadRun(path)), expected) << "kill " << k << " after step " << last;
  }
  EXPECT_GT(with_rows, kKills / 2);
}

// A reader in another process sees whole rows only, at every moment of the writing.
TEST(MetricsStoreKillTest, ReadersSeeWholeRowsWhileItIsWritten) {
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/live.h5";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    MetricsStore store = MetricsStore::Create(path, Schema());
    Train(1, 1000000, &store);
    _exit(0);
  }
  while (!std::filesystem::exists(path)) usleep(200);
  size_t most = 0;
  for (int i = 0; i < 40; ++i) {
    const RunRecord run = ReadRun(path);
    ExpectOwnRows(run);
    EXPECT_GE(run.steps.size(), most);
    most = run.steps.size();
    usleep(5000);
  }
  EXPECT_GT(most, 0u);
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

}  // namespace
}  // namespace suite
