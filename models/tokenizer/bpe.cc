#include "models/tokenizer/bpe.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include "base/check.h"
#include "models/tokenizer/byte_alphabet.h"

namespace suite {
namespace {

constexpr size_t kLongestShortPiece = 64;

// One token of a piece under way, in a doubly linked list of places; a negative id marks a token merged away.
struct Node {
  int32_t id;
  int32_t previous;
  int32_t next;
};

// Merges in order of (rank, place). A candidate made stale by another merge is dropped when it comes up: the pair at
// its place then has another rank, because every pair's rank is its own.
class LongMerger {
 public:
  LongMerger(const MergeTable& table, const std::vector<int32_t>& results) : table_(table), results_(results) {}

  void Append(int32_t id) {
    const auto place = static_cast<int32_t>(nodes_.size());
    nodes_.push_back({id, place - 1, -1});
    if (place == 0) return;
    nodes_[place - 1].next = place;
    Offer(place - 1);
  }

  void MergeAll() {
    while (!candidates_.empty()) {
      const auto [rank, place] = candidates_.top();
      candidates_.pop();
      if (RankAt(place) == rank) MergeAt(place, results_[rank]);
    }
  }

  void AppendTo(std::vector<int64_t>* ids) const {
    for (const Node& node : nodes_) {
      if (node.id >= 0) ids->push_back(node.id);
    }
  }

 private:
  using Candidate = std::pair<int32_t, int32_t>;

  int32_t RankAt(int32_t place) const {
    const Node& node = nodes_[place];
    return node.id < 0 || node.next < 0 ? MergeTable::kNone : table_.Rank(node.id, nodes_[node.next].id);
  }

  void Offer(int32_t place) {
    const int32_t rank = RankAt(place);
    if (rank != MergeTable::kNone) candidates_.emplace(rank, place);
  }

  void MergeAt(int32_t place, int32_t result) {
    Node& left = nodes_[place];
    Node& right = nodes_[left.next];
    left.id = result;
    left.next = right.next;
    right.id = -1;
    if (left.next >= 0) nodes_[left.next].previous = place;
    Offer(place);
    if (left.previous >= 0) Offer(left.previous);
  }

  const MergeTable& table_;
  const std::vector<int32_t>& results_;
  std::vector<Node> nodes_;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<Candidate>> candidates_;
};

}  // namespace

MergeTable::MergeTable(const std::vector<BpeMerge>& merges) {
  size_t size = 16;
  while (size < 2 * merges.size()) size *= 2;
  slots_.resize(size);
  mask_ = size - 1;
  for (size_t rank = 0; rank < merges.size(); ++rank) {
    const uint64_t key = Key(merges[rank].left, merges[rank].right);
    size_t at = Start(key);
    while (slots_[at].rank != kNone && slots_[at].key != key) at = (at + 1) & mask_;
    slots_[at] = {key, static_cast<int32_t>(rank)};
  }
}

BpeModel::BpeModel(const std::vector<std::string>& vocabulary, const std::vector<BpeMerge>& merges, bool ignore_merges)
    : table_(merges) {
  for (const BpeMerge& merge : merges) result_of_rank_.push_back(merge.result);
  token_of_byte_.fill(-1);
  for (const std::string& token : vocabulary) bytes_.push_back(BytesOf(token).value_or(""));
  for (size_t id = 0; id < bytes_.size(); ++id) {
    if (bytes_[id].size() == 1) token_of_byte_[static_cast<uint8_t>(bytes_[id][0])] = static_cast<int32_t>(id);
  }
  CollectWholePieces(vocabulary, ignore_merges);
}

void BpeModel::CollectWholePieces(const std::vector<std::string>& vocabulary, bool ignore_merges) {
  SUITE_CHECK_EQ(vocabulary.size(), bytes_.size());
  whole_.reserve(bytes_.size());
  std::vector<int64_t> ids;
  for (size_t id = 0; id < bytes_.size(); ++id) {
    if (bytes_[id].empty()) continue;
    ids.clear();
    if (!ignore_merges) Encode(bytes_[id], &ids);
    const bool is_whole = ignore_merges || (ids.size() == 1 && ids[0] == static_cast<int64_t>(id));
    if (is_whole) whole_.emplace(bytes_[id], static_cast<int32_t>(id));
  }
}

void BpeModel::Encode(std::string_view piece, std::vector<int64_t>* ids) const {
  const auto whole = whole_.find(piece);
  if (whole != whole_.end()) {
    ids->push_back(whole->second);
  } else if (piece.size() <= kLongestShortPiece) {
    MergeShort(piece, ids);
  } else {
    MergeLong(piece, ids);
  }
}

void BpeModel::MergeShort(std::string_view piece, std::vector<int64_t>* ids) const {
  struct Part {
    int32_t id;
    int32_t rank;  // of merging with the part to the right
  };
  std::array<Part, kLongestShortPiece> on_stack;
  std::vector<Part> on_heap(piece.size() > kLongestShortPiece ? piece.size() : 0);
  Part* const parts = on_heap.empty() ? on_stack.data() : on_heap.data();
  int32_t count = 0;
  for (const char byte : piece) {
    const int32_t id = token_of_byte_[static_cast<uint8_t>(byte)];
    if (id >= 0) parts[count++] = {id, MergeTable::kNone};
  }
  const auto refresh = [&](int32_t i) {
    parts[i].rank = i + 1 < count ? table_.Rank(parts[i].id, parts[i + 1].id) : MergeTable::kNone;
  };
  for (int32_t i = 0; i < count; ++i) refresh(i);
  while (count > 1) {
    Part* best = std::min_element(parts, parts + count, [](const Part& a, const Part& b) { return a.rank < b.rank; });
    if (best->rank == MergeTable::kNone) break;
    best->id = result_of_rank_[best->rank];
    std::copy(best + 2, parts + count, best + 1);
    --count;
    const auto at = static_cast<int32_t>(best - parts);
    refresh(at);
    if (at > 0) refresh(at - 1);
  }
  for (int32_t i = 0; i < count; ++i) ids->push_back(parts[i].id);
}

void BpeModel::MergeLong(std::string_view piece, std::vector<int64_t>* ids) const {
  LongMerger merger(table_, result_of_rank_);
  for (const char byte : piece) {
    const int32_t id = token_of_byte_[static_cast<uint8_t>(byte)];
    if (id >= 0) merger.Append(id);
  }
  merger.MergeAll();
  merger.AppendTo(ids);
}

}  // namespace suite
