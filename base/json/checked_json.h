// JSON from outside, with one clear error for whatever is wrong with it. Beyond what a JSON parser refuses:
// nesting deeper than 64 levels, a key given twice in one object, bytes that are not UTF-8.
//
//   const nlohmann::json value = ParseJson(ReadFile("tokenizer.json"), "tokenizer.json");
//   const JsonObject root(value, "tokenizer.json");
//   const JsonObject model = root.Object("model");
//   model.AllowOnly({"type", "vocab", "merges"});
//   const std::string type = model.String("type");       // "tokenizer.json: model.type: found 3; allowed: a string"
//
// Every error is an InputError (base/error.h) whose place is the file, or the line of it, and the path of the key.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

// `where` names the file and, for a line of it, the line. Text that is not JSON is an error with line and column.
nlohmann::json ParseJson(std::string_view text, const std::string& where);

// One line of a file that has one object on each: an error says so where a line is a part of an object, several, or an
// array, as in a file that was printed over several lines.
nlohmann::json ParseJsonLine(std::string_view line, const std::string& where);

// The same as ParseJson, but a discarded value (`is_discarded()`, of no type) where ParseJson would throw: for text of
// which it is no surprise that it is no JSON, such as a model's answer.
nlohmann::json TryParseJson(std::string_view text);

// A short form of any value for error messages: 'text' (cut), a number, null, "an object", "an array".
std::string ShownJson(const nlohmann::json& value);

// The integer `value`, from 0 to `limit` - 1. Throws InputError.
int64_t IntegerBelow(const nlohmann::json& value, int64_t limit, const std::string& where);

// One object and its place. It keeps a reference to the value.
class JsonObject {
 public:
  // `where` is the file, or the line of it. Throws InputError when `value` is no object.
  JsonObject(const nlohmann::json& value, const std::string& where);

  // An object inside another, whose place is At(key) of that, perhaps with an index: "tokenizer.json: added_tokens[3]".
  static JsonObject Inside(const nlohmann::json& value, const std::string& where);
  JsonObject Object(const std::string& key) const { return Inside(Get(key), At(key)); }

  // Every other key is an error that names it and lists these.
  void AllowOnly(const std::vector<std::string>& keys) const;

  bool Has(const std::string& key) const { return value_.contains(key); }

  // The value of a key that must be there, of any type or of the one named.
  const nlohmann::json& Get(const std::string& key) const;
  std::string String(const std::string& key) const;
  bool Bool(const std::string& key) const;
  int64_t Integer(const std::string& key) const;
  const nlohmann::json& Array(const std::string& key) const;
  std::vector<std::string> Strings(const std::string& key) const;
  std::vector<int64_t> Integers(const std::string& key) const;

  // The value of a key that may be left out or null: then `otherwise`.
  bool BoolOr(const std::string& key, bool otherwise) const;

  // The key must be absent, null or equal to one of `allowed`; anything else is a feature that is not supported.
  void OnlySupported(const std::string& key, std::initializer_list<nlohmann::json> allowed) const;

  // "file: path.key" and "file: path.key[index]", for errors and for the objects inside.
  std::string At(const std::string& key) const;
  std::string At(const std::string& key, size_t index) const;
  const std::string& where() const { return where_; }

 private:
  JsonObject(const nlohmann::json& value, const std::string& where, const char* separator);

  [[noreturn]] void Refuse(const std::string& key, const nlohmann::json& found, const char* allowed) const;

  const nlohmann::json& value_;
  std::string where_;
  const char* separator_;
};

}  // namespace suite
