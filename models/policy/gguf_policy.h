// A policy from one GGUF file: what policy_folder.h gives for a Hugging Face folder, for a model that llama.cpp runs.
//
//   Policy policy = LoadGgufPolicy("SmolLM2-135M-Instruct.Q4_1.gguf", at::kFloat);
//   SavePolicy("smollm2", policy);                       // from here on a Hugging Face folder
//
// Architectures `llama` (SmolLM2, Llama 3) and `qwen2`. Quantised weights are widened to float32 exactly, then rounded
// to the dtype asked for. llama.cpp turns neighbouring pairs of a head's dimensions where transformers turns the two
// halves against each other; its converter therefore reorders the rows of q and k for `llama` (not for `qwen2`), which
// is undone here.
//
// rms_norm_eps is stored in float32, so 1e-5 comes back as 9.99999974737875e-06, as transformers reads it: the norms,
// computed in float32, cannot tell.
#pragma once

#include <string>

#include "models/checkpoints/gguf.h"
#include "models/llama/config.h"
#include "models/policy/policy_folder.h"

namespace suite {

// Throws InputError naming the file, the key or the tensor, and what is wrong: an unknown architecture or
// pre-tokenizer, rotary scaling other than Llama 3's, a tensor that is missing, unknown or of another shape.
Policy LoadGgufPolicy(const std::string& path, at::ScalarType dtype);

// The parts, for tests and for looking into a file. GgufNamedTensors checks that every size of the config is that of a
// tensor in the file, so weights built from the config take memory in proportion to the file.
LlamaConfig GgufLlamaConfig(const GgufFile& file);
NamedTensors GgufNamedTensors(const GgufFile& file, const LlamaConfig& config);  // Hugging Face's names, float32

}  // namespace suite
