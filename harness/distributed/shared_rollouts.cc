#include "harness/distributed/shared_rollouts.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "harness/distributed/shared_rows.h"
#include "harness/distributed/thread_count.h"

namespace suite {
namespace {

class ByteWriter {
 public:
  void Number(int64_t value) { Bytes(&value, sizeof(value)); }
  void Bytes(const void* data, size_t size) { bytes_.append(static_cast<const char*>(data), size); }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(const std::string& bytes) : bytes_(bytes) {}

  int64_t Number() {
    int64_t value = 0;
    Bytes(&value, sizeof(value));
    return value;
  }
  void Bytes(void* data, size_t size) {
    SUITE_CHECK_LE(at_ + size, bytes_.size());
    std::memcpy(data, bytes_.data() + at_, size);
    at_ += size;
  }
  bool AtEnd() const { return at_ == bytes_.size(); }

 private:
  const std::string& bytes_;
  size_t at_ = 0;
};

// The prompts [begin, end) of shard `shard` of `shards`, as SampleGroups and PackShards cut.
struct PromptSpan {
  int64_t begin = 0;
  int64_t end = 0;
};

PromptSpan SpanOf(int64_t count, int64_t shard, int64_t shards) {
  return {count * shard / shards, count * (shard + 1) / shards};
}

// Those of `all`, one a prompt, that the span has; none of none.
std::vector<std::vector<int64_t>> Part(const std::vector<std::vector<int64_t>>& all, PromptSpan span) {
  if (all.empty()) return {};
  return {all.begin() + span.begin, all.begin() + span.end};
}

}  // namespace

std::string PackRollouts(const std::vector<RolloutGroup>& groups) {
  ByteWriter writer;
  writer.Number(static_cast<int64_t>(groups.size()));
  for (const RolloutGroup& group : groups) {
    writer.Number(static_cast<int64_t>(group.size()));
    for (const Rollout& rollout : group) {
      SUITE_CHECK_EQ(rollout.ids.size(), rollout.logp.size());
      writer.Number(static_cast<int64_t>(rollout.ids.size()));
      writer.Bytes(rollout.ids.data(), rollout.ids.size() * sizeof(rollout.ids[0]));
      writer.Bytes(rollout.logp.data(), rollout.logp.size() * sizeof(rollout.logp[0]));
      writer.Number(static_cast<int64_t>(rollout.finish));
    }
  }
  return writer.Take();
}

std::vector<RolloutGroup> UnpackRollouts(const std::string& bytes) {
  ByteReader reader(bytes);
  std::vector<RolloutGroup> groups(static_cast<size_t>(reader.Number()));
  for (RolloutGroup& group : groups) {
    group.resize(static_cast<size_t>(reader.Number()));
    for (Rollout& rollout : group) {
      const size_t length = static_cast<size_t>(reader.Number());
      rollout.ids.resize(length);
      rollout.logp.resize(length);
      reader.Bytes(rollout.ids.data(), length * sizeof(rollout.ids[0]));
      reader.Bytes(rollout.logp.data(), length * sizeof(rollout.logp[0]));
      rollout.finish = static_cast<FinishReason>(reader.Number());
    }
  }
  SUITE_CHECK(reader.AtEnd());
  return groups;
}

std::vector<RolloutGroup> SampleGroupsTogether(ProcessGroup& group, const Llama& llama, const LlamaTensors& tensors,
                                               const std::vector<std::vector<int64_t>>& prompts, int64_t group_size,
                                               const SamplingOptions& options, const StreamOf& stream_of) {
  const ShardShare share = OwnShards(options.shards, group);
  const int64_t count = static_cast<int64_t>(prompts.size()), shards = std::min(options.shards, count);
  const int64_t first = std::min(share.first, shards), last = std::min(share.first + share.count, shards);
  const ThreadCount threads(ThreadsFor(static_cast<size_t>(last - first), options.shards));
  if (group.world_size() == 1) {
    std::vector<RolloutGroup> groups = SampleGroups(llama, tensors, prompts, group_size, options, stream_of);
    CheckRollouts(llama, tensors, prompts, groups);
    return groups;
  }
  std::vector<std::vector<RolloutGroup>> own(static_cast<size_t>(last - first));
  at::parallel_for(first, last, 1, [&](int64_t begin, int64_t end) {
    for (int64_t shard = begin; shard < end; ++shard) {
      const PromptSpan span = SpanOf(count, shard, shards);
      SamplingOptions of_shard = options;
      of_shard.shards = 1;
      of_shard.closed_lines = Part(options.closed_lines, span);
      own[static_cast<size_t>(shard - first)] =
          SampleGroups(llama, tensors, Part(prompts, span), group_size, of_shard,
                       [&](int64_t prompt, int64_t sample) { return stream_of(span.begin + prompt, sample); });
    }
  });
  std::vector<RolloutGroup> flat;
  for (auto& part : own) std::move(part.begin(), part.end(), std::back_inserter(flat));
  std::vector<RolloutGroup> all;
  for (const std::string& bytes : AllGatherBytes(group, PackRollouts(flat), "gathering of rollouts")) {
    auto part = UnpackRollouts(bytes);
    std::move(part.begin(), part.end(), std::back_inserter(all));
  }
  SUITE_CHECK_EQ(all.size(), prompts.size());
  CheckRollouts(llama, tensors, prompts, all);  // of all ranks: either each of them stops here or none
  return all;
}

}  // namespace suite
