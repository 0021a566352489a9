// Byte-pair encoding of one piece of text: bytes become tokens, then the adjacent pair of highest priority is merged,
// the leftmost of equals first, until no pair is left (Sennrich et al., ACL 2016; byte-level as in GPT-2).
//
//   const BpeModel model(spec.vocabulary, spec.merges, spec.ignore_merges);
//   std::vector<int64_t> ids;
//   model.Encode(" the", &ids);
//
// A byte that is no token of the vocabulary vanishes, and its neighbours become adjacent: what Hugging Face's BPE does
// when there is no unknown token.
//
// Most pieces of ordinary text are one token. Which tokens their own bytes encode to is found once, at construction, so
// such a piece costs one look-up and the model stays immutable: Encode may be called by several threads at once.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/tokenizer/tokenizer_spec.h"

namespace suite {

// Priority (place in the list of merges) of each pair of tokens: a flat hash table.
class MergeTable {
 public:
  explicit MergeTable(const std::vector<BpeMerge>& merges);

  static constexpr int32_t kNone = INT32_MAX;

  // The priority of merging `left` with `right`, smaller first; kNone when they do not merge.
  int32_t Rank(int32_t left, int32_t right) const {
    const uint64_t key = Key(left, right);
    for (size_t at = Start(key);; at = (at + 1) & mask_) {
      if (slots_[at].key == key) return slots_[at].rank;
      if (slots_[at].rank == kNone) return kNone;
    }
  }

 private:
  struct Slot {
    uint64_t key = UINT64_MAX;
    int32_t rank = kNone;
  };

  static uint64_t Key(int32_t left, int32_t right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }
  // Fibonacci hashing (Knuth, TAOCP 3, section 6.4): the high bits of a product spread best.
  size_t Start(uint64_t key) const { return ((key ^ (key >> 29)) * 0x9e3779b97f4a7c15ULL) >> 20 & mask_; }

  std::vector<Slot> slots_;
  size_t mask_;
};

class BpeModel {
 public:
  BpeModel(const std::vector<std::string>& vocabulary, const std::vector<BpeMerge>& merges, bool ignore_merges);
  BpeModel(const BpeModel&) = delete;
  BpeModel& operator=(const BpeModel&) = delete;

  // Appends the tokens of `piece`, any bytes.
  void Encode(std::string_view piece, std::vector<int64_t>* ids) const;

  // The two ways to merge, which give the same tokens: the first is quadratic in the length and quick for short
  // pieces, the second takes n log n steps. Encode picks one by length.
  void MergeShort(std::string_view piece, std::vector<int64_t>* ids) const;
  void MergeLong(std::string_view piece, std::vector<int64_t>* ids) const;

 private:
  void CollectWholePieces(const std::vector<std::string>& vocabulary, bool ignore_merges);

  std::array<int32_t, 256> token_of_byte_;
  MergeTable table_;
  std::vector<int32_t> result_of_rank_;
  std::vector<std::string> bytes_;  // [id], what whole_ points into; empty for tokens that are not in the alphabet
  std::unordered_map<std::string_view, int32_t> whole_;
};

}  // namespace suite
