// The fields of ObjectiveConfig by name: declared once, used to set, print, check and document them.
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
  std::string help;
  std::string allowed;  // legal values in words, e.g. "clip, unit_token, ..." or "a number from 0 to 1"
  std::function<std::string(const ObjectiveConfig&)> get;
  std::function<void(const std::string& value, ObjectiveConfig*)> set;  // throws InputError
};

// In a fixed order.
const std::vector<ObjectiveField>& ObjectiveFields();

// Throws InputError for an unknown name (listing the known ones) or a value outside the field's range.
void SetObjectiveField(const std::string& name, const std::string& value, ObjectiveConfig* config);

// Every field with its value, in the order of ObjectiveFields(): what a run prints, stores and hashes.
std::vector<std::pair<std::string, std::string>> DescribeObjective(const ObjectiveConfig& config);

}  // namespace suite
