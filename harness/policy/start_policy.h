// The checkpoint that a run starts from: a Hugging Face folder, by policy.path.
//
//   Policy policy = LoadStartPolicy("models/SmolLM2-135M-Instruct", "");
//   PolicyContentHash("models/SmolLM2-135M-Instruct")          // what policy.lock holds
#pragma once

#include <string>

#include "models/policy/policy_folder.h"

namespace suite {

// Float32. Throws InputError when the checkpoint cannot be used, or is not the one that `pin` names (empty: any).
Policy LoadStartPolicy(const std::string& path, const std::string& pin);

// SHA-256 over what decides a checkpoint's answers: weights, config, tokenizer, chat template, in the order of their
// file names.
std::string PolicyContentHash(const std::string& path);

}  // namespace suite
