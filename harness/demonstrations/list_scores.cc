#include "harness/demonstrations/list_scores.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "algorithms/demonstrations/reflect.h"
#include "base/check.h"

namespace suite {
namespace {

constexpr int64_t kBlockBytes = int64_t{64} << 20;

}  // namespace

at::Tensor ScoreBlock(const ListScoring& scoring, const std::vector<int64_t>& rows) {
  std::vector<RemapEntry> entries;
  for (size_t i = 0; i < rows.size(); ++i) {
    for (RemapEntry entry : scoring.entries[static_cast<size_t>(rows[i])]) {
      entry.row = static_cast<int64_t>(i);
      entries.push_back(entry);
    }
  }
  const auto count = static_cast<int64_t>(rows.size());
  at::Tensor score_BC =
      scoring.remap ? RemapBlock(entries, scoring.title_UD, scoring.context_BD.index_select(0, at::tensor(rows)),
                                 scoring.item_CD, scoring.context_weight)
                    : ExactMatchBlock(entries, count, scoring.items);
  if (scoring.judged.empty()) return score_BC;
  for (int64_t i = 0; i < count; ++i) {
    const auto row = static_cast<size_t>(rows[static_cast<size_t>(i)]);
    SUITE_CHECK_EQ(scoring.judged[row].size(), scoring.judgements[row].size());
    if (scoring.judged[row].empty()) continue;
    score_BC[i].copy_(ReflectScores(score_BC[i], at::tensor(scoring.judged[row]), at::tensor(scoring.judgements[row]),
                                    scoring.gamma));
  }
  return score_BC;
}

int64_t RowsInBlock(int64_t items) {
  return std::max<int64_t>(1, kBlockBytes / (items * static_cast<int64_t>(sizeof(float))));
}

void ForEachBlock(const std::vector<int64_t>& rows, int64_t items,
                  const std::function<void(const std::vector<int64_t>&)>& visit) {
  const auto size = static_cast<size_t>(RowsInBlock(items));
  for (size_t begin = 0; begin < rows.size(); begin += size) {
    const size_t end = std::min(begin + size, rows.size());
    visit({rows.begin() + static_cast<int64_t>(begin), rows.begin() + static_cast<int64_t>(end)});
  }
}

}  // namespace suite
