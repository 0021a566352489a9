#include "harness/sft/supervised_stage.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "harness/distributed/process_group.h"
#include "harness/launcher/stop_request.h"
#include "harness/policy/checkpoint.h"
#include "harness/policy/run_together.h"
#include "harness/provenance/process_meter.h"
#include "harness/sft/stage_curve.h"
#include "models/checkpoints/finite_tensor.h"
#include "models/llama/not_finite_logits.h"

namespace suite {
namespace {

std::string CurvePath(const SupervisedStage& stage) { return stage.folder + ".curve.csv"; }
CheckpointFolder Checkpoints(const SupervisedStage& stage) { return {stage.folder + ".checkpoints", /*keep=*/2}; }
CheckpointFolder Best(const SupervisedStage& stage) { return {stage.folder + ".best", /*keep=*/1}; }

class StageTraining {
 public:
  StageTraining(const SupervisedStage& stage, const LlamaWeights& start, std::vector<ScoredSequence> training,
                const std::vector<ScoredSequence>& held_out, const ReportProgress& report)
      : stage_(stage),
        llama_(start.config(), stage.llama),
        training_count_(training.size()),
        held_out_(held_out),
        report_(report),
        checkpoints_(Checkpoints(stage)),
        best_(Best(stage)),
        group_(stage.options.group ? stage.options.group : &SingleProcess()),
        trainer_(llama_, start.To(stage.llama.device, start.flat().scalar_type()), std::move(training), stage.options) {
    SUITE_CHECK(stage.validate_every == 0 || !held_out.empty());
    SUITE_CHECK(stage.patience == 0 || stage.validate_every > 0);
    Resume(start.flat().numel());
  }

  StageResult Run() {
    while (trainer_.step() < stage_.steps && !OfRankZero(OutOfPatience(), "patience")) MakeStep();
    StageResult result = {LlamaWeights::Zeros(llama_.config(), at::kFloat), trainer_.step(), trainer_.step(),
                          trainer_.step() < stage_.steps ? "early stop" : "steps"};
    const PolicyState last = trainer_.GatherState(leads());
    if (leads()) result.weights.flat().copy_(best_flat_.defined() ? best_flat_ : last.weights_flat);
    // The loss of the last step is that of the weights before it.
    if (OfRankZero(!AllFinite(result.weights.flat()), "weights")) {
      throw Diverged("the weights are", trainer_.step(), "");
    }
    if (!leads()) return result;
    WriteCurve(rows_, CurvePath(stage_));
    if (best_flat_.defined()) result.kept_step = LowestValidationLoss(rows_)->step;
    Record(result);
    return result;
  }

 private:
  bool leads() const { return group_->rank() == 0; }

  // The rank that keeps the curve decides for all.
  bool OfRankZero(bool decision, const std::string& about) const {
    return !DecisionOfRankZero(*group_, decision ? "yes" : "", about).empty();
  }

  bool OutOfPatience() const {
    const auto lowest = LowestValidationLoss(rows_);
    return stage_.patience > 0 && lowest && lowest->since >= stage_.patience;
  }

  void Resume(int64_t size) {
    std::optional<TrainState> state;
    if (leads()) state = Load(size);
    resumed_ = ShareState(*group_, size, &state);
    if (resumed_) trainer_.Restore(state->step, state->weights_flat, state->optimizer);
  }

  std::optional<TrainState> Load(int64_t size) {
    const auto state = checkpoints_.LoadNewest(size);
    if (!state) return std::nullopt;
    rows_ = ReadCurve(CurvePath(stage_));
    rows_.erase(std::remove_if(rows_.begin(), rows_.end(), [&](const CurveRow& row) { return row.step > state->step; }),
                rows_.end());
    if (stage_.patience > 0 && !ResumeBest(*state, size)) {
      std::cerr << stage_.options.stage << " begins again: its weights of the lowest loss are gone" << std::endl;
      rows_.clear();
      best_flat_.reset();
      return std::nullopt;
    }
    return state;
  }

  // False when the weights of the lowest loss up to the checkpoint cannot be had.
  bool ResumeBest(const TrainState& state, int64_t size) {
    if (static_cast<int64_t>(rows_.size()) != state.step) return false;
    const auto lowest = LowestValidationLoss(rows_);
    if (!lowest) return true;
    if (lowest->step == state.step) {
      best_flat_ = state.weights_flat.clone();
      best_.Save(state);  // the kill may have come between the two
      return true;
    }
    CheckpointDemands demands;
    demands.weights = size;
    demands.newest_step = lowest->step;
    const auto saved = best_.LoadNewest(demands);
    if (!saved || saved->state.step != lowest->step) return false;
    best_flat_ = saved->state.weights_flat;
    return true;
  }

  StageDiverged Diverged(const std::string& what, int64_t step, const std::string& why) const {
    return StageDiverged(stage_.options.stage + ".learning_rate",
                         what + " not finite at step " + std::to_string(step) + why, "a lower rate");
  }

  // The first step scores the policy that the stage starts from: what is wrong then, no learning rate has done.
  LanguageModelStep FiniteStep() {
    try {
      return trainer_.Step();
    } catch (const NotFiniteLogits& fault) {
      if (trainer_.step() > 0) throw Diverged("the loss is", trainer_.step() + 1, ": " + fault.found());
      throw StageDiverged("the policy that " + stage_.options.stage + " starts from", fault.found(),
                          "an undamaged checkpoint, and a run.dtype that holds its numbers");
    }
  }

  void MakeStep() {
    const WallTimer timer;
    const LanguageModelStep step = FiniteStep();
    tokens_ += step.tokens;
    rows_.push_back({trainer_.step(), step.loss, std::numeric_limits<double>::quiet_NaN(), step.learning_rate,
                     static_cast<double>(step.tokens) / std::max(timer.Seconds(), 1e-9)});
    if (!std::isfinite(step.loss)) throw Diverged("the loss is", trainer_.step(), "");
    const bool is_new_lowest = OfRankZero(Validate(), "held-out loss");
    Tell();
    const bool asked_to_stop = AnyStopRequested(*group_);
    if (trainer_.step() % stage_.checkpoint_every == 0 || is_new_lowest || asked_to_stop) Save(is_new_lowest);
    if (asked_to_stop) throw StoppedOnRequest();
  }

  // True when weights are to be kept that have not been.
  bool Validate() {
    const bool due =
        stage_.validate_every > 0 && (trainer_.step() % stage_.validate_every == 0 || trainer_.step() == stage_.steps);
    if (!due || !leads()) return false;
    rows_.back().validation_loss = trainer_.LossOn(held_out_);
    return stage_.patience > 0 && LowestValidationLoss(rows_)->step == trainer_.step();
  }

  // The curve first and the kept weights last: whatever a kill leaves, Resume finds a state that agrees with it.
  void Save(bool is_new_lowest) {
    const PolicyState gathered = trainer_.GatherState(leads());
    if (!leads()) return;
    WriteCurve(rows_, CurvePath(stage_));
    const TrainState state = {trainer_.step(), gathered.weights_flat, gathered.optimizer, {}};
    checkpoints_.Save(state);
    if (!is_new_lowest) return;
    best_.Save(state);
    best_flat_ = gathered.weights_flat.clone();
  }

  void Tell() const {
    char text[128];
    std::snprintf(text, sizeof(text), "%s loss %.3f", stage_.options.stage.c_str(), rows_.back().loss);
    std::string line = text;
    if (const auto lowest = LowestValidationLoss(rows_)) {
      std::snprintf(text, sizeof(text), ", held-out %.3f at step %lld", lowest->loss,
                    static_cast<long long>(lowest->step));
      line += text;
    }
    report_({trainer_.step(), stage_.steps, tokens_, line});
  }

  void Record(const StageResult& result) const {
    nlohmann::json record = {{"stage", stage_.options.stage},         {"steps", result.steps},
                             {"stopped_by", result.stopped_by},       {"kept_step", result.kept_step},
                             {"training_sequences", training_count_}, {"held_out_sequences", held_out_.size()}};
    if (const auto lowest = LowestValidationLoss(rows_)) {
      record["lowest_validation_loss"] = lowest->loss;
      record["lowest_validation_step"] = lowest->step;
    }
    if (!resumed_) record["wall_s"] = timer_.Seconds();  // else not known: it began in another process
    record["peak_rss_mib"] = static_cast<double>(PeakMemoryBytes()) / (1 << 20);
    WriteFileAtomically(stage_.folder + ".training.json", record.dump(2) + "\n");
  }

  const WallTimer timer_;
  bool resumed_ = false;
  const SupervisedStage& stage_;
  const Llama llama_;
  const size_t training_count_;
  const std::vector<ScoredSequence>& held_out_;
  const ReportProgress& report_;
  CheckpointFolder checkpoints_, best_;
  ProcessGroup* group_;
  LanguageModelTrainer trainer_;
  std::vector<CurveRow> rows_;  // whole, and with held-out losses, on rank 0
  at::Tensor best_flat_;        // with a patience, on rank 0: the weights of the lowest loss
  int64_t tokens_ = 0;
};

}  // namespace

StageResult TrainStage(const SupervisedStage& stage, const LlamaWeights& start, std::vector<ScoredSequence> training,
                       const std::vector<ScoredSequence>& held_out, const ReportProgress& report) {
  return StageTraining(stage, start, std::move(training), held_out, report).Run();
}

void ForgetCheckpoints(const SupervisedStage& stage) {
  Checkpoints(stage).Clear();
  Best(stage).Clear();
}

}  // namespace suite
