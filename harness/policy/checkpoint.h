// The state of an optimisation between two steps: weights, AdamW moments, and the number of steps done.
//
//   CheckpointFolder checkpoints("results/quickstart/runs/3f0c5a/checkpoints", /*keep=*/2);
//   CheckpointDemands demands;
//   demands.weights = weights.flat().numel();
//   demands.belongs_to = {{"config", hash}, {"data", data_hash}, {"world_size", "1"}};
//   if (auto loaded = checkpoints.LoadNewest(demands)) trainer.Restore(loaded->state...);
//   checkpoints.Save(state);                                       // with the same belongs_to
//
// Random streams are functions of the step number and data order is one of those streams, so nothing else is needed for
// a resume that equals an unbroken run to the bit.
//
// A checkpoint is written to a temporary file, synced, hashed (its SHA-256 is part of its name), renamed, and the
// folder synced; then all but the newest `keep` are deleted. A disk that is full or read-only is an InputError, and
// what was saved before is untouched. A checkpoint that was damaged since is reported on stderr and passed over for the
// one before it. One that is whole but belongs to other data, another config or another world size is refused, not
// passed over: to go on with it is a decision (`force`), and what was forced is returned so that it can be recorded.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/adamw.h"

namespace suite {

struct TrainState {
  int64_t step = 0;         // of the trainer: rollouts in RL, updates in supervised stages
  at::Tensor weights_flat;  // LlamaWeights::flat()
  AdamWState optimizer;     // over that one tensor
  // What the state is of, as name and value without line breaks: config, data, world_size, ... May be empty.
  std::vector<std::pair<std::string, std::string>> belongs_to;
};

// What a checkpoint must be to be resumed from.
struct CheckpointDemands {
  int64_t weights = 0;                                          // number of them
  int64_t newest_step = INT64_MAX;                              // later ones are passed over
  std::vector<std::pair<std::string, std::string>> belongs_to;  // names absent here or there are not compared
  bool force = false;
};

struct LoadedCheckpoint {
  TrainState state;
  std::vector<std::string> forced;  // "data: saved with abc, now def"
};

class CheckpointFolder {
 public:
  // Keeps the newest `keep` checkpoints; the folder is made when the first is saved.
  CheckpointFolder(std::string folder, int64_t keep);

  // Throws InputError when it cannot be written; older checkpoints are then untouched.
  void Save(const TrainState& state);

  // The newest checkpoint that is whole and holds `size` weights; nothing when there is none.
  std::optional<TrainState> LoadNewest(int64_t size) const;

  // Likewise; throws InputError when the one it finds belongs to something else and that is not forced.
  std::optional<LoadedCheckpoint> LoadNewest(const CheckpointDemands& demands) const;

  // Deletes all: the result they lead to is safe elsewhere.
  void Clear();

 private:
  std::string folder_;
  int64_t keep_;
};

}  // namespace suite
