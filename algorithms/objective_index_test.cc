// algorithms/README.md lists what objectives.def lists, and every file under objectives/ says what it must.
#include <gtest/gtest.h>

#include "algorithms/index_table.h"
#include "algorithms/objective.h"
#include "base/files.h"

namespace suite {
namespace {

TEST(ObjectiveIndexTest, ReadmeHoldsTheTable) {
  EXPECT_NE(ReadFile("algorithms/README.md").find(IndexTable()), std::string::npos)
      << "run `bazel run //algorithms:print_index` and put its output into algorithms/README.md:\n"
      << IndexTable();
}

TEST(ObjectiveIndexTest, EveryPresetIsLegalAndCarriesItsName) {
  for (const ObjectiveEntry& entry : ListObjectives()) {
    const auto objective = MakeObjective(entry.name);
    EXPECT_EQ(objective->config().name, entry.name);
  }
}

TEST(ObjectiveIndexTest, StatusIsOneOfThree) {
  for (const ObjectiveEntry& entry : ListObjectives()) {
    const std::string status = entry.status;
    EXPECT_TRUE(status == "authors' code" || status == "peer" || status == "property") << entry.name;
  }
}

TEST(ObjectiveIndexTest, EveryFileOfObjectivesStatesItsDifferences) {
  for (const char* file : {"cispo", "dapo", "grpo", "gspo", "rank_grpo", "rank_grpo_ablations"}) {
    const std::string text = ReadFile("algorithms/objectives/" + std::string(file) + ".cc");
    EXPECT_NE(text.find("\n// Source: "), std::string::npos) << file;
    EXPECT_NE(text.find("Status: "), std::string::npos) << file;
    EXPECT_NE(text.find("\n// Where this differs from the paper\n// 1. "), std::string::npos) << file;
  }
}

}  // namespace
}  // namespace suite
