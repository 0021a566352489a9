// The results in the tree are those of the experiments in the tree: each experiment's own program, given the kept
// stores and no chance to train, finds all of its runs and draws the same tables and verdicts.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/files.h"
#include "harness/sweep/recorded_runs.h"
#include "reports/tools/kept_results.h"
#include "tests/quickstart/program.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

constexpr char kPublished[] = "results/published";

std::vector<std::string> ExperimentNames() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kPublished)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// What an experiment on real data was told, which need not be there: `--report` looks at the records alone.
std::vector<std::string> PathsOf(const std::string& sweep) {
  std::map<std::string, std::string> paths;
  for (const SweepRun& run : RecordedRuns(sweep)) {  // runs that nothing is trained for have no policy
    paths.emplace("data.path", run.config.data.path);
    if (!run.config.policy.path.empty()) paths.emplace("policy.path", run.config.policy.path);
    if (!run.config.embedder.path.empty()) paths.emplace("embedder.path", run.config.embedder.path);
  }
  std::vector<std::string> flags;
  for (const auto& [key, path] : paths) {
    if (!path.empty()) flags.push_back("--set=" + key + "=\"" + path + "\"");
  }
  return flags;
}

class PublishedTest : public ::testing::TestWithParam<std::string> {};

TEST_P(PublishedTest, TheExperimentDrawsItAgain) {
  const fs::path kept = fs::path(kPublished) / GetParam();
  const fs::path out = TemporaryPath("results");
  UnpackKept(kept, out / GetParam() / "runs");  // where the runs of an experiment have their stores
  std::vector<std::string> arguments = PathsOf(out / GetParam());
  arguments.insert(arguments.end(), {"--report", "--out=" + out.string()});
  const ProgramResult result = RunExperiment(GetParam(), arguments);
  ASSERT_EQ(result.exit_code, 0) << "a run of the experiment is not kept: " << result.output;
  for (const char* file : {"claims.json", "comparisons.csv", "report.md"}) {
    EXPECT_TRUE(ReadFile(kept / file) == ReadFile(out / GetParam() / file)) << kept / file;
  }
}

INSTANTIATE_TEST_SUITE_P(Kept, PublishedTest, ::testing::ValuesIn(ExperimentNames()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace suite
