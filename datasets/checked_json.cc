#include "datasets/checked_json.h"

#include <limits>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "datasets/unicode_text.h"

namespace suite {

using nlohmann::json;

namespace {

// Copying, writing and destroying values may recurse, so hostile nesting has to be stopped while parsing.
constexpr int kDeepest = 64;

class KeyGuard {
 public:
  explicit KeyGuard(const std::string& where) : where_(where), keys_(kDeepest + 1) {}

  bool operator()(int depth, json::parse_event_t event, const json& value) {
    if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start) {
      if (depth >= kDeepest) throw InputError(where_, "JSON is nested too deep", std::to_string(kDeepest) + " levels");
      keys_[static_cast<size_t>(depth) + 1].clear();
    } else if (event == json::parse_event_t::key) {
      const auto& key = value.get_ref<const std::string&>();
      if (!keys_[static_cast<size_t>(depth)].insert(key).second) {
        throw InputError(where_, "the key '" + ShownText(key) + "' is given twice", "each key once");
      }
    }
    return true;
  }

 private:
  const std::string& where_;
  std::vector<std::unordered_set<std::string>> keys_;  // of the object open at each depth
};

}  // namespace

std::string ShownText(std::string_view text) {
  constexpr size_t kLongest = 60;
  return EncodeUtf8(DecodeUtf8(text.substr(0, kLongest))) + (text.size() > kLongest ? "..." : "");
}

std::string ShownJson(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  return value.is_string() ? "'" + ShownText(value.get_ref<const std::string&>()) + "'" : value.dump();
}

json ParseCheckedJson(std::string_view text, const std::string& where) {
  if (const auto broken = FirstInvalidUtf8(text)) {
    throw InputError(where, "byte " + std::to_string(*broken + 1) + " is not UTF-8", "UTF-8 text");
  }
  try {
    KeyGuard guard(where);
    return json::parse(
        text, [&guard](int depth, json::parse_event_t event, const json& value) { return guard(depth, event, value); });
  } catch (const json::exception& error) {
    const std::string message = error.what();  // "[json.exception.parse_error.101] parse error at line 1, ..."
    throw InputError(where, EncodeUtf8(DecodeUtf8(message.substr(message.find("] ") + 2))), "JSON");
  }
}

JsonObject::JsonObject(const json& value, std::string where) : value_(value), where_(std::move(where)) {
  if (!value.is_object()) throw InputError(where_, "found " + ShownJson(value), "an object");
}

void JsonObject::AllowOnly(const std::vector<std::string>& keys) const {
  for (const auto& item : value_.items()) {
    bool known = false;
    for (const std::string& key : keys) known |= key == item.key();
    if (!known) throw UnknownName(where_, "key", ShownText(item.key()), keys);
  }
}

const json& JsonObject::Get(const std::string& key) const {
  const auto found = value_.find(key);
  if (found == value_.end()) throw InputError(where_, "the key '" + key + "' is missing", "an object with it");
  return *found;
}

std::string JsonObject::String(const std::string& key) const {
  const json& value = Get(key);
  if (!value.is_string()) throw InputError(At(key), "found " + ShownJson(value), "a string");
  return value.get<std::string>();
}

int64_t JsonObject::Integer(const std::string& key) const {
  const json& value = Get(key);
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() ||
                     value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
  if (!fits) throw InputError(At(key), "found " + ShownJson(value), "an integer");
  return value.get<int64_t>();
}

const json& JsonObject::Array(const std::string& key) const {
  const json& value = Get(key);
  if (!value.is_array()) throw InputError(At(key), "found " + ShownJson(value), "an array");
  return value;
}

std::vector<std::string> JsonObject::Strings(const std::string& key) const {
  std::vector<std::string> strings;
  for (const json& value : Array(key)) {
    if (!value.is_string()) throw InputError(At(key), "found " + ShownJson(value), "an array of strings");
    strings.push_back(value.get<std::string>());
  }
  return strings;
}

std::vector<int64_t> JsonObject::Integers(const std::string& key) const {
  std::vector<int64_t> integers;
  for (const json& value : Array(key)) {
    if (!value.is_number_integer()) throw InputError(At(key), "found " + ShownJson(value), "an array of integers");
    integers.push_back(value.get<int64_t>());
  }
  return integers;
}

}  // namespace suite
