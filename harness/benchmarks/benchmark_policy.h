// What the benchmarks of this folder share: the policy they time, the prompts, and medians.
#pragma once

#include <string>
#include <vector>

#include "models/llama/weights.h"

namespace suite {

// "tiny": hidden 64, 2 layers, 4 heads, SwiGLU 160, vocabulary 1,500 with random weights (190k parameters); anything
// else is a Hugging Face folder. Throws InputError when that cannot be loaded.
LlamaWeights BenchmarkPolicy(const std::string& policy, at::ScalarType dtype);

// `length` random token ids for prompt number `prompt`.
std::vector<int64_t> RandomPrompt(int64_t prompt, int64_t length, int64_t vocab_size);

// Over how many threads sequences are split: all of them for a small model; 1 for a larger one, whose matrix products
// use all threads themselves.
int64_t BenchmarkShards(const LlamaConfig& config, int64_t threads);

double Median(std::vector<double> values);

// The largest resident set of this process so far, in units of 10^6 bytes.
double PeakMegabytes();

}  // namespace suite
