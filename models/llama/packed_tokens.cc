#include "models/llama/packed_tokens.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "base/check.h"

namespace suite {
namespace {

// Collects rows and targets as plain vectors, then turns them into tensors.
class Packer {
 public:
  // Appends rows for `ids` at positions from `first_position`; returns the segment's index.
  int64_t AddSegment(const std::vector<int64_t>& ids, int64_t count, int64_t first_position, int64_t prefix) {
    segments_.push_back({static_cast<int64_t>(ids_.size()), count, prefix});
    for (int64_t i = 0; i < count; ++i) {
      ids_.push_back(ids[static_cast<size_t>(i)]);
      positions_.push_back(first_position + i);
    }
    return static_cast<int64_t>(segments_.size()) - 1;
  }

  void AddTarget(int64_t predictor_row, int64_t id, int64_t column) {
    predictors_.push_back(predictor_row);
    targets_.push_back(id);
    columns_.push_back(column);
    row_of_target_.push_back(rows_);
  }

  void EndRow(int64_t length) {
    ++rows_;
    max_length_ = std::max(max_length_, length);
  }

  const Segment& segment(int64_t index) const { return segments_[static_cast<size_t>(index)]; }

  PackedTokens Finish(int64_t min_length) {
    PackedTokens packed;
    packed.rows = rows_;
    packed.max_length = std::max(max_length_, min_length);
    std::vector<int64_t> slots(columns_.size());
    for (size_t i = 0; i < slots.size(); ++i) slots[i] = row_of_target_[i] * packed.max_length + columns_[i];
    packed.ids_N = at::tensor(ids_);
    packed.positions_N = at::tensor(positions_);
    packed.segments = std::move(segments_);
    packed.predictor_M = at::tensor(predictors_);
    packed.target_M = at::tensor(targets_);
    packed.slot_M = at::tensor(slots);
    return packed;
  }

 private:
  std::vector<int64_t> ids_, positions_, predictors_, targets_, columns_, row_of_target_;
  std::vector<Segment> segments_;
  int64_t rows_ = 0;
  int64_t max_length_ = 0;
};

}  // namespace

PackedTokens PackGroups(const std::vector<TokenGroup>& groups, int64_t min_length) {
  Packer packer;
  for (const TokenGroup& group : groups) {
    const int64_t prompt_length = static_cast<int64_t>(group.prompt.size());
    SUITE_CHECK_GT(prompt_length, 0);
    const int64_t prompt = packer.AddSegment(group.prompt, prompt_length, 0, -1);
    for (const auto& completion : group.completions) {
      const int64_t length = static_cast<int64_t>(completion.size());
      int64_t predictor = packer.segment(prompt).begin + prompt_length - 1;
      if (length > 1) {
        const int64_t own = packer.AddSegment(completion, length - 1, prompt_length, prompt);
        packer.AddTarget(predictor, completion[0], 0);
        predictor = packer.segment(own).begin;
        for (int64_t t = 1; t < length; ++t) packer.AddTarget(predictor++, completion[static_cast<size_t>(t)], t);
      } else if (length == 1) {
        packer.AddTarget(predictor, completion[0], 0);
      }
      packer.EndRow(length);
    }
  }
  return packer.Finish(min_length);
}

PackedTokens PackSequences(const std::vector<ScoredSequence>& sequences, int64_t min_length) {
  Packer packer;
  for (const ScoredSequence& sequence : sequences) {
    const int64_t length = static_cast<int64_t>(sequence.ids.size());
    SUITE_CHECK_GE(sequence.score_from, 1);
    SUITE_CHECK_GT(length, 1);
    const int64_t begin = packer.segment(packer.AddSegment(sequence.ids, length - 1, 0, -1)).begin;
    for (int64_t t = sequence.score_from; t < length; ++t) {
      packer.AddTarget(begin + t - 1, sequence.ids[static_cast<size_t>(t)], t - sequence.score_from);
    }
    packer.EndRow(std::max<int64_t>(0, length - sequence.score_from));
  }
  return packer.Finish(min_length);
}

at::Tensor ToGrid(const at::Tensor& values_M, const PackedTokens& packed) {
  const at::Tensor grid = at::zeros({packed.rows * packed.max_length}, values_M.options());
  return grid.index_copy(0, packed.slot_M.to(values_M.device()), values_M).view({packed.rows, packed.max_length});
}

}  // namespace suite
