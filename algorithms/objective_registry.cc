#include "algorithms/objective_registry.h"

#include <array>
#include <string_view>

#include "algorithms/objective_fields.h"
#include "base/error.h"

namespace suite {
namespace {

struct RegistryEntry {
  std::string_view name;
  ObjectiveConfig (*config)();
  std::unique_ptr<PolicyObjective> (*make)(const ObjectiveConfig&);
  const char* source;
  const char* status;
};

constexpr RegistryEntry kRegistry[] = {
#define OBJECTIVE(name, config_function, factory, source, status) {name, &config_function, &factory, source, status},
#include "algorithms/objectives.def"
#undef OBJECTIVE
};

constexpr bool NamesDiffer() {
  for (size_t i = 0; i < std::size(kRegistry); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (kRegistry[i].name == kRegistry[j].name) return false;
    }
  }
  return true;
}
static_assert(NamesDiffer(), "two lines of objectives.def carry the same name");

const RegistryEntry& Find(const std::string& name) {
  std::vector<std::string> known;
  for (const RegistryEntry& entry : kRegistry) {
    if (entry.name == name) return entry;
    known.emplace_back(entry.name);
  }
  throw UnknownName("objective.name", "objective", name, known);
}

}  // namespace

ObjectiveConfig PresetConfig(const std::string& name) {
  ObjectiveConfig config = Find(name).config();
  config.name = name;
  return config;
}

ObjectiveConfig PresetConfig(const std::string& name, const ObjectiveOverrides& overrides) {
  ObjectiveConfig config = PresetConfig(name);
  for (const auto& [field, value] : overrides) SetObjectiveField(field, value, &config);
  ValidateObjective(config);
  return config;
}

std::unique_ptr<PolicyObjective> MakeObjective(const ObjectiveConfig& config) {
  ValidateObjective(config);
  return Find(config.name).make(config);
}

std::unique_ptr<PolicyObjective> MakeObjective(const std::string& name, const ObjectiveOverrides& overrides) {
  return MakeObjective(PresetConfig(name, overrides));
}

std::vector<ObjectiveEntry> ListObjectives() {
  std::vector<ObjectiveEntry> entries;
  for (const RegistryEntry& entry : kRegistry) entries.push_back({entry.name.data(), entry.source, entry.status});
  return entries;
}

}  // namespace suite
