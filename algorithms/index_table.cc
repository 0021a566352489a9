#include "algorithms/index_table.h"

#include <map>

#include "algorithms/objective.h"
#include "algorithms/objective_fields.h"

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

}  // namespace

std::string IndexTable() {
  std::string table =
      "| name | surrogate, clip | ratio | advantage | return | reduction | beta | list-end terms | source | status |\n"
      "|---|---|---|---|---|---|---|---|---|---|\n";
  for (const ObjectiveEntry& entry : ListObjectives()) table += Row(entry);
  return table;
}

}  // namespace suite
