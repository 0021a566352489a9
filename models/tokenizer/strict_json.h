// Reading JSON where every key must be known: a misspelt or unsupported key is an error that names it.
//
//   const StrictObject model(json, "tokenizer.json: model");
//   model.AllowOnly({"type", "vocab", "merges"});
//   const std::string type = model.String("type");
//
// Every error is an InputError whose place is the file followed by the path of the key ("tokenizer.json: model.vocab").
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace suite {

// Throws InputError naming `where` for text that is not JSON, with the line and column of the fault; for more than 64
// levels of nesting; and for an object that has a key twice.
nlohmann::json ParseJson(std::string_view text, const std::string& where);

// A short form of any value for error messages: 'text' (cut), a number, null, "an object", "an array".
std::string Shown(const nlohmann::json& value);

// The integer `value`, from 0 to `limit` - 1. Throws InputError.
int64_t IntegerBelow(const nlohmann::json& value, int64_t limit, const std::string& where);

class StrictObject {
 public:
  // Keeps a reference to `value`. `where` is "file: path.of.it"; for the whole file use Root. Throws InputError when
  // `value` is no object.
  StrictObject(const nlohmann::json& value, std::string where);
  static StrictObject Root(const nlohmann::json& value, std::string file);

  void AllowOnly(std::initializer_list<std::string_view> keys) const;

  // The value of a key that must be there, of any type or of the one named.
  const nlohmann::json& Get(const std::string& key) const;
  std::string String(const std::string& key) const;
  bool Bool(const std::string& key) const;
  const nlohmann::json& Array(const std::string& key) const;

  // The value of a key that may be left out or null: then `otherwise`.
  bool BoolOr(const std::string& key, bool otherwise) const;

  // The key must be absent, null or equal to one of `allowed`; anything else is a feature that is not supported.
  void OnlySupported(const std::string& key, std::initializer_list<nlohmann::json> allowed) const;

  // "file: path.key", for errors and for the objects inside.
  std::string At(const std::string& key) const;
  const std::string& where() const { return where_; }

 private:
  const nlohmann::json& value_;
  std::string where_;
  const char* separator_ = ".";
};

}  // namespace suite
