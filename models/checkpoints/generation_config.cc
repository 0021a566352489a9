#include "models/checkpoints/generation_config.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/error.h"
#include "models/checkpoints/config_keys.h"

namespace suite {
namespace {

using nlohmann::json;

std::optional<double> Between(double least, double most, const ConfigKeys& keys, const char* key,
                              const std::string& allowed) {
  if (!keys.Has(key)) return std::nullopt;
  const json& value = keys.Get(key);
  const bool fits = value.is_number() && value.get<double>() >= least && value.get<double>() <= most;
  if (!fits) throw InputError(keys.At(key), "is " + value.dump(), allowed);
  return value.get<double>();
}

template <typename T>
void Put(const char* key, const std::optional<T>& value, json* object) {
  if (value) (*object)[key] = *value;
}

}  // namespace

GenerationConfig GenerationConfigFromJson(const std::string& text, const std::string& where) {
  const ConfigKeys keys = ConfigKeys::FromText(text, where);
  GenerationConfig config;
  config.bos_id = keys.OneId("bos_token_id");
  config.eos_ids = keys.Ids("eos_token_id");
  config.pad_id = keys.OneId("pad_token_id");
  if (keys.Has("do_sample")) config.do_sample = keys.Bool("do_sample", false);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  config.temperature = Between(0, kInfinity, keys, "temperature", "a number from 0");
  config.top_p = Between(0, 1, keys, "top_p", "a number from 0 to 1");
  // -1 is how other samplers say no limit.
  if (keys.Has("top_k")) config.top_k = keys.Get("top_k") == -1 ? 0 : keys.NotNegative("top_k");
  json others = keys.object();
  for (const char* key :
       {"bos_token_id", "eos_token_id", "pad_token_id", "do_sample", "temperature", "top_p", "top_k"}) {
    others.erase(key);
  }
  config.other_keys = others.dump();
  return config;
}

std::string GenerationConfigToJson(const GenerationConfig& config) {
  json object = json::parse(config.other_keys, nullptr, /*allow_exceptions=*/false);
  SUITE_CHECK(object.is_object());
  Put("bos_token_id", config.bos_id, &object);
  if (config.eos_ids.size() == 1) object["eos_token_id"] = config.eos_ids.front();
  if (config.eos_ids.size() > 1) object["eos_token_id"] = config.eos_ids;
  Put("pad_token_id", config.pad_id, &object);
  Put("do_sample", config.do_sample, &object);
  Put("temperature", config.temperature, &object);
  Put("top_p", config.top_p, &object);
  Put("top_k", config.top_k, &object);
  return object.dump(2) + "\n";
}

}  // namespace suite
