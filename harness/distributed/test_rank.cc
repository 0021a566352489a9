// One rank of the tests of this folder. What it is to do is its first
// argument; it prints what it found, "FAILED ..." for what is wrong, and ends with 0, or 1 for an error.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

#include "algorithms/adamw.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "harness/distributed/process_group.h"
#include "harness/distributed/sharded_adamw.h"
#include "harness/distributed/shared_rollouts.h"
#include "harness/distributed/shared_rows.h"
#include "harness/distributed/shared_scorer.h"
#include "models/llama/tiny_llama.h"

namespace suite {
namespace {

int failures = 0;

void Expect(bool condition, const std::string& what) {
  if (condition) return;
  std::cout << "FAILED " << what << std::endl;
  ++failures;
}

std::string NameOf(at::ScalarType dtype) { return c10::toString(dtype); }

// Everything that can be worked out by hand: rank r holds r + 1, so sums are W (W + 1) / 2.
void CheckCollectives(ProcessGroup& group, at::ScalarType dtype) {
  const int64_t world = group.world_size(), rank = group.rank();
  const auto options = at::TensorOptions(dtype);
  at::Tensor sum = at::full({2, 3}, rank + 1, options);
  group.AllReduce(sum, "sum");
  Expect(at::equal(sum, at::full({2, 3}, world * (world + 1) / 2, options)), "AllReduce " + NameOf(dtype));

  at::Tensor all = at::empty({world, 2}, options);
  group.AllGather(at::full({2}, rank, options), all, "gather");
  Expect(at::equal(all, at::arange(world).to(dtype).view({world, 1}).expand({world, 2})), "AllGather " + NameOf(dtype));

  at::Tensor shared = at::full({5}, rank, options);
  group.Broadcast(shared, static_cast<int>(world) - 1, "broadcast");
  Expect(at::equal(shared, at::full({5}, world - 1, options)), "Broadcast " + NameOf(dtype));

  // Row p of rank r is 10 r + p, so rank p receives 10 s + p from rank s.
  const at::Tensor parts = (at::arange(world) + 10 * rank).to(dtype).view({world, 1}).expand({world, 4}).contiguous();
  at::Tensor received = at::empty_like(parts);
  group.Exchange(parts, received, "exchange");
  Expect(at::equal(received, (at::arange(world) * 10 + rank).to(dtype).view({world, 1}).expand({world, 4})),
         "Exchange " + NameOf(dtype));
  if (!at::isFloatingType(dtype)) return;
  const at::Tensor scattered = ReduceScatter(group, parts, "reduce-scatter");
  Expect(at::equal(scattered, at::full({4}, 10 * world * (world - 1) / 2 + world * rank, options)),
         "ReduceScatter " + NameOf(dtype));
}

void CheckBytes(ProcessGroup& group) {
  const auto bytes = AllGatherBytes(group, std::string(static_cast<size_t>(group.rank()) * 7, 'a' + group.rank()), "b");
  Expect(static_cast<int>(bytes.size()) == group.world_size(), "AllGatherBytes count");
  for (int rank = 0; rank < group.world_size(); ++rank) {
    Expect(bytes[static_cast<size_t>(rank)] == std::string(static_cast<size_t>(rank) * 7, 'a' + rank),
           "AllGatherBytes " + std::to_string(rank));
  }
  CheckAgreement(group, "seed", "3407");
  try {
    CheckAgreement(group, "seed", group.rank() == 1 ? "1" : "3407");
    Expect(false, "CheckAgreement must throw");
  } catch (const InputError& error) {
    Expect(std::string(error.what()) == "seed: rank 0 has '3407', rank 1 has '1'; allowed: the same for all processes",
           error.what());
  }
}

void Collectives(ProcessGroup& group) {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble, at::kBFloat16, at::kLong, at::kByte}) {
    CheckCollectives(group, dtype);
  }
  CheckBytes(group);
  group.Barrier("end");
}

at::Tensor RandomNumbers(const std::string& name, uint64_t index, int64_t count) {
  RandomStream stream(7, name, {index});
  at::Tensor numbers = at::empty({count}, at::kFloat);
  for (int64_t i = 0; i < count; ++i) numbers.mutable_data_ptr<float>()[i] = static_cast<float>(stream.Normal());
  return numbers;
}

// One process that knows all gradients, against the group. Buckets are small and the buffer ends inside a slice.
void CompareAdamW(ProcessGroup& group, at::ScalarType dtype, int64_t total) {
  constexpr int kSteps = 5;
  const at::Tensor start = RandomNumbers("weights", 0, total).to(dtype);
  at::Tensor weights = start.clone(), masters = start.to(at::kFloat).clone();
  ShardedStepOptions options;
  options.learning_rate = 1e-2;
  options.adamw.weight_decay = 0.1;
  ShardedAdamW sharded(weights, &group, /*bucket_elements=*/50000);
  AdamWState state = MakeAdamWState({masters});
  double norm_difference = 0;
  for (int step = 0; step < kSteps; ++step) {
    std::vector<at::Tensor> of_rank;
    for (int rank = 0; rank < group.world_size(); ++rank) {
      of_rank.push_back(RandomNumbers("gradient", static_cast<uint64_t>(step * 16 + rank), total).to(dtype));
    }
    options.max_grad_norm = step % 2 == 0 ? 1.0 : 1e9;
    group.set_step(step);
    const double norm = sharded.Step(of_rank[static_cast<size_t>(group.rank())], options);
    at::Tensor sum = SumInPairs(at::stack(of_rank).to(at::kFloat));
    norm_difference += std::abs(norm - ClipGradientNorm({sum}, options.max_grad_norm));
    AdamWStep({masters}, {sum}, options.learning_rate, options.adamw, &state);
  }
  const AdamWState whole = sharded.GatherMoments(true);
  const std::string name = NameOf(dtype) + " " + std::to_string(total);
  Expect(norm_difference == 0, "norm " + name + " " + std::to_string(norm_difference));
  Expect(!at::equal(weights, start), "weights moved " + name);
  Expect(at::equal(weights, masters.to(dtype)), "weights " + name);
  Expect(at::equal(sharded.GatherMasters(true), masters), "masters " + name);
  Expect(at::equal(whole.first_moment[0], state.first_moment[0]), "first moment " + name);
  Expect(at::equal(whole.second_moment[0], state.second_moment[0]), "second moment " + name);
  Expect(whole.step == kSteps, "step " + name);
  Expect(sharded.slice().size <= sharded.slice().stride, "slice " + name);

  // A second optimizer goes on from the gathered state as the first does.
  at::Tensor resumed_weights = start.clone();
  ShardedAdamW resumed(resumed_weights, &group);
  resumed.Restore(sharded.GatherMasters(true), whole);
  Expect(!sharded.GatherMasters(false).defined(), "not kept " + name);
  const at::Tensor gradient = RandomNumbers("gradient", 999, total);
  sharded.Step(gradient, options);
  resumed.Step(gradient, options);
  Expect(at::equal(resumed_weights, weights), "resume " + name);
}

void AdamW(ProcessGroup& group) {
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    CompareAdamW(group, dtype, 16);              // all in slice 0: the other ranks own nothing
    CompareAdamW(group, dtype, 3 * 65536 + 16);  // four pieces
  }
}

// Four shards of which the third and fourth are short or missing: rows come back in the order of one process.
void Rows(ProcessGroup& group) {
  const auto groups = TinyGroups(TinyConfig().vocab_size);
  std::vector<PackedTokens> packed;
  for (size_t shard = 0; shard < 3; ++shard) packed.push_back(PackGroups({groups[shard]}, 5));
  const auto rows = RowsOfRanks(packed, 4, group);
  int64_t before = 0, total = 0;
  for (size_t rank = 0; rank < rows.size(); ++rank) {
    if (static_cast<int>(rank) < group.rank()) before += rows[rank];
    total += rows[rank];
  }
  const at::Tensor numbers = at::arange(total * 5, at::kFloat).view({total, 5});
  const at::Tensor own = numbers.narrow(0, before, rows[static_cast<size_t>(group.rank())]);
  int64_t own_rows = 0;
  for (const PackedTokens& part : OwnPart(packed, OwnShards(4, group))) own_rows += part.rows;
  Expect(own_rows == own.size(0), "rows of the own part");
  Expect(at::equal(OwnRows(group, numbers, rows), own), "OwnRows");
  Expect(at::equal(GatherRows(group, own, rows, "rows"), numbers), "GatherRows");
}

// Prints the hash of one step's rollouts, ids and log-probs: 7 prompts in 4 shards.
void Rollouts(ProcessGroup& group) {
  const LlamaConfig config = TinyConfig();
  const Llama llama(config);
  const LlamaWeights weights = TinyWeights(config, 3);
  std::vector<std::vector<int64_t>> prompts;
  for (uint64_t i = 0; i < 7; ++i) prompts.push_back(RandomIds(2 + static_cast<int64_t>(i), config.vocab_size, i));
  SamplingOptions options;
  options.max_new_tokens = 20;
  options.eos_ids = {1};
  options.shards = 4;
  const auto groups =
      SampleGroupsTogether(group, llama, weights.Tensors(), prompts, 3, options, [](int64_t prompt, int64_t sample) {
        return RandomStream(9, "rollout", {static_cast<uint64_t>(prompt), static_cast<uint64_t>(sample)});
      });
  std::cout << "rollouts " << Sha256Hex(PackRollouts(groups)) << std::endl;
}

double RelativeDistance(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).norm().item<double>() / b.norm().item<double>();
}

// Three shards of a scorer of one process against the share of each rank. A loss that mixes all rows tells whether
// every rank sees them; the gradient is compared with one process' up to the order of sums.
void Scores(ProcessGroup& group) {
  const LlamaConfig config = TinyConfig();
  const Llama llama(config);
  const LlamaWeights weights = TinyWeights(config, 3);
  const auto groups = TinyGroups(config.vocab_size);
  std::vector<PackedTokens> packed;
  for (size_t shard = 0; shard < 3; ++shard) packed.push_back(PackGroups({groups[shard]}, 6));
  const auto loss_of = [](const ScoredGrid& grid) {
    return grid.logp_BT.exp().sum().square() + grid.entropy_BT.sum() * 0.1;
  };
  ShardedScorer alone(llama, weights, 4), scorer(llama, weights, OwnShards(4, group).count);
  const ScoredGrid expected = alone.Score(packed, {});
  loss_of(expected).backward();
  alone.Backward();

  SharedScorer shared(&group, 4);
  const ScoredGrid grid = shared.Score(scorer, packed, {});
  Expect(at::equal(grid.logp_BT, expected.logp_BT) && at::equal(grid.entropy_BT, expected.entropy_BT), "grids");
  loss_of(grid).backward();
  shared.Backward(scorer);
  at::Tensor sum = scorer.SumGradients().flat().clone();
  group.AllReduce(sum, "gradients");
  Expect(RelativeDistance(sum, alone.SumGradients().flat()) < 1e-6, "gradients");

  const ScoredGrid reference =
      ScoreTogetherWithoutGradients(group, 4, llama, weights.Tensors(), packed, ScoreOptions());
  Expect(at::equal(reference.logp_BT, expected.logp_BT), "reference");
}

// Rank 1 does not come.
void Absent() {
  if (ReadProcessRank(SystemEnvironment()).rank != 0) return;
  JoinProcesses(ReadProcessRank(SystemEnvironment()), at::kCPU);
}

// Sums until the group breaks.
void Forever(ProcessGroup& group) {
  at::Tensor sum = at::zeros({1 << 20}, at::kFloat);
  for (int64_t step = 0;; ++step) {
    group.set_step(step);
    group.AllReduce(sum, "gradient reduce-scatter");
    if (step == 3) std::cout << "ready" << std::endl;
  }
}

// Rank 0 works for three seconds, longer than the deadline that the test sets.
void LongWork(ProcessGroup& group) {
  bool worked = false;
  OnRankZero(group, "long work", [&] {
    std::cout << "ready" << std::endl;
    std::this_thread::sleep_for(std::chrono::seconds(3));
    worked = true;
  });
  Expect(worked == (group.rank() == 0), "the body runs on rank 0 alone");
  Expect(AllGatherBytes(group, "x", "after the work").size() == static_cast<size_t>(group.world_size()), "goes on");
  OnRankZero(group, "short work", [] {});
}

// Until rank 0 is stopped or killed; or it throws.
void EndlessWork(ProcessGroup& group, bool throws) {
  if (group.rank() != 0) std::cout << "ready" << std::endl;
  OnRankZero(group, "endless work", [&] {
    std::cout << "ready" << std::endl;
    if (throws) throw std::runtime_error("the teacher is ill");
    std::this_thread::sleep_for(std::chrono::seconds(100));
  });
}

int Main(const std::string& task) {
  at::set_num_threads(1);
  if (task == "absent") {
    Absent();
    return 0;
  }
  const auto group = JoinProcesses(ReadProcessRank(SystemEnvironment()), at::kCPU);
  if (task == "collectives") Collectives(*group);
  if (task == "adamw") AdamW(*group);
  if (task == "rows") Rows(*group);
  if (task == "scores") Scores(*group);
  if (task == "rollouts") Rollouts(*group);
  if (task == "forever") Forever(*group);
  if (task == "long_work") LongWork(*group);
  if (task == "endless_work" || task == "failing_work") EndlessWork(*group, task == "failing_work");
  std::cout << "done" << std::endl;
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  try {
    return suite::Main(argc > 1 ? argv[1] : "");
  } catch (const std::exception& error) {
    std::cout << "error: " << error.what() << std::endl;
    return 1;
  }
}
