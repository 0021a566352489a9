#include "harness/monitors/batch_at_fault.h"

#include <ATen/ops/tensor.h>

#include <filesystem>

#include "base/paths.h"
#include "models/checkpoints/safetensors.h"

namespace suite {

void WriteBatchAtFault(const std::string& path, const BatchAtFault& batch) {
  MakeFolder(std::filesystem::path(path).parent_path().string());
  std::vector<int64_t> prompt_ids, prompt_end, ids, end, finish;
  std::vector<float> logp;
  for (const auto& prompt : batch.prompts) {
    prompt_ids.insert(prompt_ids.end(), prompt.begin(), prompt.end());
    prompt_end.push_back(static_cast<int64_t>(prompt_ids.size()));
  }
  for (const RolloutGroup& group : batch.groups) {
    for (const Rollout& rollout : group) {
      ids.insert(ids.end(), rollout.ids.begin(), rollout.ids.end());
      logp.insert(logp.end(), rollout.logp.begin(), rollout.logp.end());
      end.push_back(static_cast<int64_t>(ids.size()));
      finish.push_back(static_cast<int64_t>(rollout.finish));
    }
  }
  const int64_t group_size = batch.groups.empty() ? 0 : static_cast<int64_t>(batch.groups.front().size());
  WriteSafetensors(path, {{"step", at::tensor({batch.step})},
                          {"group_size", at::tensor({group_size})},
                          {"conversations", at::tensor(batch.conversations)},
                          {"prompt_ids", at::tensor(prompt_ids)},
                          {"prompt_end", at::tensor(prompt_end)},
                          {"completion_ids", at::tensor(ids)},
                          {"completion_end", at::tensor(end)},
                          {"completion_logp", at::tensor(logp)},
                          {"finish", at::tensor(finish)},
                          {"relevance", batch.relevance_BN}});
}

std::vector<int64_t> RecordingTask::Conversations(int64_t step) const {
  step_ = step;
  return task_.Conversations(step);
}

JudgedRollouts RecordingTask::Judge(const std::vector<int64_t>& conversations,
                                    const std::vector<RolloutGroup>& groups) const {
  JudgedRollouts judged = task_.Judge(conversations, groups);
  last_.step = step_;
  last_.conversations = conversations;
  last_.prompts.clear();
  for (const int64_t conversation : conversations) last_.prompts.push_back(task_.PromptIds(conversation));
  last_.groups = groups;
  last_.relevance_BN = judged.relevance_BN;
  return judged;
}

}  // namespace suite
