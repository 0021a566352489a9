// How a model's publisher recommends sampling from it: Hugging Face's generation_config.json.
//
//   GenerationConfig generation = GenerationConfigFromJson(ReadFile(path), path);
//   generation.eos_ids == {151645, 151643} && generation.temperature == 0.7     // Qwen2.5-Instruct
//
// As in transformers, its eos_token_id wins over that of config.json: LoadPolicy puts it into LlamaConfig::eos_ids,
// where samplers look. The other fields are what the folder says, for whoever wants to follow them; nothing follows
// them unasked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suite {

struct GenerationConfig {
  std::optional<int64_t> bos_id;
  std::vector<int64_t> eos_ids;   // one or several in the file; none: config.json's count
  std::optional<int64_t> pad_id;  // of a list the first; -1 in the file: none
  std::optional<bool> do_sample;
  std::optional<double> temperature;  // from 0
  std::optional<double> top_p;        // 0 to 1
  std::optional<int64_t> top_k;       // 0: no limit; -1 in the file means that too

  // The keys not read here, as the text of a JSON object: kept so that saving loses nothing.
  std::string other_keys = "{}";
};

// `where` (the file) is named in errors. Throws InputError for text that is not a JSON object, and naming file and key
// for a value of another type or out of range. Keys that are not read are not looked at.
GenerationConfig GenerationConfigFromJson(const std::string& text, const std::string& where);

// The text of a generation_config.json that transformers loads; keys in alphabetical order, as it writes them.
std::string GenerationConfigToJson(const GenerationConfig& config);

}  // namespace suite
