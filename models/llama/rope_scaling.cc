#include "models/llama/rope_scaling.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"

namespace suite {
namespace {

constexpr float kTurn = static_cast<float>(2 * M_PI);

// Calls the one of several lambdas that takes the variant's alternative.
template <typename... Lambdas>
struct Overloaded : Lambdas... {
  using Lambdas::operator()...;
};
template <typename... Lambdas>
Overloaded(Lambdas...) -> Overloaded<Lambdas...>;

Llama3RopeScaling ReadLlama3(const ConfigKeys& keys) {
  Llama3RopeScaling scaling;
  scaling.factor = keys.Real("factor");
  scaling.low_freq_factor = keys.Real("low_freq_factor");
  scaling.high_freq_factor = keys.Real("high_freq_factor");
  scaling.original_max_positions = keys.Positive("original_max_position_embeddings");
  if (scaling.high_freq_factor <= scaling.low_freq_factor) {
    throw InputError(keys.At("high_freq_factor"), "is not above low_freq_factor");
  }
  return scaling;
}

double AttentionScale(double factor, double mscale) {
  return factor <= 1 ? 1.0 : 0.1 * mscale * std::log(factor) + 1.0;
}

YarnRopeScaling ReadYarn(const ConfigKeys& keys, int64_t max_positions) {
  YarnRopeScaling scaling;
  scaling.factor = keys.Real("factor");
  scaling.original_max_positions = keys.Positive("original_max_position_embeddings", max_positions);
  scaling.beta_fast = keys.Real("beta_fast", scaling.beta_fast);
  scaling.beta_slow = keys.Real("beta_slow", scaling.beta_slow);
  scaling.truncate = keys.Bool("truncate", scaling.truncate);
  const bool two_scales = keys.Has("mscale") && keys.Has("mscale_all_dim");
  const double above = two_scales ? AttentionScale(scaling.factor, keys.Real("mscale")) : 1;
  const double below = two_scales ? AttentionScale(scaling.factor, keys.Real("mscale_all_dim")) : 1;
  scaling.attention_factor =
      keys.Real("attention_factor", two_scales ? above / below : AttentionScale(scaling.factor, 1));
  return scaling;
}

float Stretched(float frequency, const Llama3RopeScaling& scaling) {
  const float wavelength = kTurn / frequency;
  const auto original = static_cast<float>(scaling.original_max_positions);
  const auto factor = static_cast<float>(scaling.factor);
  const auto low = static_cast<float>(scaling.low_freq_factor), high = static_cast<float>(scaling.high_freq_factor);
  if (wavelength < original / high) return frequency;
  if (wavelength > original / low) return frequency / factor;
  const float smooth = (original / wavelength - low) / (high - low);
  return (1 - smooth) * frequency / factor + smooth * frequency;
}

// Where among the pairs YaRN's interpolation begins and ends.
struct PairRange {
  double begin = 0;
  double end = 0;
};

PairRange InterpolatedPairs(const YarnRopeScaling& scaling, double theta, int64_t head_dim) {
  const auto size = static_cast<double>(head_dim);
  // The pair, as a fraction, that turns so many times in the original context.
  const auto pair_of = [&](double turns) {
    const double length = static_cast<double>(scaling.original_max_positions) / (turns * 2 * M_PI);
    return size * std::log(length) / (2 * std::log(theta));
  };
  PairRange range = {pair_of(scaling.beta_fast), pair_of(scaling.beta_slow)};
  if (scaling.truncate) range = {std::floor(range.begin), std::ceil(range.end)};
  range = {std::max(range.begin, 0.0), std::min(range.end, size - 1)};
  if (range.begin == range.end) range.end += 0.001;
  return range;
}

void StretchByYarn(const YarnRopeScaling& scaling, double theta, int64_t head_dim, std::vector<float>& powers) {
  const PairRange range = InterpolatedPairs(scaling, theta, head_dim);
  const auto begin = static_cast<float>(range.begin), width = static_cast<float>(range.end - range.begin);
  for (size_t pair = 0; pair < powers.size(); ++pair) {
    const float ramp = std::clamp((static_cast<float>(pair) - begin) / width, 0.0f, 1.0f), kept = 1 - ramp;
    const float stretched = 1.0f / (static_cast<float>(scaling.factor) * powers[pair]);
    powers[pair] = stretched * (1 - kept) + 1.0f / powers[pair] * kept;
  }
}

}  // namespace

std::optional<RopeScaling> RopeScalingFromKeys(const ConfigKeys& keys, int64_t max_positions) {
  const std::string type = keys.Text("rope_type", keys.Text("type", ""));
  if (type == "default") return std::nullopt;
  if (type == "llama3") return ReadLlama3(keys);
  if (type == "linear") return LinearRopeScaling{keys.Real("factor")};
  if (type == "dynamic") return DynamicRopeScaling{keys.Real("factor")};
  if (type == "yarn") return ReadYarn(keys, max_positions);
  throw InputError(keys.At("rope_type"), "is '" + type + "'", "default, linear, dynamic, yarn, llama3");
}

nlohmann::ordered_json RopeScalingToJson(const RopeScaling& scaling) {
  using Json = nlohmann::ordered_json;
  return std::visit(Overloaded{[](const Llama3RopeScaling& llama3) {
                                 return Json{{"rope_type", "llama3"},
                                             {"factor", llama3.factor},
                                             {"low_freq_factor", llama3.low_freq_factor},
                                             {"high_freq_factor", llama3.high_freq_factor},
                                             {"original_max_position_embeddings", llama3.original_max_positions}};
                               },
                               [](const LinearRopeScaling& linear) {
                                 return Json{{"rope_type", "linear"}, {"factor", linear.factor}};
                               },
                               [](const DynamicRopeScaling& dynamic) {
                                 return Json{{"rope_type", "dynamic"}, {"factor", dynamic.factor}};
                               },
                               [](const YarnRopeScaling& yarn) {
                                 return Json{{"rope_type", "yarn"},
                                             {"factor", yarn.factor},
                                             {"original_max_position_embeddings", yarn.original_max_positions},
                                             {"beta_fast", yarn.beta_fast},
                                             {"beta_slow", yarn.beta_slow},
                                             {"truncate", yarn.truncate},
                                             {"attention_factor", yarn.attention_factor}};
                               }},
                    scaling);
}

std::vector<float> RotaryFrequencies(double theta, int64_t head_dim, const std::optional<RopeScaling>& scaling) {
  std::vector<float> frequencies(static_cast<size_t>(head_dim / 2));
  for (size_t pair = 0; pair < frequencies.size(); ++pair) {
    const float exponent = static_cast<float>(2 * pair) / static_cast<float>(head_dim);
    frequencies[pair] = static_cast<float>(std::pow(theta, static_cast<double>(exponent)));
  }
  if (scaling && std::holds_alternative<YarnRopeScaling>(*scaling)) {
    StretchByYarn(std::get<YarnRopeScaling>(*scaling), theta, head_dim, frequencies);
    return frequencies;
  }
  for (float& frequency : frequencies) {
    frequency = 1.0f / frequency;
    if (!scaling) continue;
    if (const auto* llama3 = std::get_if<Llama3RopeScaling>(&*scaling)) frequency = Stretched(frequency, *llama3);
    if (const auto* linear = std::get_if<LinearRopeScaling>(&*scaling)) frequency /= static_cast<float>(linear->factor);
  }
  return frequencies;
}

float RotaryAttentionFactor(const std::optional<RopeScaling>& scaling) {
  const auto* yarn = scaling ? std::get_if<YarnRopeScaling>(&*scaling) : nullptr;
  return yarn ? static_cast<float>(yarn->attention_factor) : 1.0f;
}

}  // namespace suite
