// Times the RL step on fixed work: prompts and completions of one length, none of which ends early.
//
//   ./bazelw run -c opt //experiments:benchmark_rl_step -- --policy=tiny --prompts=12 --group=8 --prompt_len=22
//       --new_tokens=64 --steps=16 --threads=2 --mu=1 --dtype=float32
//
// Prints one JSON line: step_s_median, rollout_s and update_s (medians too; update_s includes the reference policy's
// log-probs), peak_mb (resident memory at its highest, in units of 10^6 bytes). With --dtype=bfloat16 the arithmetic is
// bfloat16 and weights, gradients and moments are float32. --activation_mb bounds the activations of each shard;
// --recompute=on trades a third more work for most of them (models/llama/llama.h), auto does so when those of a single
// prompt and its completions are above the bound.
//
// --explain adds "roofline": update_gflop (two forward passes, of policy and reference, and a backward pass that counts
// twice), the rate that it ran at, and that of one large matrix product on this machine.
//
// The trainer is the one that experiments run (harness/rl/trainer.h), with the authors' objective and its KL term. Only
// the task is made up: random prompts, and a relevance that is a hash of the tokens.
#include <ATen/Parallel.h>
#include <ATen/ops/tensor.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "harness/benchmarks/benchmark_flags.h"
#include "harness/benchmarks/benchmark_policy.h"
#include "harness/benchmarks/roofline.h"
#include "harness/rl/trainer.h"
#include "models/llama/llama.h"
#include "models/llama/weights.h"

namespace suite {
namespace {

using nlohmann::ordered_json;

struct Flags {
  Workload work;
  int64_t steps = 0, mu = 0, activation_mb = 0;
  std::string recompute, constraint;
};

Flags ParseFlags(int argc, char** argv) {
  Flags flags;
  flags.work.prompts = 12;
  flags.work.group = 8;
  flags.work.prompt_len = 22;
  flags.work.new_tokens = 64;
  BenchmarkFlags options("Times the RL step on fixed work and prints one JSON line");
  AddWorkload(&options, &flags.work);
  options.Add("steps", &flags.steps, 16, "timed steps, after 2 to warm up");
  options.Add("mu", &flags.mu, 1, "updates a rollout");
  options.Add("activation_mb", &flags.activation_mb, RlOptions().activation_bytes / 1000000,
              "bound on the activations of each shard of a micro-batch");
  options.Add("recompute", &flags.recompute, "auto",
              "keep one hidden state a layer, compute the rest again: on, off, auto");
  options.Add("constraint", &flags.constraint, "none",
              "hold answers to the Reddit-v2 catalogue: none, catalogue, catalogue_no_repeats");
  options.Parse(argc, argv);
  return flags;
}

constexpr int64_t kListLength = 10;

class SyntheticTask : public RlTask {
 public:
  SyntheticTask(const Workload& work, int64_t vocab_size) : work_(work), vocab_size_(vocab_size) {}

  std::vector<int64_t> Conversations(int64_t step) const override {
    std::vector<int64_t> conversations;
    for (int64_t i = 0; i < work_.prompts; ++i) conversations.push_back(step * work_.prompts + i);
    return conversations;
  }

  std::vector<int64_t> PromptIds(int64_t conversation) const override {
    return RandomPrompt(conversation, work_.prompt_len, vocab_size_);
  }

  JudgedRollouts Judge(const std::vector<int64_t>&, const std::vector<RolloutGroup>& groups) const override {
    std::vector<float> relevance;
    for (const RolloutGroup& group : groups) {
      for (const Rollout& rollout : group) {
        for (int64_t k = 0; k < kListLength; ++k) {
          relevance.push_back(rollout.ids[static_cast<size_t>(k) % rollout.ids.size()] % 7 == 0 ? 1.0f : 0.0f);
        }
      }
    }
    return {at::tensor(relevance).view({-1, kListLength}), {}, {}};
  }

 private:
  Workload work_;
  int64_t vocab_size_;
};

RlOptions OptionsOf(const Flags& flags, const LlamaConfig& config) {
  RlOptions options;
  options.group_size = flags.work.group;
  options.updates_per_rollout = flags.mu;
  options.schedule.base_rate = 1e-6;
  options.list_length = kListLength;
  options.compute = DtypeOf(flags.work.dtype);
  options.activation_bytes = flags.activation_mb * 1000000;
  options.shards = BenchmarkShards(config, flags.work.threads);
  options.sampling.max_new_tokens = flags.work.new_tokens;
  options.sampling.shards = options.shards;
  options.sampling.constraint = BenchmarkConstraint(flags.constraint, flags.work.policy);
  // Every sixth token ends a line, so that a completion holds about ten ranks.
  for (int64_t id = 0; id < config.vocab_size; ++id) options.sampling.newlines_by_token.push_back(id % 6 == 0);
  return options;
}

bool Recomputes(const Flags& flags, const LlamaConfig& config) {
  if (flags.recompute == "on" || flags.recompute == "off") return flags.recompute == "on";
  if (flags.recompute != "auto") throw UnknownName("--recompute", "choice", flags.recompute, {"on", "off", "auto"});
  const int64_t rows = flags.work.prompt_len + flags.work.group * flags.work.new_tokens;
  return rows * Llama(config).ActivationBytesPerRow(DtypeOf(flags.work.dtype)) > flags.activation_mb * 1000000;
}

ordered_json Explain(const LlamaConfig& config, const Flags& flags, double update_s) {
  const Workload& work = flags.work;
  const int64_t rows = work.prompts * (work.prompt_len + work.group * (work.new_tokens - 1));
  const double gflop = static_cast<double>(1 + 3 * flags.mu) * ForwardGflop(config, rows, work.NewTokens());
  return {{"update_gflop", gflop},
          {"update_gflop_per_s", gflop / update_s},
          {"gemm_gflop_per_s", MeasureMachine(DtypeOf(work.dtype)).gemm_gflop_per_s}};
}

int Run(int argc, char** argv) {
  const Flags flags = ParseFlags(argc, argv);
  at::set_num_threads(static_cast<int>(flags.work.threads));
  std::optional<LlamaWeights> start = BenchmarkPolicy(flags.work.policy, at::kFloat);
  const LlamaConfig config = start->config();
  const Llama llama(config, {Recomputes(flags, config)});
  const SyntheticTask task(flags.work, config.vocab_size);
  RlTrainer trainer(llama, *start, OptionsOf(flags, config), MakeObjective("rank_grpo_exp_inf@official"), task);
  start.reset();  // the trainer shares or has copied what it needs
  std::vector<double> step_s, rollout_s, update_s;
  for (int64_t step = 0; step < flags.steps + 2; ++step) {
    const StepRecord record = trainer.Step();
    if (step < 2) continue;
    step_s.push_back(record.at("step_s")[0]);
    rollout_s.push_back(record.at("rollout_s")[0]);
    update_s.push_back(record.at("update_s")[0] + record.at("reference_s")[0]);
  }
  ordered_json result;
  result["parameters"] = trainer.weights().ParameterCount();
  result["step_s_median"] = Median(step_s);
  result["rollout_s"] = Median(rollout_s);
  result["update_s"] = Median(update_s);
  result["peak_mb"] = PeakMegabytes();
  if (flags.work.explain) result["roofline"] = Explain(config, flags, Median(update_s));
  std::cout << result.dump() << std::endl;
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::BenchmarkMain(suite::Run, argc, argv); }
