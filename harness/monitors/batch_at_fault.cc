#include "harness/monitors/batch_at_fault.h"

#include <ATen/ops/tensor.h>

#include <filesystem>

#include "base/error.h"
#include "models/checkpoints/safetensors.h"

namespace suite {
namespace {

std::vector<int64_t> Int64s(const SafetensorsFile& file, const std::string& name) {
  const at::Tensor values = file.Load(name).contiguous();
  if (values.scalar_type() != at::kLong) throw InputError(file.path(), name + " is not int64");
  const auto* first = values.const_data_ptr<int64_t>();
  return {first, first + values.numel()};
}

int64_t OnlyInt64(const SafetensorsFile& file, const std::string& name) {
  const std::vector<int64_t> values = Int64s(file, name);
  if (values.size() != 1)
    throw InputError(file.path(), name + " has " + std::to_string(values.size()) + " values", "1");
  return values[0];
}

// Ends rise from row to row up to the number of values.
void CheckEnds(const SafetensorsFile& file, const std::vector<int64_t>& ends, size_t values, const std::string& name) {
  int64_t before = 0;
  for (const int64_t end : ends) {
    if (end < before) throw InputError(file.path(), name + " does not rise");
    before = end;
  }
  if (before != static_cast<int64_t>(values)) throw InputError(file.path(), name + " does not fit its values");
}

Rollout RolloutOf(const std::vector<int64_t>& ids, const at::Tensor& logp, int64_t begin, int64_t end, int64_t finish) {
  Rollout rollout;
  rollout.ids.assign(ids.begin() + begin, ids.begin() + end);
  const auto* values = logp.const_data_ptr<float>();
  rollout.logp.assign(values + begin, values + end);
  rollout.finish = static_cast<FinishReason>(finish);
  return rollout;
}

}  // namespace

void WriteBatchAtFault(const std::string& path, const BatchAtFault& batch) {
  std::error_code failure;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failure);
  if (failure) throw InputError(path, "its folder cannot be made: " + failure.message());
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

BatchAtFault ReadBatchAtFault(const std::string& path) {
  const SafetensorsFile file(path);
  BatchAtFault batch;
  batch.step = OnlyInt64(file, "step");
  batch.conversations = Int64s(file, "conversations");
  batch.relevance_BN = file.Load("relevance").clone();
  const std::vector<int64_t> prompt_ids = Int64s(file, "prompt_ids"), prompt_end = Int64s(file, "prompt_end");
  CheckEnds(file, prompt_end, prompt_ids.size(), "prompt_end");
  int64_t begin = 0;
  for (const int64_t end : prompt_end) {
    batch.prompts.emplace_back(prompt_ids.begin() + begin, prompt_ids.begin() + end);
    begin = end;
  }
  const std::vector<int64_t> ids = Int64s(file, "completion_ids"), ends = Int64s(file, "completion_end");
  const std::vector<int64_t> finish = Int64s(file, "finish");
  const at::Tensor logp = file.Load("completion_logp").contiguous();
  CheckEnds(file, ends, ids.size(), "completion_end");
  const auto group_size = static_cast<size_t>(OnlyInt64(file, "group_size"));
  if (finish.size() != ends.size() || logp.numel() != static_cast<int64_t>(ids.size()) ||
      ends.size() != batch.prompts.size() * group_size) {
    throw InputError(path, "its tensors do not fit each other", "a batch that WriteBatchAtFault wrote");
  }
  begin = 0;
  for (size_t row = 0; row < ends.size(); ++row) {
    if (row % group_size == 0) batch.groups.emplace_back();
    batch.groups.back().push_back(RolloutOf(ids, logp, begin, ends[row], finish[row]));
    begin = ends[row];
  }
  return batch;
}

std::vector<int64_t> RecordingTask::Conversations(int64_t step) const {
  last_ = BatchAtFault();
  last_.step = step;
  return task_.Conversations(step);
}

JudgedRollouts RecordingTask::Judge(const std::vector<int64_t>& conversations,
                                    const std::vector<RolloutGroup>& groups) const {
  JudgedRollouts judged = task_.Judge(conversations, groups);
  last_.conversations = conversations;
  last_.prompts.clear();
  for (const int64_t conversation : conversations) last_.prompts.push_back(task_.PromptIds(conversation));
  last_.groups = groups;
  last_.relevance_BN = judged.relevance_BN;
  return judged;
}

}  // namespace suite
