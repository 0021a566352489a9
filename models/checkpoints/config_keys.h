// Reading the JSON configs of models, where keys that are not read do not matter.
//
//   const ConfigKeys keys = ConfigKeys::FromText(ReadFile(path), path);
//   const int64_t layers = keys.Positive("num_hidden_layers");
//   const double theta = keys.Real("rope_theta", 10000.0);            // with a default
//
// Every error is an InputError that names file and key, what was found and what is allowed. A key that is null counts
// as absent, as in transformers. Where every key must be known, use JsonObject (base/json/checked_json.h).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace suite {

class ConfigKeys {
 public:
  // `where` is the file. Throws InputError for text that is not one JSON object, is nested too deep or has a key twice.
  static ConfigKeys FromText(const std::string& text, const std::string& where);

  // `where` is the file and the path of the object in it.
  ConfigKeys(nlohmann::json object, std::string where);

  bool Has(const char* key) const { return object_.contains(key) && !object_.at(key).is_null(); }

  // The value of a key that must be there.
  const nlohmann::json& Get(const char* key) const;

  // Each throws for another type of value, and for an absent key where no default is given.
  int64_t Positive(const char* key, std::optional<int64_t> absent = std::nullopt) const;  // 1 to kLargestSize
  int64_t NotNegative(const char* key) const;
  double Real(const char* key, std::optional<double> absent = std::nullopt) const;  // above 0, finite
  bool Bool(const char* key, bool absent) const;
  std::string Text(const char* key, const std::string& absent) const;
  std::vector<int64_t> Ids(const char* key) const;  // one or a list of them; absent: none
  // Of a list the first; -1, as old configs write it, means none as absence does.
  std::optional<int64_t> OneId(const char* key) const;

  // Absent counts as the one value that is supported.
  void Only(const char* key, const nlohmann::json& supported) const;

  // "file: key", for errors.
  std::string At(const std::string& key) const { return where_ + ": " + key; }
  const nlohmann::json& object() const { return object_; }

  // No size of a model is larger; products of two of them fit 64 bits.
  static constexpr int64_t kLargestSize = (int64_t{1} << 31) - 1;

 private:
  InputError Unfit(const char* key, const std::string& allowed) const;

  nlohmann::json object_;
  std::string where_;
};

}  // namespace suite
