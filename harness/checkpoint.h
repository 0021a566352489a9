// The state of an optimisation between two steps: weights, AdamW moments, and the number of steps done.
//
//   CheckpointFolder checkpoints("results/quickstart/runs/3f0c5a/checkpoints", /*keep=*/2);
//   if (auto state = checkpoints.LoadNewest(weights.flat().numel())) trainer.Restore(...);
//   checkpoints.Save(state);
//
// Random streams are functions of the step number and data order is one of those streams, so nothing else is needed for
// a resume that equals an unbroken run to the bit.
//
// A checkpoint is written to a temporary file, synced, and renamed; its SHA-256 is part of its name. One that was
// damaged since is reported on stderr and passed over for the one before it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>

#include "algorithms/adamw.h"

namespace suite {

struct TrainState {
  int64_t step = 0;         // of the trainer: rollouts in RL, updates in supervised stages
  at::Tensor weights_flat;  // LlamaWeights::flat()
  AdamWState optimizer;     // over that one tensor
};

class CheckpointFolder {
 public:
  // Keeps the newest `keep` checkpoints; the folder is made when the first is saved.
  CheckpointFolder(std::string folder, int64_t keep);

  // Throws InputError when it cannot be written; older checkpoints are then untouched.
  void Save(const TrainState& state);

  // The newest checkpoint that is whole and holds `size` weights; nothing when there is none.
  std::optional<TrainState> LoadNewest(int64_t size) const;

  // Deletes all: the result they lead to is safe elsewhere.
  void Clear();

 private:
  std::string folder_;
  int64_t keep_;
};

}  // namespace suite
