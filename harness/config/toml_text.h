// Values as TOML text that reads back to the same value: the form in which a config is printed, stored and hashed.
//
//   TomlText(2e-4);                              // "0.0002": shortest digits that round-trip, always with . or e
//   TomlText(std::string("a \"b\""));            // "\"a \\\"b\\\"\""
//   TomlText(std::optional<double>());           // "\"preset\"": the override is not set
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suite {

// Stands for "not set" where a setting is an optional override of the objective's preset.
inline constexpr char kPresetWord[] = "preset";

std::string TomlText(int64_t value);
std::string TomlText(double value);
std::string TomlText(bool value);
std::string TomlText(const std::string& value);
std::string TomlText(const std::vector<int64_t>& value);

template <typename T>
std::string TomlText(const std::optional<T>& value) {
  return value ? TomlText(*value) : TomlText(std::string(kPresetWord));
}

}  // namespace suite
