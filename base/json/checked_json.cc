#include "base/json/checked_json.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "base/error.h"
#include "base/text/utf8.h"

namespace suite {

using nlohmann::json;

namespace {

std::string LineAndColumn(std::string_view text, size_t at) {
  const std::string_view before = text.substr(0, at);
  const size_t line = 1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  const size_t start = before.rfind('\n');  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(at - (start + 1) + 1);
}

// Reads text to its end without keeping values, and throws InputError for all that ParseJson refuses. Copying, writing
// and destroying values may recurse, so hostile nesting has to be stopped before there are any; and of a key given
// twice nlohmann would keep the last and say nothing. (Its parser takes a callback too, but then walks through an
// object's or array's earlier elements at the end of every object in it: time quadratic in the size of the text.)
class Inspection : public nlohmann::json_sax<json> {
 public:
  // `allowed` is what an error says to be right.
  Inspection(std::string_view text, const std::string& where, const char* allowed)
      : text_(text), where_(where), allowed_(allowed) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }

  bool start_object(size_t) override {
    keys_.emplace_back();
    return Open();
  }

  bool key(string_t& key) override {
    if (!keys_.back().insert(key).second) {
      throw InputError(where_, "the key '" + ShownText(key) + "' is given twice in one object", "each key once");
    }
    return true;
  }

  bool end_object() override {
    keys_.pop_back();
    return Close();
  }

  bool start_array(size_t) override { return Open(); }
  bool end_array() override { return Close(); }

  bool parse_error(size_t position, const std::string&, const json::exception& error) override {
    const size_t at = position == 0 ? 0 : position - 1;
    for (const std::string_view literal : {"NaN", "Infinity"}) {
      if (at < text_.size() && text_.substr(at, literal.size()) == literal) {
        throw InputError(where_, std::string(literal) + " at " + LineAndColumn(text_, at),
                         "finite numbers: JSON has no other");
      }
    }
    const std::string message = error.what();  // "[json.exception.parse_error.101] parse error at line 1, ..."
    throw InputError(where_, ReplaceBrokenUtf8(message.substr(message.find("] ") + 2)), allowed_);
  }

 private:
  bool Open() {
    constexpr int kDeepest = 64;
    if (++depth_ > kDeepest) {
      throw InputError(where_, "JSON is nested too deep", std::to_string(kDeepest) + " levels");
    }
    return true;
  }

  bool Close() {
    --depth_;
    return true;
  }

  std::string_view text_;
  const std::string& where_;
  const char* allowed_;
  int depth_ = 0;
  std::vector<std::unordered_set<std::string>> keys_;  // of the objects that are open
};

bool FitsInt64(const json& value) {
  return value.is_number_integer() &&
         (!value.is_number_unsigned() ||
          value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
}

json Parse(std::string_view text, const std::string& where, const char* allowed) {
  if (const auto broken = FirstInvalidUtf8(text)) {
    throw InputError(where, "byte " + std::to_string(*broken + 1) + " is not UTF-8", "UTF-8 text");
  }
  Inspection inspection(text, where, allowed);
  json::sax_parse(text, &inspection);
  return json::parse(text);
}

}  // namespace

json ParseJson(std::string_view text, const std::string& where) { return Parse(text, where, "JSON"); }

json ParseJsonLine(std::string_view line, const std::string& where) {
  constexpr char kOneALine[] =
      "JSON, one object on each line (jq -c . FILE, or jq -c '.[]' FILE for an array, writes another file so)";
  json value = Parse(line, where, kOneALine);
  if (!value.is_object()) throw InputError(where, "found " + ShownJson(value), "an object on each line");
  return value;
}

json TryParseJson(std::string_view text) {
  try {
    return ParseJson(text, "");
  } catch (const InputError&) {
    return json(json::value_t::discarded);
  }
}

std::string ShownJson(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  return value.is_string() ? "'" + ShownText(value.get_ref<const std::string&>()) + "'" : value.dump();
}

int64_t IntegerBelow(const json& value, int64_t limit, const std::string& where) {
  if (!value.is_number_unsigned() || value.get<uint64_t>() >= static_cast<uint64_t>(limit)) {
    throw InputError(where, ShownJson(value) + " is not an id", "an integer from 0 to " + std::to_string(limit - 1));
  }
  return value.get<int64_t>();
}

JsonObject::JsonObject(const json& value, const std::string& where) : JsonObject(value, where, ": ") {}

JsonObject::JsonObject(const json& value, const std::string& where, const char* separator)
    : value_(value), where_(where), separator_(separator) {
  if (!value.is_object()) throw InputError(where, "found " + ShownJson(value), "an object");
}

JsonObject JsonObject::Inside(const json& value, const std::string& where) { return {value, where, "."}; }

std::string JsonObject::At(const std::string& key) const { return where_ + separator_ + key; }

std::string JsonObject::At(const std::string& key, size_t index) const {
  return At(key) + "[" + std::to_string(index) + "]";
}

void JsonObject::Refuse(const std::string& key, const json& found, const char* allowed) const {
  throw InputError(At(key), "found " + ShownJson(found), allowed);
}

void JsonObject::AllowOnly(const std::vector<std::string>& keys) const {
  for (const auto& item : value_.items()) {
    if (std::find(keys.begin(), keys.end(), item.key()) == keys.end()) {
      throw UnknownName(where_, "key", ShownText(item.key()), keys);
    }
  }
}

const json& JsonObject::Get(const std::string& key) const {
  const auto found = value_.find(key);
  if (found == value_.end()) throw InputError(where_, "the key '" + key + "' is missing", "an object with it");
  return *found;
}

std::string JsonObject::String(const std::string& key) const {
  const json& value = Get(key);
  if (!value.is_string()) Refuse(key, value, "a string");
  return value.get<std::string>();
}

bool JsonObject::Bool(const std::string& key) const {
  const json& value = Get(key);
  if (!value.is_boolean()) Refuse(key, value, "true or false");
  return value.get<bool>();
}

int64_t JsonObject::Integer(const std::string& key) const {
  const json& value = Get(key);
  if (!FitsInt64(value)) Refuse(key, value, "an integer");
  return value.get<int64_t>();
}

const json& JsonObject::Array(const std::string& key) const {
  const json& value = Get(key);
  if (!value.is_array()) Refuse(key, value, "an array");
  return value;
}

std::vector<std::string> JsonObject::Strings(const std::string& key) const {
  std::vector<std::string> strings;
  for (const json& value : Array(key)) {
    if (!value.is_string()) Refuse(key, value, "an array of strings");
    strings.push_back(value.get<std::string>());
  }
  return strings;
}

std::vector<int64_t> JsonObject::Integers(const std::string& key) const {
  std::vector<int64_t> integers;
  for (const json& value : Array(key)) {
    if (!FitsInt64(value)) Refuse(key, value, "an array of integers");
    integers.push_back(value.get<int64_t>());
  }
  return integers;
}

bool JsonObject::BoolOr(const std::string& key, bool otherwise) const {
  const auto found = value_.find(key);
  return found == value_.end() || found->is_null() ? otherwise : Bool(key);
}

void JsonObject::OnlySupported(const std::string& key, std::initializer_list<json> allowed) const {
  const auto found = value_.find(key);
  if (found == value_.end() || found->is_null()) return;
  std::string shown;
  for (const json& value : allowed) {
    if (*found == value) return;
    shown += ShownJson(value) + ", ";
  }
  throw InputError(At(key), ShownJson(*found) + " is not supported", shown + "null");
}

}  // namespace suite
