// The rollouts of one step, kept when a monitor raises an alarm, so that the step can be looked at and made again.
//
//   RecordingTask recorded(task);             // stands between trainer and task, and remembers the last step
//   RlTrainer trainer(llama, weights, options, std::move(objective), recorded);
//   StepRecord record = trainer.Step();
//   WriteBatchAtFault("runs/3f0c5a/alarms/collapse-00000012.safetensors", recorded.last());
//
// Everything a step draws is a function of the weights and the step's number, so going on from the checkpoint before
// the step makes the same batch again, bit for bit; with this file one sees that it did.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/rl/trainer.h"
#include "models/sampler.h"

namespace suite {

struct BatchAtFault {
  int64_t step = 0;                           // counted from 0, as RlTask does
  std::vector<int64_t> conversations;         // P: indices into the training split
  std::vector<std::vector<int64_t>> prompts;  // [P], token ids
  std::vector<RolloutGroup> groups;           // [P][G]: token ids, log-probs at sampling, why they ended
  at::Tensor relevance_BN;                    // float32, B = P G rows in order, N ranks
};

// safetensors with the tensors step [1], group_size [1], conversations [P], prompt_ids and prompt_end [P] (row p ends
// before prompt_end[p] of the ids laid end to end), completion_ids, completion_logp and completion_end [B], finish [B]
// (0 end of sequence, 1 line limit, 2 length limit), relevance [B,N]. The folder is made. Throws InputError.
void WriteBatchAtFault(const std::string& path, const BatchAtFault& batch);

// The task behind it, seen through a memory of one step.
class RecordingTask : public RlTask {
 public:
  // `task` must outlive this one.
  explicit RecordingTask(const RlTask& task) : task_(task) {}

  std::vector<int64_t> Conversations(int64_t step) const override;
  std::vector<int64_t> PromptIds(int64_t conversation) const override { return task_.PromptIds(conversation); }
  std::vector<int64_t> ClosedLines(int64_t conversation) const override { return task_.ClosedLines(conversation); }
  JudgedRollouts Judge(const std::vector<int64_t>& conversations,
                       const std::vector<RolloutGroup>& groups) const override;

  // Of the step that was judged last.
  const BatchAtFault& last() const { return last_; }

 private:
  const RlTask& task_;
  mutable int64_t step_ = 0;  // under way: its batch becomes the last one when it is judged
  mutable BatchAtFault last_;
};

}  // namespace suite
