// algorithms/README.md lists what objectives.def lists, and every file under objectives/ says what it must.
#include <gtest/gtest.h>

#include <map>

#include "algorithms/objective.h"
#include "algorithms/objective_fields.h"
#include "base/files.h"

namespace suite {
namespace {

std::string Row(const ObjectiveEntry& entry) {
  std::map<std::string, std::string> field;
  for (const auto& [name, value] : DescribeObjective(PresetConfig(entry.name))) field[name] = value;
  return "| `" + std::string(entry.name) + "` | " + field["surrogate"] + " " + field["epsilon_low"] + "/" +
         field["epsilon_high"] + " | " + field["ratio_unit"] + ", " + field["ratio_over_unit"] + " | " +
         field["advantage_unit"] + ", " + field["advantage_normalisation"] + " | " + field["return_kind"] + " | " +
         field["reduction"] + " | " + field["beta"] + " | " + (field["shape_list_end"] == "true" ? "yes" : "no") +
         " | " + entry.source + " | " + entry.status + " |\n";
}

// Markdown, one row for each line of objectives.def.
std::string IndexTable() {
  std::string table =
      "| name | surrogate, clip | ratio | advantage | return | reduction | beta | list-end terms | source | status |\n"
      "|---|---|---|---|---|---|---|---|---|---|\n";
  for (const ObjectiveEntry& entry : ListObjectives()) table += Row(entry);
  return table;
}

TEST(ObjectiveIndexTest, ReadmeHoldsTheTable) {
  EXPECT_NE(ReadFile("algorithms/README.md").find(IndexTable()), std::string::npos)
      << "put this table into algorithms/README.md:\n"
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
