#include "tests/parity/supervised_rows.h"

#include <algorithm>

#include "base/check.h"
#include "tests/parity/golden_files.h"

namespace suite::parity {

std::vector<ScoredSequence> SupervisedRows(const nlohmann::json& batch, const char* ids) {
  const auto rows = UnpaddedRows(batch[ids], batch["attention_mask"]);
  std::vector<ScoredSequence> sequences;
  for (size_t row = 0; row < rows.size(); ++row) {
    const auto labels = batch["labels"][row].get<std::vector<int64_t>>();
    const auto first = std::find_if(labels.begin(), labels.end(), [](int64_t label) { return label != kNotCounted; });
    const size_t from = static_cast<size_t>(first - labels.begin());
    for (size_t t = from; t < labels.size(); ++t) {
      SUITE_CHECK_EQ(labels[t], t < rows[row].size() ? rows[row][t] : kNotCounted);
    }
    sequences.push_back({rows[row], std::max<int64_t>(1, static_cast<int64_t>(from))});
  }
  return sequences;
}

}  // namespace suite::parity
