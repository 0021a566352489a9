#include "models/tokenizer/strict_json.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "models/tokenizer/utf8.h"

namespace suite {

using nlohmann::json;

namespace {

// Brackets open at once, outside strings. Copying and writing JSON values recurses, so deeper files than any
// tokenizer's would overflow the stack.
size_t DeepestNesting(std::string_view text) {
  size_t depth = 0;
  size_t deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (in_string) {
      i += c == '\\';
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

std::string LineAndColumn(std::string_view text, size_t at) {
  const std::string_view before = text.substr(0, at);
  const size_t line = 1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  const size_t start = before.rfind('\n');  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(at - (start + 1) + 1);
}

// Without its "[json.exception.parse_error.101] ".
std::string Reason(const json::exception& error) {
  const std::string message = error.what();
  return ReplaceBrokenUtf8(message.substr(message.find("] ") + 2));
}

// Refuses a key that is in an object twice: nlohmann would keep the last and say nothing.
class UniqueKeys {
 public:
  explicit UniqueKeys(std::string where) : where_(std::move(where)) {}

  bool operator()(int /*depth*/, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) keys_.emplace_back();
    if (event == json::parse_event_t::object_end) keys_.pop_back();
    if (event == json::parse_event_t::key && !keys_.back().insert(parsed.get_ref<const std::string&>()).second) {
      throw InputError(where_, "the key " + Shown(parsed) + " is there twice in one object", "each key once");
    }
    return true;
  }

 private:
  std::string where_;
  std::vector<std::unordered_set<std::string>> keys_;  // of the objects that are open
};

}  // namespace

json ParseJson(std::string_view text, const std::string& where) {
  constexpr size_t kDeepest = 64;
  if (const size_t depth = DeepestNesting(text); depth > kDeepest) {
    throw InputError(where, "JSON nested " + std::to_string(depth) + " deep", std::to_string(kDeepest) + " levels");
  }
  try {
    return json::parse(text, UniqueKeys(where));
  } catch (const json::parse_error& error) {
    const size_t at = error.byte == 0 ? 0 : error.byte - 1;
    for (const std::string_view literal : {"NaN", "Infinity"}) {
      if (at < text.size() && text.substr(at, literal.size()) == literal) {
        throw InputError(where, std::string(literal) + " at " + LineAndColumn(text, at),
                         "finite numbers: JSON has no other");
      }
    }
    throw InputError(where, Reason(error), "JSON");
  } catch (const json::exception& error) {
    throw InputError(where, Reason(error), "JSON");
  }
}

std::string Shown(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  if (!value.is_string()) return value.dump();
  constexpr size_t kLongest = 60;
  const auto& text = value.get_ref<const std::string&>();
  return "'" + ReplaceBrokenUtf8(text.substr(0, kLongest)) + (text.size() > kLongest ? "..." : "") + "'";
}

int64_t IntegerBelow(const json& value, int64_t limit, const std::string& where) {
  if (!value.is_number_unsigned() || value.get<uint64_t>() >= static_cast<uint64_t>(limit)) {
    throw InputError(where, Shown(value) + " is not an id", "an integer from 0 to " + std::to_string(limit - 1));
  }
  return value.get<int64_t>();
}

StrictObject::StrictObject(const json& value, std::string where) : value_(value), where_(std::move(where)) {
  if (!value.is_object()) throw InputError(where_, "found " + Shown(value), "an object");
}

StrictObject StrictObject::Root(const json& value, std::string file) {
  StrictObject root(value, std::move(file));
  root.separator_ = ": ";
  return root;
}

std::string StrictObject::At(const std::string& key) const { return where_ + separator_ + key; }

void StrictObject::AllowOnly(std::initializer_list<std::string_view> keys) const {
  for (const auto& item : value_.items()) {
    if (std::find(keys.begin(), keys.end(), item.key()) == keys.end()) {
      throw UnknownName(where_, "key", ReplaceBrokenUtf8(item.key().substr(0, 60)), {keys.begin(), keys.end()});
    }
  }
}

const json& StrictObject::Get(const std::string& key) const {
  const auto found = value_.find(key);
  if (found == value_.end()) throw InputError(where_, "the key '" + key + "' is missing", "an object with it");
  return *found;
}

std::string StrictObject::String(const std::string& key) const {
  const json& value = Get(key);
  if (!value.is_string()) throw InputError(At(key), "found " + Shown(value), "a string");
  return value.get<std::string>();
}

bool StrictObject::Bool(const std::string& key) const {
  const json& value = Get(key);
  if (!value.is_boolean()) throw InputError(At(key), "found " + Shown(value), "true or false");
  return value.get<bool>();
}

const json& StrictObject::Array(const std::string& key) const {
  const json& value = Get(key);
  if (!value.is_array()) throw InputError(At(key), "found " + Shown(value), "an array");
  return value;
}

bool StrictObject::BoolOr(const std::string& key, bool otherwise) const {
  const auto found = value_.find(key);
  return found == value_.end() || found->is_null() ? otherwise : Bool(key);
}

void StrictObject::OnlySupported(const std::string& key, std::initializer_list<json> allowed) const {
  const auto found = value_.find(key);
  if (found == value_.end() || found->is_null()) return;
  std::string shown;
  for (const json& value : allowed) {
    if (*found == value) return;
    shown += Shown(value) + ", ";
  }
  throw InputError(At(key), Shown(*found) + " is not supported", shown + "null");
}

}  // namespace suite
