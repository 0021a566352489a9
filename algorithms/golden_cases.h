// Tensors of the golden files (base/testing/golden.h), whose JSON has them as row-major nested lists.
#pragma once

#include <ATen/core/Tensor.h>

#include <nlohmann/json.hpp>
#include <string>

namespace suite {

// A nested list of numbers, booleans or "nan" as a tensor.
at::Tensor TensorOf(const nlohmann::json& list, at::ScalarType dtype);

// A number, or NaN for the string "nan".
double NumberOf(const nlohmann::json& value);

// "" if |found - expected| <= tolerance * (floor + |expected|) everywhere (NaN equals NaN), else the worst place.
std::string Differs(const at::Tensor& found, const at::Tensor& expected, double tolerance, double floor);

}  // namespace suite
