// Times rollouts on fixed work: prompts and completions of one length, none of which ends early.
//
//   ./bazelw run -c opt //experiments:benchmark_rollout -- --policy=DIR --prompts=4 --group=8 --prompt_len=128
//       --new_tokens=128 --dtype=float32 --threads=2
//
// Prints one JSON line: tokens_per_s (drawn tokens over the whole time, prefill included), prefill_s, rollout_s
// (medians of --repeats runs after one to warm up) and peak_mb (10^6 bytes). It is the sampler that experiments run.
#include <ATen/Parallel.h>

#include <boost/program_options.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/allocator.h"
#include "base/error.h"
#include "harness/benchmarks/benchmark_policy.h"
#include "harness/provenance/process_meter.h"
#include "models/llama.h"
#include "models/sampler.h"

namespace suite {
namespace {

struct Flags {
  std::string policy, dtype;
  int64_t prompts, group, prompt_len, new_tokens, threads, repeats;
};

Flags ParseFlags(int argc, char** argv) {
  namespace po = boost::program_options;
  Flags flags;
  po::options_description options("Times rollouts on fixed work and prints one JSON line");
  options.add_options()("help", "print this text")("policy", po::value(&flags.policy)->default_value("tiny"),
                                                   "tiny, a Hugging Face folder or a GGUF file")(
      "dtype", po::value(&flags.dtype)->default_value("float32"), "float32 or bfloat16")(
      "prompts", po::value(&flags.prompts)->default_value(4), "conversations")(
      "group", po::value(&flags.group)->default_value(8), "completions a conversation")(
      "prompt_len", po::value(&flags.prompt_len)->default_value(128), "tokens of each prompt")(
      "new_tokens", po::value(&flags.new_tokens)->default_value(128), "tokens of each completion")(
      "threads", po::value(&flags.threads)->default_value(2), "threads")(
      "repeats", po::value(&flags.repeats)->default_value(3), "timed runs");
  po::variables_map map;
  po::store(po::parse_command_line(argc, argv, options), map);
  if (map.count("help")) {
    std::cout << options;
    std::exit(0);
  }
  po::notify(map);
  return flags;
}

at::ScalarType DtypeOf(const std::string& name) {
  if (name == "float32") return at::kFloat;
  if (name == "bfloat16") return at::kBFloat16;
  throw UnknownName("--dtype", "dtype", name, {"float32", "bfloat16"});
}

// Seconds for one batch with completions of `new_tokens` tokens.
double TimeRollouts(const Llama& llama, const LlamaTensors& tensors, const Flags& flags, int64_t new_tokens) {
  std::vector<std::vector<int64_t>> prompts;
  for (int64_t i = 0; i < flags.prompts; ++i) {
    prompts.push_back(RandomPrompt(i, flags.prompt_len, llama.config().vocab_size));
  }
  SamplingOptions options;
  options.max_new_tokens = new_tokens;
  options.shards = BenchmarkShards(llama.config(), flags.threads);
  WallTimer timer;
  SampleGroups(llama, tensors, prompts, flags.group, options, [](int64_t prompt, int64_t sample) {
    return RandomStream(1, "rollout", {static_cast<uint64_t>(prompt), static_cast<uint64_t>(sample)});
  });
  return timer.Seconds();
}

int Run(int argc, char** argv) {
  const Flags flags = ParseFlags(argc, argv);
  at::set_num_threads(static_cast<int>(flags.threads));
  const LlamaWeights weights = BenchmarkPolicy(flags.policy, DtypeOf(flags.dtype));
  const Llama llama(weights.config());
  const LlamaTensors tensors = weights.Tensors();
  std::vector<double> prefill_s, rollout_s;
  for (int64_t repeat = 0; repeat <= flags.repeats; ++repeat) {
    const double prefill = TimeRollouts(llama, tensors, flags, 1);
    const double rollout = TimeRollouts(llama, tensors, flags, flags.new_tokens);
    if (repeat == 0) continue;
    prefill_s.push_back(prefill);
    rollout_s.push_back(rollout);
  }
  nlohmann::ordered_json result;
  result["parameters"] = weights.ParameterCount();
  result["tokens_per_s"] = static_cast<double>(flags.prompts * flags.group * flags.new_tokens) / Median(rollout_s);
  result["prefill_s"] = Median(prefill_s);
  result["rollout_s"] = Median(rollout_s);
  result["peak_mb"] = PeakMegabytes();
  std::cout << result.dump() << std::endl;
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  suite::KeepFreedMemory();
  try {
    return suite::Run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return 2;
  }
}
