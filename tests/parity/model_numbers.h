// What tests read off a model: logits at places of plain sequences, norms and samples of named parameters.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "models/llama/llama.h"

namespace suite::parity {

// How sequences are laid out for the forward pass.
enum class Layout {
  kSequences,    // one segment each
  kSplitAtThird  // a prompt of a third of the tokens and one completion that attends to it
};

// Logits [tokens, vocab] of each sequence (two tokens or more), computed in one pass over all of them.
std::vector<at::Tensor> LogitsOfSequences(const Llama& llama, const LlamaTensors& tensors,
                                          const std::vector<std::vector<int64_t>>& sequences, Layout layout);

// Elements at the flat places round(i (n-1) / 3), i = 0..3, each once: the samples of the golden files.
at::Tensor SamplesOf(const at::Tensor& parameter);

// The parameter of this name; it must be there.
at::Tensor Named(const NamedTensors& parameters, const std::string& name);

}  // namespace suite::parity
