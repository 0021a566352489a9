// One rank of train_together_test.cc: trains the small policy by reward and by next tokens, and prints what must not
// depend on the number of ranks.
//
//   train_rank STEPS DTYPE SHARDS CUT [CHECKPOINTS]    with a folder: saves each step there, and goes on from what it
//                                                      holds
//
// CUT: "whole" batches, or micro-batches as small as a bound of one byte on activations makes them ("bytes"), or of
// four prompts ("prompts"); in both, next tokens go in two micro-batches.
#include <ATen/Parallel.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "algorithms/objective.h"
#include "base/hash.h"
#include "harness/distributed/process_group.h"
#include "harness/distributed/shared_rows.h"
#include "harness/policy/checkpoint.h"
#include "harness/policy/prompt.h"
#include "harness/policy/small_policy.h"
#include "harness/rl/conversation_task.h"
#include "harness/rl/trainer.h"
#include "harness/sft/language_model_trainer.h"

namespace suite {
namespace {

std::string HashOf(const at::Tensor& tensor) {
  const at::Tensor bytes = tensor.contiguous();
  return Sha256Hex(std::string_view(static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes())).substr(0, 16);
}

// Tells the hash of what was sampled at each step.
class WatchedTask : public RlTask {
 public:
  explicit WatchedTask(const RlTask& task) : task_(task) {}
  std::vector<int64_t> Conversations(int64_t step) const override { return task_.Conversations(step); }
  std::vector<int64_t> PromptIds(int64_t conversation) const override { return task_.PromptIds(conversation); }
  JudgedRollouts Judge(const std::vector<int64_t>& conversations,
                       const std::vector<RolloutGroup>& groups) const override {
    std::string bytes;
    for (const RolloutGroup& group : groups) {
      for (const Rollout& rollout : group) {
        bytes.append(reinterpret_cast<const char*>(rollout.ids.data()), rollout.ids.size() * sizeof(rollout.ids[0]));
        bytes.append(reinterpret_cast<const char*>(rollout.logp.data()), rollout.logp.size() * sizeof(rollout.logp[0]));
      }
    }
    std::cout << "rollouts " << Sha256Hex(bytes).substr(0, 16) << std::endl;
    return task_.Judge(conversations, groups);
  }

 private:
  const RlTask& task_;
};

struct Plan {
  int64_t steps = 3;
  at::ScalarType compute = at::kFloat;
  int64_t shards = 4;
  std::string cut;
  std::string checkpoints;
};

RlOptions OptionsFor(const Policy& policy, const Plan& plan, ProcessGroup* group) {
  RlOptions options;
  options.group_size = 4;
  options.updates_per_rollout = 2;
  options.schedule.base_rate = 1e-2;
  options.list_length = 3;
  options.shards = options.sampling.shards = plan.shards;
  options.group = group;
  options.compute = plan.compute;
  if (plan.cut == "bytes") options.activation_bytes = 1;
  if (plan.cut == "prompts") options.micro_batch_prompts = 4;
  options.sampling.max_new_tokens = 24;
  options.sampling.eos_ids = policy.config().eos_ids;
  options.sampling.max_lines = 5;
  options.sampling.newlines_by_token = policy.tokenizer.NewlinesByToken();
  return options;
}

// Rank 0 writes, everyone reads.
void Resume(const CheckpointFolder& checkpoints, int64_t size, ProcessGroup& group, RlTrainer* trainer) {
  if (const auto state = checkpoints.LoadNewest(size)) {
    trainer->Restore(state->step, state->weights_flat, state->optimizer);
  }
  CheckAgreement(group, "checkpoint's step", std::to_string(trainer->step()));
}

// All but times, with every digit.
void Print(const StepRecord& record) {
  for (const auto& [name, values] : record) {
    if (name.size() > 2 && name.compare(name.size() - 2, 2, "_s") == 0) continue;
    std::printf("%s", name.c_str());
    for (const double value : values) std::printf(" %.17g", value);
    std::printf("\n");
  }
}

void TrainByReward(const Plan& plan, ProcessGroup& group) {
  const Policy policy = SmallPolicy();
  const Catalog catalog = SmallCatalog();
  const auto conversations = SmallConversations();
  const ChatTemplate chat = MiniatureChatTemplate();
  const Llama llama(policy.config());
  const PromptBuilder prompt(policy.tokenizer, chat);
  ConversationTaskOptions task_options;
  task_options.prompts_per_step = 5;
  task_options.judge.list_length = 3;
  const ConversationTask conversation_task(conversations, catalog, policy.tokenizer, prompt, task_options);
  const WatchedTask task(conversation_task);
  RlTrainer trainer(llama, policy.weights, OptionsFor(policy, plan, &group),
                    MakeObjective("rank_grpo_log", {{"shape_list_end", "true"}}), task);
  CheckpointFolder checkpoints(plan.checkpoints, /*keep=*/2);
  if (!plan.checkpoints.empty()) Resume(checkpoints, policy.weights.flat().numel(), group, &trainer);
  while (trainer.step() < plan.steps) {
    const StepRecord record = trainer.Step();
    Print(record);
    const PolicyState state = trainer.GatherState(group.rank() == 0);
    if (group.rank() == 0 && !plan.checkpoints.empty()) {
      checkpoints.Save({trainer.step(), state.weights_flat, state.optimizer, {}});
    }
    std::printf("step %lld done\n", static_cast<long long>(trainer.step()));
    std::fflush(stdout);
  }
  const PolicyState last = trainer.GatherState(true);
  std::cout << "policy " << HashOf(last.weights_flat) << " " << HashOf(last.optimizer.second_moment[0]) << std::endl;
}

// Eight sequences in steps of six.
void TrainByNextTokens(const Plan& plan, ProcessGroup& group) {
  const Policy policy = SmallPolicy();
  const Llama llama(policy.config());
  std::vector<ScoredSequence> sequences(8);
  for (size_t i = 0; i < sequences.size(); ++i) {
    for (size_t t = 0; t < 6 + i; ++t) {
      sequences[i].ids.push_back(static_cast<int64_t>(7 * i + 3 * t) % policy.config().vocab_size);
    }
  }
  LanguageModelOptions options;
  options.stage = "sft";
  options.batch = 6;
  options.compute = plan.compute;
  options.micro_batches = plan.cut == "whole" ? 1 : 2;
  options.schedule.base_rate = 1e-2;
  options.schedule.total_steps = plan.steps;
  options.shards = plan.shards;
  options.group = &group;
  LanguageModelTrainer trainer(llama, policy.weights, sequences, options);
  while (trainer.step() < plan.steps) {
    const LanguageModelStep step = trainer.Step();
    std::printf("next tokens %.17g norm %.17g\n", step.loss, step.grad_norm);
  }
  std::printf("supervised policy %s\n", HashOf(trainer.GatherState(true).weights_flat).c_str());
}

int Main(int argc, char** argv) {
  if (argc < 5) return 2;
  Plan plan;
  plan.steps = std::atoll(argv[1]);
  plan.compute = std::string(argv[2]) == "bfloat16" ? at::kBFloat16 : at::kFloat;
  plan.shards = std::atoll(argv[3]);
  plan.cut = argv[4];
  if (argc > 5) plan.checkpoints = argv[5];
  const auto group = JoinProcesses(ReadProcessRank(SystemEnvironment()), at::kCPU);
  at::set_num_threads(static_cast<int>(ThreadsOf(plan.shards, *group)));
  TrainByReward(plan, *group);
  if (plan.checkpoints.empty()) TrainByNextTokens(plan, *group);
  group->Barrier("end");
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  try {
    return suite::Main(argc, argv);
  } catch (const std::exception& error) {
    std::cout << "error: " << error.what() << std::endl;
    return 1;
  }
}
