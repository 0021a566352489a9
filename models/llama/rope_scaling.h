// The ways of stretching rotary positions beyond those that a model was first trained on, by the names of transformers
// (modeling_rope_utils.py, 4.57): "linear", "dynamic", "yarn" and "llama3".
//
//   const std::optional<RopeScaling> scaling = RopeScalingFromKeys({keys.Get("rope_scaling"), where}, max_positions);
//   const std::vector<float> frequencies = RotaryFrequencies(theta, head_dim, scaling);
//
// Frequencies are rounded to float32 wherever transformers rounds (exponent, power, reciprocal, each product):
// positions multiply what is lost, and at position 1500 an unrounded exponent already moves logits by 1e-4.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>
#include <vector>

#include "models/checkpoints/config_keys.h"

namespace suite {

// Wavelengths longer than the original context are stretched by `factor`, short ones kept, those between interpolated.
struct Llama3RopeScaling {
  double factor = 8.0;
  double low_freq_factor = 1.0;
  double high_freq_factor = 4.0;
  int64_t original_max_positions = 8192;
};

// Every wavelength is stretched by `factor`.
struct LinearRopeScaling {
  double factor = 1.0;
};

// Frequencies change with the length of a text, but only once it is beyond max_position_embeddings: as far as positions
// go here, nothing is stretched.
struct DynamicRopeScaling {
  double factor = 1.0;
};

// YaRN (Peng et al., arXiv:2309.00071): pairs that turn more often than `beta_fast` times in the original context are
// kept, those that turn less often than `beta_slow` times stretched by `factor`, those between interpolated; cosines
// and sines are multiplied by `attention_factor`.
struct YarnRopeScaling {
  double factor = 1.0;
  int64_t original_max_positions = 8192;
  double beta_fast = 32.0;
  double beta_slow = 1.0;
  bool truncate = true;  // to whole pairs, what the two betas say
  double attention_factor = 1.0;
};

using RopeScaling = std::variant<Llama3RopeScaling, LinearRopeScaling, DynamicRopeScaling, YarnRopeScaling>;

// From the object `rope_scaling` of a config.json, or transformers 5's `rope_parameters`; nothing for the type
// "default". `max_positions`: of the model, where the object does not name the original ones. Throws InputError for
// another type, a missing key, or numbers that do not fit together.
std::optional<RopeScaling> RopeScalingFromKeys(const ConfigKeys& keys, int64_t max_positions);

// The object that RopeScalingFromKeys and transformers read.
nlohmann::ordered_json RopeScalingToJson(const RopeScaling& scaling);

// [head_dim / 2]: by how many radians a pair turns from one position to the next.
std::vector<float> RotaryFrequencies(double theta, int64_t head_dim, const std::optional<RopeScaling>& scaling);

// What cosines and sines are multiplied by: 1, but for YaRN.
float RotaryAttentionFactor(const std::optional<RopeScaling>& scaling);

}  // namespace suite
