// The cases of the golden files (base/testing/golden.h) as items and ground truths, for the tests of this folder.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"

namespace suite {

inline std::vector<Item> ItemsFromJson(const nlohmann::json& pairs) {
  std::vector<Item> items;
  for (const auto& pair : pairs) items.push_back({pair.at(0).get<std::string>(), pair.at(1).get<int>()});
  return items;
}

// A year is written as a number, as a string, or as null; int() of a number drops its fraction.
inline std::vector<GroundTruth> GroundTruthFromJson(const nlohmann::json& pairs) {
  std::vector<GroundTruth> wanted;
  for (const auto& pair : pairs) {
    const auto& year = pair.at(1);
    std::string text;
    if (year.is_string()) text = year.get<std::string>();
    if (year.is_number()) text = std::to_string(year.get<int>());
    wanted.push_back(MakeGroundTruth(pair.at(0).get<std::string>(), text));
  }
  return wanted;
}

inline std::string CaseName(const nlohmann::json& golden_case) {
  return "case " + golden_case.at("id").dump() + " (" + golden_case.at("kind").get<std::string>() + ")";
}

}  // namespace suite
