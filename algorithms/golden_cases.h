// Reads the golden files of the tests: JSON with row-major nested lists, from SUITE_GOLDEN_DIR or else tests/golden.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "nlohmann/json.hpp"

namespace suite {

// Nothing if the folder has no such file; GoldenPath names it for the message.
std::optional<nlohmann::json> ReadGolden(const std::string& file);
std::string GoldenPath(const std::string& file);

// A nested list of numbers, booleans or "nan" as a tensor.
at::Tensor TensorOf(const nlohmann::json& list, at::ScalarType dtype);

// A number, or NaN for the string "nan".
double NumberOf(const nlohmann::json& value);

// "" if |found - expected| <= tolerance * (floor + |expected|) everywhere (NaN equals NaN), else the worst place.
std::string Differs(const at::Tensor& found, const at::Tensor& expected, double tolerance, double floor);

}  // namespace suite
