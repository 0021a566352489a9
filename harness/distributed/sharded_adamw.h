// AdamW over one flat buffer of weights whose state is shared out over the processes of a group: ZeRO stage 1
// (Rajbhandari et al., arXiv:1910.02054, section 5.1).
//
//   ShardedAdamW optimizer(weights.flat(), group);
//   double norm = optimizer.Step(gradients.flat(), {/*learning_rate=*/1e-6});   // the same on every rank
//
// Rank r owns slice r of the buffer: moments, and float32 masters where the weights are of a smaller dtype. One step:
//   1. gradients, which each process has of its own samples, are summed; each rank gets its slice of the sum in float32
//   2. the norm of the whole gradient decides on clipping
//   3. each rank updates its slice
//   4. slices of new weights go to everyone
// Nothing is averaged: each process' loss is already divided by a denominator that counts all samples (Normalizer in
// algorithms/reduction.h, num_items in language_model_update.h), so the sum is the gradient of the whole batch.
//
// Sums are taken in pairs of ranks, slices end where GradientNorm's pieces do, and AdamW works element by element. So W
// processes end with the bits of one process that adds up W gradients in pairs.
//
// Large buffers travel in buckets, so the extra memory is two buckets and the slice of the gradient.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "algorithms/adamw.h"
#include "harness/distributed/process_group.h"

namespace suite {

// What one rank owns of a buffer: elements [first, first + size). Slices are `stride` apart; late ones may be short or
// empty.
struct FlatSlice {
  int64_t first = 0;
  int64_t size = 0;
  int64_t stride = 0;
};

FlatSlice SliceOf(int64_t total, int world_size, int rank);

struct ShardedStepOptions {
  double learning_rate = 1e-6;
  double max_grad_norm = 1.0;  // above 0; infinity leaves gradients as they are
  AdamWConfig adamw;
};

class ShardedAdamW {
 public:
  // `weights_flat` [total], float32 or bfloat16, the same on every rank; it is updated in place. `group` must outlive
  // the optimizer. `bucket_elements` of all ranks together travel at once.
  ShardedAdamW(at::Tensor weights_flat, ProcessGroup* group, int64_t bucket_elements = int64_t{1} << 24);

  // `gradients_flat` [total], of this rank's samples, any float dtype; it is left as it is. Returns the norm of the
  // whole gradient before clipping.
  double Step(const at::Tensor& gradients_flat, const ShardedStepOptions& options);

  // The whole state, in the memory of the CPU, on those ranks that want it: for a checkpoint that does not know how
  // many processes wrote it. All ranks make the call; one that does not `keep` gets undefined tensors.
  at::Tensor GatherMasters(bool keep);  // float32 [total]
  AdamWState GatherMoments(bool keep);  // one tensor [total] each

  // Begins with float32 numbers that the weights are the rounding of.
  void SetMasters(const at::Tensor& masters_flat);
  // Goes on from a whole state; the weights become the masters rounded to their dtype.
  void Restore(const at::Tensor& masters_flat, const AdamWState& moments);

  const FlatSlice& slice() const { return slice_; }
  int64_t step() const { return state_.step; }

 private:
  at::Tensor GatherSlices(const at::Tensor& slice, bool keep, const std::string& phase);
  void SumGradients(const at::Tensor& gradients_flat);
  double Norm();
  void SpreadWeights();

  at::Tensor weights_flat_;
  ProcessGroup* group_;
  int64_t bucket_;  // elements of one slice
  FlatSlice slice_;
  at::Tensor masters_;   // [slice size] float32; a view of the weights where those are float32
  at::Tensor gradient_;  // [slice size] float32
  AdamWState state_;
};

}  // namespace suite
