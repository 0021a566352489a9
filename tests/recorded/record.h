// Reading the records of this folder, and comparing logits with theirs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "models/llama/weights.h"

namespace suite::recorded {

// tests/recorded/`file`.
std::string PathOf(const std::string& file);

nlohmann::json ReadRecord(const std::string& file);

// Expects the float32 logits of `weights` for entry's `ids` to be entry's `logits`, up to three times entry's
// `rounding`: what transformers' float32 logits are from its float64 logits. Ours may be as far on the other side, and
// may add in another order.
void ExpectLogits(const LlamaWeights& weights, const nlohmann::json& ids, const nlohmann::json& entry);

}  // namespace suite::recorded
