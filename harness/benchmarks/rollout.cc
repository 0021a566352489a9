// Times rollouts on fixed work: prompts and completions of one length, none of which ends early.
//
//   ./bazelw run -c opt //experiments:benchmark_rollout -- --policy=DIR --prompts=4 --group=8 --prompt_len=128
//       --new_tokens=128 --dtype=float32 --threads=2
//
// Prints one JSON line: tokens_per_s (drawn tokens over the whole time, prefill included), prefill_s, rollout_s
// (medians of --repeats runs after one to warm up) and peak_mb (10^6 bytes). It is the sampler that experiments run.
//
// --explain adds "roofline": what a decoding step reads and computes (weight_gb, kv_gb, gflop), what the machine was
// measured to do (read_gb_per_s, gemm_gflop_per_s), the least time that a step can take at those rates (bound_s), what
// it took (step_s), and the share bound_s / step_s. peers.py beside this file times others on the same work.
#include <ATen/Parallel.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "harness/benchmarks/benchmark_flags.h"
#include "harness/benchmarks/benchmark_policy.h"
#include "harness/benchmarks/roofline.h"
#include "harness/provenance/process_meter.h"
#include "models/llama/llama.h"
#include "models/sampler.h"

namespace suite {
namespace {

using nlohmann::ordered_json;

// Seconds for one batch with completions of `new_tokens` tokens.
double TimeRollouts(const Llama& llama, const LlamaTensors& tensors, const Workload& work,
                    const std::shared_ptr<const ListConstraint>& constraint, int64_t new_tokens) {
  std::vector<std::vector<int64_t>> prompts;
  for (int64_t i = 0; i < work.prompts; ++i) {
    prompts.push_back(RandomPrompt(i, work.prompt_len, llama.config().vocab_size));
  }
  SamplingOptions options;
  options.max_new_tokens = new_tokens;
  options.constraint = constraint;
  options.shards = BenchmarkShards(llama.config(), work.threads);
  WallTimer timer;
  SampleGroups(llama, tensors, prompts, work.group, options, [](int64_t prompt, int64_t sample) {
    return RandomStream(1, "rollout", {static_cast<uint64_t>(prompt), static_cast<uint64_t>(sample)});
  });
  return timer.Seconds();
}

ordered_json Explain(const LlamaConfig& config, const Workload& work, double step_s) {
  const at::ScalarType dtype = DtypeOf(work.dtype);
  const StepWork step = DecodeStepWork(config, dtype, {work.prompts, work.group, work.prompt_len, work.new_tokens});
  const MachineRates rates = MeasureMachine(dtype);
  const double bound_s = RooflineSeconds(step, rates);
  return {{"weight_gb", step.weight_gb},
          {"kv_gb", step.kv_gb},
          {"gflop", step.gflop},
          {"read_gb_per_s", rates.read_gb_per_s},
          {"gemm_gflop_per_s", rates.gemm_gflop_per_s},
          {"bound_s", bound_s},
          {"step_s", step_s},
          {"share", bound_s / step_s}};
}

int Run(int argc, char** argv) {
  Workload work;
  work.prompts = 4;
  work.group = 8;
  work.prompt_len = work.new_tokens = 128;
  int64_t repeats = 0;
  BenchmarkFlags flags("Times rollouts on fixed work and prints one JSON line");
  AddWorkload(&flags, &work);
  flags.Add("repeats", &repeats, 3, "timed runs");
  std::string kind;
  flags.Add("constraint", &kind, "none",
            "hold answers to the Reddit-v2 catalogue: none, catalogue, catalogue_no_repeats");
  flags.Parse(argc, argv);
  at::set_num_threads(static_cast<int>(work.threads));
  const LlamaWeights weights = BenchmarkPolicy(work.policy, DtypeOf(work.dtype));
  const Llama llama(weights.config());
  const LlamaTensors tensors = weights.Tensors();
  const auto constraint = BenchmarkConstraint(kind, work.policy);
  std::vector<double> prefill_s, rollout_s;
  for (int64_t repeat = 0; repeat <= repeats; ++repeat) {
    const double prefill = TimeRollouts(llama, tensors, work, constraint, 1);
    const double rollout = TimeRollouts(llama, tensors, work, constraint, work.new_tokens);
    if (repeat == 0) continue;
    prefill_s.push_back(prefill);
    rollout_s.push_back(rollout);
  }
  ordered_json result;
  result["parameters"] = weights.ParameterCount();
  result["tokens_per_s"] = static_cast<double>(work.NewTokens()) / Median(rollout_s);
  result["prefill_s"] = Median(prefill_s);
  result["rollout_s"] = Median(rollout_s);
  result["peak_mb"] = PeakMegabytes();
  if (work.explain && work.new_tokens > 1) {
    const double step_s = (Median(rollout_s) - Median(prefill_s)) / static_cast<double>(work.new_tokens - 1);
    result["roofline"] = Explain(weights.config(), work, step_s);
  }
  std::cout << result.dump() << std::endl;
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::BenchmarkMain(suite::Run, argc, argv); }
