#include "algorithms/golden_cases.h"

#include <ATen/ops/empty.h>

#include <cmath>
#include <limits>
#include <sstream>
#include <vector>

namespace suite {
namespace {

void Flatten(const nlohmann::json& list, std::vector<double>* flat) {
  if (!list.is_array()) return flat->push_back(NumberOf(list));
  for (const nlohmann::json& element : list) Flatten(element, flat);
}

}  // namespace

double NumberOf(const nlohmann::json& value) {
  if (value.is_string() && value == "nan") return std::numeric_limits<double>::quiet_NaN();
  return value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
}

at::Tensor TensorOf(const nlohmann::json& list, at::ScalarType dtype) {
  std::vector<int64_t> shape;
  for (const nlohmann::json* level = &list; level->is_array(); level = &level->front()) {
    shape.push_back(static_cast<int64_t>(level->size()));
    if (level->empty()) break;
  }
  std::vector<double> flat;
  Flatten(list, &flat);
  at::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(at::kDouble));
  std::copy(flat.begin(), flat.end(), tensor.mutable_data_ptr<double>());
  return tensor.to(dtype);
}

std::string Differs(const at::Tensor& found, const at::Tensor& expected, double tolerance, double floor) {
  if (found.sizes() != expected.sizes()) return "shapes differ";
  const at::Tensor a = found.detach().to(at::kDouble).contiguous();
  const at::Tensor b = expected.detach().to(at::kDouble).contiguous();
  for (int64_t i = 0; i < a.numel(); ++i) {
    const double x = a.const_data_ptr<double>()[i], y = b.const_data_ptr<double>()[i];
    if (std::isnan(x) && std::isnan(y)) continue;
    if (!(std::abs(x - y) <= tolerance * (floor + std::abs(y)))) {
      std::ostringstream message;
      message.precision(9);
      message << "element " << i << " is " << x << ", expected " << y;
      return message.str();
    }
  }
  return "";
}

}  // namespace suite
