#include "models/checkpoints/config_keys.h"

#include <utility>

#include "base/json/checked_json.h"

namespace suite {
namespace {

using nlohmann::json;

// Values in messages: short, and in ASCII.
std::string Found(const json& value) {
  constexpr size_t kLongest = 60;
  const std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace);
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

bool IsWholeNumberFrom(int64_t least, const json& value) {
  if (value.is_number_unsigned()) return value.get<uint64_t>() <= INT64_MAX && value.get<int64_t>() >= least;
  return value.is_number_integer() && value.get<int64_t>() >= least;
}

}  // namespace

ConfigKeys ConfigKeys::FromText(const std::string& text, const std::string& where) {
  return ConfigKeys(ParseJson(text, where), where);
}

ConfigKeys::ConfigKeys(json object, std::string where) : object_(std::move(object)), where_(std::move(where)) {
  if (!object_.is_object()) throw InputError(where_, "is " + Found(object_), "a JSON object");
}

InputError ConfigKeys::Unfit(const char* key, const std::string& allowed) const {
  return InputError(At(key), "is " + Found(object_.at(key)), allowed);
}

const json& ConfigKeys::Get(const char* key) const {
  if (!Has(key)) throw InputError(where_, std::string("has no key '") + key + "'", "an object with it");
  return object_.at(key);
}

int64_t ConfigKeys::Positive(const char* key, std::optional<int64_t> absent) const {
  if (!Has(key) && absent) return *absent;
  const json& value = Get(key);
  if (!IsWholeNumberFrom(1, value) || value.get<int64_t>() > kLargestSize) {
    throw Unfit(key, "a whole number from 1 to 2^31 - 1");
  }
  return value.get<int64_t>();
}

int64_t ConfigKeys::NotNegative(const char* key) const {
  const json& value = Get(key);
  if (!IsWholeNumberFrom(0, value)) throw Unfit(key, "a whole number from 0");
  return value.get<int64_t>();
}

double ConfigKeys::Real(const char* key, std::optional<double> absent) const {
  if (!Has(key) && absent) return *absent;
  const json& value = Get(key);
  if (!value.is_number() || !(value.get<double>() > 0)) throw Unfit(key, "a number above 0");
  return value.get<double>();
}

bool ConfigKeys::Bool(const char* key, bool absent) const {
  if (!Has(key)) return absent;
  const json& value = Get(key);
  if (!value.is_boolean()) throw Unfit(key, "true, false");
  return value.get<bool>();
}

std::string ConfigKeys::Text(const char* key, const std::string& absent) const {
  if (!Has(key)) return absent;
  const json& value = Get(key);
  if (!value.is_string()) throw Unfit(key, "a string");
  return value.get<std::string>();
}

std::vector<int64_t> ConfigKeys::Ids(const char* key) const {
  if (!Has(key)) return {};
  const json& value = Get(key);
  std::vector<int64_t> ids;
  for (const json& id : value.is_array() ? value : json::array({value})) {
    if (!IsWholeNumberFrom(0, id)) throw Unfit(key, "a token id or a list of them");
    ids.push_back(id.get<int64_t>());
  }
  return ids;
}

std::optional<int64_t> ConfigKeys::OneId(const char* key) const {
  if (!Has(key) || Get(key) == -1) return std::nullopt;
  const std::vector<int64_t> ids = Ids(key);
  return ids.empty() ? std::nullopt : std::optional<int64_t>(ids.front());
}

void ConfigKeys::Only(const char* key, const json& supported) const {
  if (Has(key) && Get(key) != supported) throw Unfit(key, supported.dump());
}

}  // namespace suite
