// One supervised stage, pre-training or fine-tuning, from start weights to the weights it leads to: checkpoints, curve,
// and early stop by the loss on held-out sequences.
//
//   SupervisedStage stage;
//   stage.folder = "results/cache/sft-3f0c5a";
//   stage.steps = 1000;
//   stage.options = options;                                        // language_model_trainer.h
//   stage.validate_every = 50;
//   stage.patience = 3;
//   StageResult result = TrainStage(stage, start, std::move(training), held_out, report);
//   result.stopped_by                                               // "early stop"
//   SavePolicy(stage.folder, {result.weights, ...});
//   ForgetCheckpoints(stage);
//
// Beside the folder lie FOLDER.curve.csv (stage_curve.h) and, at the end, FOLDER.training.json (steps made, what
// stopped them, the step of the lowest held-out loss, numbers of sequences, time and peak memory); while it trains,
// FOLDER.checkpoints and FOLDER.best. A stage that was killed goes on from its last checkpoint and ends with the same
// bits as one that was not, early stop included.
//
// The held-out loss is the mean over scored tokens, after every `validate_every` steps and after the last. With a
// patience, training stops when that many of them in a row have brought no new lowest one, and the weights of the
// lowest are the result; without, the last weights are. Each new lowest loss writes a checkpoint.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "harness/launcher/worker_report.h"
#include "harness/sft/language_model_trainer.h"
#include "models/llama/llama.h"
#include "models/llama/packed_tokens.h"
#include "models/llama/weights.h"

namespace suite {

using ReportProgress = std::function<void(const WorkerReport&)>;

struct SupervisedStage {
  std::string folder;
  int64_t steps = 0;
  LanguageModelOptions options;
  LlamaOptions llama;
  int64_t validate_every = 0;  // 0: never
  int64_t patience = 0;        // 0: no early stop
  int64_t checkpoint_every = 100;
};

struct StageResult {
  LlamaWeights weights;
  int64_t steps = 0;       // made
  int64_t kept_step = 0;   // that the weights are of
  std::string stopped_by;  // "steps", "early stop"
};

// A loss that is not finite: the stage would end there again, so whatever needs it has failed.
class StageDiverged : public InputError {
 public:
  using InputError::InputError;
};

// Trains on stage.llama.device. The processes of stage.options.group all make the call, with the same arguments; rank 0
// has files, curve, held-out loss and the result's weights, which are float32 in the memory of the CPU (zeros
// elsewhere). Throws StoppedOnRequest (harness/launcher/stop_request.h) after a checkpoint, and StageDiverged.
StageResult TrainStage(const SupervisedStage& stage, const LlamaWeights& start, std::vector<ScoredSequence> training,
                       const std::vector<ScoredSequence>& held_out, const ReportProgress& report);

// Once the result is safe elsewhere.
void ForgetCheckpoints(const SupervisedStage& stage);

}  // namespace suite
