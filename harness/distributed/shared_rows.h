// Who scores which rows of a batch, and how every process comes to see all of them.
//
// The work of a step is cut into S shards by sample (harness/rl/rollout_batch.h, models/sampler.h); S belongs to the
// run, not to the machine. Rank r computes shards [S r / W, S (r + 1) / W). Whoever computes a shard, the numbers in it
// are the same: so rollouts, log-probs and losses do not depend on the number of processes W, to the bit, as long as
// W <= S. Gradients are sums over shards, which the ranks make in pairs: they keep that promise where S is a power of
// two that W divides.
//
//   ShardShare share = OwnShards(/*shards=*/4, *group);
//   std::vector<PackedTokens> own = OwnPart(packed_of_shard, share);
//   at::Tensor logp_BT = GatherRows(*group, own_logp, RowsOfRanks(packed_of_shard, 4, *group), "log-probs");
//
// A grid of log-probs is small beside what made it, so every rank gathers all rows, evaluates the loss of the whole
// batch, and carries back the gradients of its own rows. No denominator, percentile or diagnostic then knows that there
// are several processes.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "harness/distributed/process_group.h"
#include "models/llama/packed_tokens.h"

namespace suite {

// Shards [first, first + count).
struct ShardShare {
  int64_t first = 0;
  int64_t count = 0;
};

// Throws InputError naming `run.threads` when there are fewer shards than processes.
ShardShare OwnShards(int64_t shards, const ProcessGroup& group);
ShardShare ShardsOfRank(int64_t shards, int world_size, int rank);

// The threads of this process: one for each of its shards.
int64_t ThreadsOf(int64_t shards, const ProcessGroup& group);

// The threads that compute so many shards of a run with `shards` in all: one for a single shard, else those of this
// process, each of which takes a shard at a time. (thread_count.h says why; a run of one shard has one thread anyway.)
int64_t ThreadsFor(size_t own_shards, int64_t shards);

// A batch of fewer samples than shards fills the first of them only: `packed_of_shard` may be shorter than the share
// allows.
std::vector<PackedTokens> OwnPart(const std::vector<PackedTokens>& packed_of_shard, const ShardShare& share);

// Grid rows that each rank scores.
std::vector<int64_t> RowsOfRanks(const std::vector<PackedTokens>& packed_of_shard, int64_t shards,
                                 const ProcessGroup& group);

// [sum of rows, T] from each rank's [its rows, T], without a graph. A rank without rows gives [0, T].
at::Tensor GatherRows(ProcessGroup& group, const at::Tensor& own_rows, const std::vector<int64_t>& rows_of_ranks,
                      const std::string& phase);

// This rank's rows of a gathered grid: a view.
at::Tensor OwnRows(const ProcessGroup& group, const at::Tensor& all_rows, const std::vector<int64_t>& rows_of_ranks);

}  // namespace suite
