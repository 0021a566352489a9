// The settings of objective_settings.def by name: to set, print and check an ObjectiveConfig.
//
//   SetObjectiveField("epsilon_low", "0.06", &config);     // from a TOML value or --set objective.epsilon_low=0.06
//   for (const auto& [name, value] : DescribeObjective(config)) ...   // every field, defaults included
//
// Values are text: numbers as C reads them, true or false, or one of the field's names.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/objective.h"

namespace suite {

struct ObjectiveField {
  std::string name;
  std::function<std::string(const ObjectiveConfig&)> get;
  std::function<void(const std::string& value, ObjectiveConfig*)> set;  // throws InputError
};

// In the order of objective_settings.def.
const std::vector<ObjectiveField>& ObjectiveFields();

// Throws InputError for an unknown name (listing the known ones) or a value outside the field's range.
void SetObjectiveField(const std::string& name, const std::string& value, ObjectiveConfig* config);

// "name" with the preset's, then every field with its value.
std::vector<std::pair<std::string, std::string>> DescribeObjective(const ObjectiveConfig& config);

}  // namespace suite
