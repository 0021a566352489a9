// The results in the tree are those of the experiments in the tree: each experiment's own program, given the kept
// stores and no chance to train, finds all of its runs and draws the same tables and verdicts.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "reports/tools/gzip.h"
#include "tests/quickstart/program.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

constexpr char kPublished[] = "results/published";
constexpr char kEnding[] = ".h5.gz";

std::vector<std::string> ExperimentNames() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kPublished)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Lays the stores where the runs of an experiment have them.
void Unpack(const fs::path& kept, const fs::path& runs) {
  for (const auto& entry : fs::directory_iterator(kept)) {
    const std::string file = entry.path().filename().string();
    const size_t end = file.rfind(kEnding);
    if (end == std::string::npos) continue;
    fs::create_directories(runs / file.substr(0, end));
    WriteFileAtomically((runs / file.substr(0, end) / "store.h5").string(),
                        Gunzip(ReadFile(entry.path().string()), file));
  }
}

class PublishedTest : public ::testing::TestWithParam<std::string> {};

TEST_P(PublishedTest, TheExperimentDrawsItAgain) {
  const fs::path kept = fs::path(kPublished) / GetParam();
  const fs::path out = TemporaryPath("results");
  Unpack(kept, out / GetParam() / "runs");
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
