// What the benchmarks of this folder share: the policy they time, the prompts, and medians.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/constraint/list_constraint.h"
#include "models/llama/weights.h"

namespace suite {

// "tiny": hidden 64, 2 layers, 4 heads, SwiGLU 160, vocabulary 1,500 with random weights (190k parameters); anything
// else is a Hugging Face folder. Throws InputError when that cannot be loaded.
LlamaWeights BenchmarkPolicy(const std::string& policy, at::ScalarType dtype);

// The constraint of this kind ("none", "catalogue", "catalogue_no_repeats"; harness/policy/catalogue_constraint.h) to the
// 7,404 films of the Reddit-v2 catalogue in the folder's tokenizer, with lists too long to end early. Throws InputError
// for "tiny", whose tokens are no text.
std::shared_ptr<const ListConstraint> BenchmarkConstraint(const std::string& kind, const std::string& policy);

// `length` random token ids for prompt number `prompt`.
std::vector<int64_t> RandomPrompt(int64_t prompt, int64_t length, int64_t vocab_size);

// Over how many threads sequences are split: all of them for a small model; 1 for a larger one, whose matrix products
// use all threads themselves.
int64_t BenchmarkShards(const LlamaConfig& config, int64_t threads);

double Median(std::vector<double> values);

// The largest resident set of this process so far, in units of 10^6 bytes.
double PeakMegabytes();

}  // namespace suite
