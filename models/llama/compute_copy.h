// Weights in the type that a policy computes in, while what is trained stays float32 (mixed precision: at a learning
// rate of 1e-6 an update vanishes in bfloat16, so the sum of updates must not be kept in it).
//
//   ComputeCopy copy(master, at::kBFloat16);
//   LlamaTensors narrow = copy.Connect(TrainableTensors(master, gradients));   // backward() adds into `gradients`
//   ...                                                                         // one optimizer step on `master`
//   copy.Refresh();
//
// When the type is the master's own there is no copy: everything is the master itself.
#pragma once

#include <ATen/core/Tensor.h>

#include <utility>

#include "models/llama/weights.h"

namespace suite {

class ComputeCopy {
 public:
  // Shares the memory of `master`.
  ComputeCopy(const LlamaWeights& master, at::ScalarType dtype);

  // A copy whose float32 master lies elsewhere, such as with other processes; who changes it writes `copy` itself. Its
  // leaves have gradients in float32, and no numbers.
  static ComputeCopy WithoutMaster(const LlamaWeights& copy);

  // What leaves are views of.
  const LlamaWeights& master() const { return master_; }

  // Call after the master's numbers have changed.
  void Refresh();

  // In the type of computation.
  const LlamaWeights& weights() const { return copy_; }

  // The copy's tensors with a graph to `leaves` (views of the master). Each gradient arrives rounded to the copy's type
  // and is added to the leaf's in the leaf's type; the two of a tied embedding arrive one by one.
  LlamaTensors Connect(const LlamaTensors& leaves) const;

 private:
  ComputeCopy(LlamaWeights master, LlamaWeights copy, bool has_master)
      : master_(std::move(master)), copy_(std::move(copy)), has_master_(has_master) {}
  bool Narrows() const;

  LlamaWeights master_;
  LlamaWeights copy_;
  bool has_master_ = true;
};

}  // namespace suite
