#include "tests/parity/model_numbers.h"

#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>

#include <algorithm>

#include "base/check.h"

namespace suite::parity {

std::vector<at::Tensor> LogitsOfSequences(const Llama& llama, const LlamaTensors& tensors,
                                          const std::vector<std::vector<int64_t>>& sequences, Layout layout) {
  // The last token of a sequence is a target only and has no row; one more token gives the last real one its row.
  std::vector<ScoredSequence> plain;
  std::vector<TokenGroup> split;
  for (std::vector<int64_t> ids : sequences) {
    SUITE_CHECK_GE(ids.size(), 2u);
    ids.push_back(0);
    const auto middle = ids.begin() + std::max<int64_t>(1, static_cast<int64_t>(ids.size()) / 3);
    split.push_back({{ids.begin(), middle}, {{middle, ids.end()}}});
    plain.push_back({std::move(ids), 1});
  }
  const PackedTokens packed = layout == Layout::kSequences ? PackSequences(plain) : PackGroups(split);
  const c10::NoGradGuard no_graph;
  const at::Tensor logits_NV = llama.Logits(tensors, packed);
  std::vector<at::Tensor> result;
  int64_t row = 0;
  for (const auto& ids : sequences) {
    const int64_t count = static_cast<int64_t>(ids.size());
    result.push_back(logits_NV.narrow(0, row, count));
    row += count;
  }
  SUITE_CHECK_EQ(row, logits_NV.size(0));
  return result;
}

at::Tensor SamplesOf(const at::Tensor& parameter) {
  const int64_t last = parameter.numel() - 1;
  std::vector<int64_t> places;
  for (int64_t i = 0; i < 4; ++i) {
    const int64_t place = (2 * i * last + 3) / 6;  // i * last / 3 is never half-way between two numbers
    if (places.empty() || place != places.back()) places.push_back(place);
  }
  return parameter.reshape({-1}).index_select(0, at::tensor(places));
}

at::Tensor Named(const NamedTensors& parameters, const std::string& name) {
  for (const auto& [known, tensor] : parameters) {
    if (known == name) return tensor;
  }
  SUITE_CHECK(name == "a parameter of the model");
  return {};
}

}  // namespace suite::parity
