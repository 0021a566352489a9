// Times the RL step on fixed work: prompts and completions of one length, none of which ends early.
//
//   ./bazelw run -c opt //experiments:benchmark_rl_step -- --policy=tiny --prompts=12 --group=8 --prompt_len=22
//       --new_tokens=64 --steps=16 --threads=2 --mu=1
//
// Prints one JSON line: step_s_median, rollout_s and update_s (medians too; update_s includes the reference policy's
// log-probs), peak_mb (resident memory at its highest, in units of 10^6 bytes).
//
// The trainer is the one that experiments run (harness/rl_trainer.h), with the authors' objective and its KL term. Only
// the task is made up: random prompts, and a relevance that is a hash of the tokens.
#include <ATen/Parallel.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <boost/program_options.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/allocator.h"
#include "base/error.h"
#include "harness/benchmarks/benchmark_policy.h"
#include "harness/rl_trainer.h"
#include "models/llama.h"
#include "models/llama_weights.h"

namespace suite {
namespace {

struct Flags {
  std::string policy;
  int64_t prompts, group, prompt_len, new_tokens, steps, threads, mu;
};

Flags ParseFlags(int argc, char** argv) {
  namespace po = boost::program_options;
  Flags flags;
  po::options_description options("Times the RL step on fixed work and prints one JSON line");
  options.add_options()("help", "print this text")("policy", po::value(&flags.policy)->default_value("tiny"),
                                                   "tiny, a Hugging Face folder or a GGUF file")(
      "prompts", po::value(&flags.prompts)->default_value(12), "conversations a step")(
      "group", po::value(&flags.group)->default_value(8), "completions a conversation")(
      "prompt_len", po::value(&flags.prompt_len)->default_value(22), "tokens of each prompt")(
      "new_tokens", po::value(&flags.new_tokens)->default_value(64), "tokens of each completion")(
      "steps", po::value(&flags.steps)->default_value(16), "timed steps, after 2 to warm up")(
      "threads", po::value(&flags.threads)->default_value(2), "threads")("mu", po::value(&flags.mu)->default_value(1),
                                                                         "updates a rollout");
  po::variables_map map;
  po::store(po::parse_command_line(argc, argv, options), map);
  if (map.count("help")) {
    std::cout << options;
    std::exit(0);
  }
  po::notify(map);
  return flags;
}

constexpr int64_t kListLength = 10;

class SyntheticTask : public RlTask {
 public:
  SyntheticTask(const Flags& flags, int64_t vocab_size) : flags_(flags), vocab_size_(vocab_size) {}

  std::vector<int64_t> Conversations(int64_t step) const override {
    std::vector<int64_t> conversations;
    for (int64_t i = 0; i < flags_.prompts; ++i) conversations.push_back(step * flags_.prompts + i);
    return conversations;
  }

  std::vector<int64_t> PromptIds(int64_t conversation) const override {
    return RandomPrompt(conversation, flags_.prompt_len, vocab_size_);
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
  Flags flags_;
  int64_t vocab_size_;
};

int Run(int argc, char** argv) {
  const Flags flags = ParseFlags(argc, argv);
  at::set_num_threads(static_cast<int>(flags.threads));
  const LlamaWeights weights = BenchmarkPolicy(flags.policy, at::kFloat);
  const LlamaConfig& config = weights.config();
  const Llama llama(config);
  const SyntheticTask task(flags, config.vocab_size);
  RlOptions options;
  options.group_size = flags.group;
  options.updates_per_rollout = flags.mu;
  options.learning_rate = 1e-6;
  options.list_length = kListLength;
  options.shards = BenchmarkShards(config, flags.threads);
  options.sampling.max_new_tokens = flags.new_tokens;
  options.sampling.shards = options.shards;
  // Every sixth token ends a line, so that a completion holds about ten ranks.
  for (int64_t id = 0; id < config.vocab_size; ++id) options.sampling.newlines_by_token.push_back(id % 6 == 0);
  RlTrainer trainer(llama, weights, options, MakeObjective("rank_grpo_exp_inf@official"), task);
  std::vector<double> step_s, rollout_s, update_s;
  for (int64_t step = 0; step < flags.steps + 2; ++step) {
    const StepRecord record = trainer.Step();
    if (step < 2) continue;
    step_s.push_back(record.at("step_s")[0]);
    rollout_s.push_back(record.at("rollout_s")[0]);
    update_s.push_back(record.at("update_s")[0] + record.at("reference_s")[0]);
  }
  nlohmann::ordered_json result;
  result["parameters"] = weights.ParameterCount();
  result["step_s_median"] = Median(step_s);
  result["rollout_s"] = Median(rollout_s);
  result["update_s"] = Median(update_s);
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
