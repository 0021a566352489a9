#include "harness/monitors/batch_at_fault.h"

#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "algorithms/objective.h"
#include "base/error.h"
#include "base/files.h"
#include "harness/policy/small_policy.h"
#include "models/llama/llama.h"

namespace suite {
namespace {

// Prompts of different lengths; a row is relevant at rank k when its k-th token is even.
class EvenTokens : public RlTask {
 public:
  std::vector<int64_t> Conversations(int64_t step) const override { return {step, step + 5}; }
  std::vector<int64_t> PromptIds(int64_t conversation) const override {
    return std::vector<int64_t>(static_cast<size_t>(2 + conversation % 3), 10 + conversation);
  }
  JudgedRollouts Judge(const std::vector<int64_t>&, const std::vector<RolloutGroup>& groups) const override {
    std::vector<float> even;
    for (const RolloutGroup& group : groups) {
      for (const Rollout& rollout : group) {
        for (size_t k = 0; k < 3; ++k) even.push_back(k < rollout.ids.size() && rollout.ids[k] % 2 == 0 ? 1.f : 0.f);
      }
    }
    JudgedRollouts judged;
    judged.relevance_BN = at::from_blob(even.data(), {static_cast<int64_t>(even.size()) / 3, 3}, at::kFloat).clone();
    return judged;
  }
};

RlOptions Options(const Policy& policy) {
  RlOptions options;
  options.group_size = 3;
  options.updates_per_rollout = 2;
  options.schedule.base_rate = 1e-2;
  options.list_length = 3;
  options.sampling.max_new_tokens = 12;
  options.sampling.eos_ids = policy.config().eos_ids;
  options.sampling.newlines_by_token = policy.tokenizer.NewlinesByToken();
  return options;
}

void ExpectEqual(const BatchAtFault& a, const BatchAtFault& b) {
  EXPECT_EQ(a.step, b.step);
  EXPECT_EQ(a.conversations, b.conversations);
  EXPECT_EQ(a.prompts, b.prompts);
  EXPECT_TRUE(at::equal(a.relevance_BN, b.relevance_BN));
  ASSERT_EQ(a.groups.size(), b.groups.size());
  for (size_t p = 0; p < a.groups.size(); ++p) {
    ASSERT_EQ(a.groups[p].size(), b.groups[p].size());
    for (size_t g = 0; g < a.groups[p].size(); ++g) {
      EXPECT_EQ(a.groups[p][g].ids, b.groups[p][g].ids);
      EXPECT_EQ(a.groups[p][g].logp, b.groups[p][g].logp);
      EXPECT_EQ(a.groups[p][g].finish, b.groups[p][g].finish);
    }
  }
}

std::string Path(const std::string& name) { return std::string(std::getenv("TEST_TMPDIR")) + "/" + name; }

// The batch of step 3 is written by one trainer; another, started from the checkpoint after step 2, makes it again.
TEST(BatchAtFault, IsMadeAgainFromTheCheckpointBefore) {
  at::set_num_threads(1);
  const Policy policy = SmallPolicy();
  const Llama llama(policy.config());
  const EvenTokens task;
  const RecordingTask recorded(task), again(task);
  RlTrainer trainer(llama, policy.weights, Options(policy), MakeObjective("rank_grpo_log"), recorded);
  RlTrainer replay(llama, policy.weights, Options(policy), MakeObjective("rank_grpo_log"), again);
  trainer.Step();
  trainer.Step();
  replay.Restore(trainer.step(), trainer.weights().flat().clone(), trainer.optimizer());
  trainer.Step();
  EXPECT_EQ(recorded.last().step, 2);
  EXPECT_EQ(recorded.last().groups.size(), 2u);
  WriteBatchAtFault(Path("alarms/collapse.safetensors"), recorded.last());
  replay.Step();
  ExpectEqual(recorded.last(), again.last());
  WriteBatchAtFault(Path("alarms/again.safetensors"), again.last());
  EXPECT_TRUE(ReadFile(Path("alarms/collapse.safetensors")) == ReadFile(Path("alarms/again.safetensors")));
}

TEST(BatchAtFault, RecordingChangesNothing) {
  at::set_num_threads(1);
  const Policy policy = SmallPolicy();
  const Llama llama(policy.config());
  const EvenTokens task;
  const RecordingTask recorded(task);
  RlTrainer with(llama, policy.weights, Options(policy), MakeObjective("rank_grpo_log"), recorded);
  RlTrainer without(llama, policy.weights, Options(policy), MakeObjective("rank_grpo_log"), task);
  with.Step();
  without.Step();
  EXPECT_TRUE(at::equal(with.weights().flat(), without.weights().flat()));
}

TEST(BatchAtFault, SaysWhereItCannotBeWritten) {
  std::ofstream(Path("text")) << "no folder";
  EXPECT_THROW(WriteBatchAtFault(Path("text") + "/x.safetensors", BatchAtFault()), InputError);
}

}  // namespace
}  // namespace suite
