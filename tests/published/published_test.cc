// The results in the tree are those of the experiments in the tree: each experiment's own program, given the kept
// stores and no chance to train, finds all of its runs and draws the same tables and verdicts.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
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

class PublishedTest : public ::testing::TestWithParam<std::string> {};

TEST_P(PublishedTest, TheExperimentDrawsItAgain) {
  const fs::path kept = fs::path(kPublished) / GetParam();
  const fs::path out = TemporaryPath("results");
  UnpackKept(kept, out / GetParam() / "runs");  // where the runs of an experiment have their stores
  const ProgramResult result = RunExperiment(GetParam(), {"--report", "--out=" + out.string()});
  ASSERT_EQ(result.exit_code, 0) << "a run of the experiment is not kept: " << result.output;
  for (const char* file : {"claims.json", "comparisons.csv", "report.md"}) {
    EXPECT_TRUE(ReadFile(kept / file) == ReadFile(out / GetParam() / file)) << kept / file;
  }
}

INSTANTIATE_TEST_SUITE_P(Kept, PublishedTest, ::testing::ValuesIn(ExperimentNames()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace suite
