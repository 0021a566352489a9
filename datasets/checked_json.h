// JSON that strangers wrote, with one clear error for whatever is wrong with it. Beyond what a JSON parser refuses:
// nesting deeper than 64, a key given twice in one object, bytes that are not UTF-8.
//
//   const nlohmann::json row = ParseCheckedJson(line, "test.jsonl:17");
//   const JsonObject object(row, "test.jsonl:17");
//   object.AllowOnly({"id", "turns"});
//   const std::string id = object.String("id");          // "test.jsonl:17: id: found 3; allowed: a string"
//
// All errors are InputError (base/error.h).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

// `where` names the file and, for a line of it, the line.
nlohmann::json ParseCheckedJson(std::string_view text, const std::string& where);

// A short form of any value for error messages: 'text' (cut), a number, null, "an object", "an array".
std::string ShownJson(const nlohmann::json& value);

// `text` as an error message may hold it: cut after 60 bytes, broken UTF-8 replaced.
std::string ShownText(std::string_view text);

// One object and its place. It keeps a reference to the value.
class JsonObject {
 public:
  JsonObject(const nlohmann::json& value, std::string where);

  // Every other key is an error that names it and lists these.
  void AllowOnly(const std::vector<std::string>& keys) const;

  bool Has(const std::string& key) const { return value_.contains(key); }
  const nlohmann::json& Get(const std::string& key) const;
  std::string String(const std::string& key) const;
  int64_t Integer(const std::string& key) const;
  const nlohmann::json& Array(const std::string& key) const;
  std::vector<std::string> Strings(const std::string& key) const;
  std::vector<int64_t> Integers(const std::string& key) const;

  // "where: key", for errors.
  std::string At(const std::string& key) const { return where_ + ": " + key; }

 private:
  const nlohmann::json& value_;
  std::string where_;
};

}  // namespace suite
