#include "models/constraint/line_trie.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace suite {
namespace {

// The sequences [begin, end) of the sorted order, which agree in their first `depth` tokens.
struct Range {
  size_t begin = 0;
  size_t end = 0;
  size_t depth = 0;
};

}  // namespace

LineTrie::LineTrie(const std::vector<std::vector<int32_t>>& sequences) : leaf_of_(sequences.size(), -1) {
  SUITE_CHECK(!sequences.empty());
  std::vector<size_t> order(sequences.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return sequences[a] < sequences[b]; });
  std::vector<Range> ranges = {{0, sequences.size(), 0}};
  token_ = {-1};
  parent_ = {-1};
  for (size_t node = 0; node < ranges.size(); ++node) {
    const Range range = ranges[node];
    first_child_.push_back(static_cast<int32_t>(ranges.size()));
    if (sequences[order[range.begin]].size() == range.depth) {
      // The shortest comes first: where it ends here, all of the range must.
      SUITE_CHECK_GT(range.depth, 0u);
      SUITE_CHECK_EQ(sequences[order[range.end - 1]].size(), range.depth);
      for (size_t i = range.begin; i < range.end; ++i) leaf_of_[order[i]] = static_cast<int32_t>(node);
      const auto first = std::min_element(order.begin() + static_cast<int64_t>(range.begin),
                                          order.begin() + static_cast<int64_t>(range.end));
      sequence_at_.push_back(static_cast<int32_t>(*first));
      continue;
    }
    sequence_at_.push_back(-1);
    for (size_t begin = range.begin, end = begin; begin < range.end; begin = end) {
      const int32_t token = sequences[order[begin]][range.depth];
      while (end < range.end && sequences[order[end]][range.depth] == token) ++end;
      ranges.push_back({begin, end, range.depth + 1});
      token_.push_back(token);
      parent_.push_back(static_cast<int32_t>(node));
    }
  }
  first_child_.push_back(static_cast<int32_t>(ranges.size()));
  leaves_.assign(ranges.size(), 0);
  for (size_t node = ranges.size(); node-- > 0;) {
    const int32_t self = static_cast<int32_t>(node);
    if (IsLeaf(self)) leaves_[node] = 1;
    if (node > 0) leaves_[static_cast<size_t>(parent_[node])] += leaves_[node];
  }
}

LineTrie::Children LineTrie::ChildrenOf(int32_t node) const {
  const int32_t first = first_child_[static_cast<size_t>(node)], next = first_child_[static_cast<size_t>(node) + 1];
  return {token_.data() + first, next - first, first};
}

int32_t LineTrie::ChildOf(int32_t node, int32_t token) const {
  const Children children = ChildrenOf(node);
  const int32_t* const end = children.tokens + children.count;
  const int32_t* const found = std::lower_bound(children.tokens, end, token);
  if (found == end || *found != token) return -1;
  return children.first_node + static_cast<int32_t>(found - children.tokens);
}

}  // namespace suite
