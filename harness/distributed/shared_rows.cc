#include "harness/distributed/shared_rows.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "base/error.h"

namespace suite {

ShardShare ShardsOfRank(int64_t shards, int world_size, int rank) {
  const int64_t first = shards * rank / world_size;
  return {first, shards * (rank + 1) / world_size - first};
}

ShardShare OwnShards(int64_t shards, const ProcessGroup& group) {
  if (shards < group.world_size()) {
    throw InputError(
        "run.threads",
        std::to_string(shards) + " shards of work for " + std::to_string(group.world_size()) + " processes",
        "at least " + std::to_string(group.world_size()) + "; all processes together use that many threads");
  }
  return ShardsOfRank(shards, group.world_size(), group.rank());
}

int64_t ThreadsOf(int64_t shards, const ProcessGroup& group) {
  return std::max<int64_t>(1, ShardsOfRank(shards, group.world_size(), group.rank()).count);
}

int64_t ThreadsFor(size_t own_shards, int64_t shards) {
  return shards > 1 && own_shards == 1 ? 1 : at::get_num_threads();
}

std::vector<PackedTokens> OwnPart(const std::vector<PackedTokens>& packed_of_shard, const ShardShare& share) {
  const int64_t size = static_cast<int64_t>(packed_of_shard.size());
  const int64_t begin = std::min(share.first, size), end = std::min(share.first + share.count, size);
  return {packed_of_shard.begin() + begin, packed_of_shard.begin() + end};
}

std::vector<int64_t> RowsOfRanks(const std::vector<PackedTokens>& packed_of_shard, int64_t shards,
                                 const ProcessGroup& group) {
  std::vector<int64_t> rows;
  for (int rank = 0; rank < group.world_size(); ++rank) {
    rows.push_back(0);
    for (const PackedTokens& packed : OwnPart(packed_of_shard, ShardsOfRank(shards, group.world_size(), rank))) {
      rows.back() += packed.rows;
    }
  }
  return rows;
}

at::Tensor GatherRows(ProcessGroup& group, const at::Tensor& own_rows, const std::vector<int64_t>& rows_of_ranks,
                      const std::string& phase) {
  SUITE_CHECK_EQ(own_rows.size(0), rows_of_ranks[static_cast<size_t>(group.rank())]);
  const at::Tensor own = own_rows.detach();
  if (group.world_size() == 1) return own;
  const int64_t most = *std::max_element(rows_of_ranks.begin(), rows_of_ranks.end()), width = own.size(1);
  at::Tensor part = at::zeros({most, width}, own.options());
  part.narrow(0, 0, own.size(0)).copy_(own);
  at::Tensor all = at::empty({group.world_size(), most, width}, own.options());
  group.AllGather(part, all, phase);
  std::vector<at::Tensor> rows;
  for (size_t rank = 0; rank < rows_of_ranks.size(); ++rank) {
    rows.push_back(all.select(0, static_cast<int64_t>(rank)).narrow(0, 0, rows_of_ranks[rank]));
  }
  return at::cat(rows);
}

at::Tensor OwnRows(const ProcessGroup& group, const at::Tensor& all_rows, const std::vector<int64_t>& rows_of_ranks) {
  const auto own = rows_of_ranks.begin() + group.rank();
  return all_rows.narrow(0, std::accumulate(rows_of_ranks.begin(), own, int64_t{0}), *own);
}

}  // namespace suite
