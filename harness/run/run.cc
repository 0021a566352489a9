#include "harness/run/run.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>

#include "algorithms/objective.h"
#include "base/error.h"
#include "harness/data/dataset.h"
#include "harness/distributed/run_device.h"
#include "harness/launcher/stop_request.h"
#include "harness/monitors/batch_at_fault.h"
#include "harness/policy/prompt.h"
#include "harness/policy/run_together.h"
#include "harness/provenance/phase_meter.h"
#include "harness/provenance/process_meter.h"
#include "harness/rl/conversation_task.h"
#include "harness/rl/evaluator.h"
#include "harness/rl/trainer.h"
#include "harness/rl/validation_loss.h"
#include "harness/run/answer_credit.h"
#include "harness/run/options_of_run.h"
#include "harness/run/provenance_of_run.h"
#include "harness/run/run_recorder.h"

namespace suite {
namespace {

// Of the last training step: so many groups are kept.
constexpr size_t kKeptGroups = 2;

// Everything that one run needs at hand, and its walk: Execute. Every process of the group has one; the one of rank 0
// leads: its recorder writes, and it has the claim.
class Run {
 public:
  Run(const RunConfig& config, const RunFolders& folders, const std::vector<std::string>& argv,
      const ReportProgress& report, const RunOptions& options, const RunClaim* claim, ProcessGroup* group)
      : config_(config),
        folders_(folders),
        options_(options),
        claim_(claim),
        group_(group),
        report_(report),
        device_(DeviceOfRun(config.run.device, group->process().local_rank)),
        meter_(device_, "preparation"),
        objective_(MakeObjective(config.objective.preset, OverridesOf(config))),
        dataset_(LoadDataset(config.data)),
        recorder_(config, dataset_, folders, ProvenanceOfRun(config, dataset_, *group, device_, argv), *group),
        policy_(PrepareStart()),
        chat_(RecognizeChatTemplate(policy_.chat_template, "the SFT policy")),
        prompt_(policy_.tokenizer, chat_, {dataset_.instruction, dataset_.max_prompt_tokens}),
        llama_(policy_.config(), {config.run.recompute_layers, device_}),
        task_(dataset_.train, dataset_.catalog, policy_.tokenizer, prompt_,
              TaskOptionsOf(config, objective_->config())),
        recorded_task_(task_),
        validation_answers_(ValidationAnswers(dataset_.validation, policy_.tokenizer, prompt_)) {
    LlamaWeights start = policy_.weights.To(device_, at::kFloat);
    if (config.rl.steps > 0) {
      trainer_.emplace(llama_, start, RlOptionsOf(config, policy_, group), std::move(objective_), recorded_task_);
    } else {
      policy_.weights = std::move(start);  // evaluated as it is; gradients and moments would be memory for nothing
    }
  }

  void Execute() {
    if (!Resume()) Begin();
    while (step() < config_.rl.steps) Advance();
    Finish();
  }

 private:
  // The policy that RL starts from. A stage that diverges fails the run.
  Policy PrepareStart() {
    try {
      return PrepareSft(config_, dataset_, StageCache(folders_.cache), report_, group_);
    } catch (const StageDiverged& diverged) {
      recorder_.Fail(diverged.what(), meter_.Summary());
    }
  }

  // Goes on from the newest checkpoint; false when there is none that the store can follow.
  bool Resume() {
    if (!trainer_) return false;  // without RL steps there are no checkpoints
    const int64_t weights = policy_.weights.flat().numel();
    std::optional<TrainState> state = recorder_.Resume(weights, options_.force_resume);
    if (!ShareState(*group_, weights, &state)) return false;
    trainer_->Restore(state->step, state->weights_flat, state->optimizer);
    std::cerr << "goes on after step " << state->step << std::endl;
    since_step_.Restart();
    return true;
  }

  // The first step comes before the store, because it tells which series there are; without RL steps there are none.
  void Begin() {
    recorder_.MakeFolder();
    std::cerr << "begins" << std::endl;
    const Evaluation validation = EvaluateOn(dataset_.validation), test = EvaluateOn(dataset_.test);
    validation_ndcg_ = MeanScore(validation, NdcgName());
    const StepRecord first = trainer_ ? Step(/*between_s=*/0) : StepRecord();
    recorder_.Begin(first);
    recorder_.AppendScores("validation", 0, validation.scores);
    recorder_.AppendScores("test", 0, test.scores);
    if (trainer_) {
      Record(first);
    } else {
      test_answers_ = test.answers;
    }
  }

  void Advance() {
    if (claim_ && claim_->lost()) {
      throw InputError(RunFolder(folders_, config_) + "/claim", "another process has taken this run over",
                       "one at a time");
    }
    Record(Step(since_step_.Seconds() - evaluation_s_));
  }

  // One RL step, and what the run adds to the trainer's series.
  StepRecord Step(double between_s) {
    meter_.Enter("training");
    StepRecord record = trainer_->Step();
    record["harness_s"] = {between_s};
    if (!validation_answers_.empty()) record["validation_loss"] = {ValidationLossWhereDue()};
    return record;
  }

  // Writes a step down, evaluates and saves where that is due. A checkpoint comes last: what it stands for is then in
  // the store.
  void Record(const StepRecord& record) {
    since_step_.Restart();
    const std::string stop = recorder_.AppendStep(step(), record, recorded_task_.last());
    if (!stop.empty()) recorder_.Fail(stop, meter_.Summary());
    const WallTimer evaluation;
    if (EvaluationIsDue()) {
      const Evaluation validation = EvaluateOn(dataset_.validation);
      recorder_.AppendScores("validation", step(), validation.scores);
      validation_ndcg_ = MeanScore(validation, NdcgName());
    }
    if (IsLast()) {
      const Evaluation test = EvaluateOn(dataset_.test);
      recorder_.AppendScores("test", step(), test.scores);
      test_answers_ = test.answers;
      KeepRollouts();
    }
    evaluation_s_ = evaluation.Seconds();
    const bool asked_to_stop = AnyStopRequested(*group_) && !IsLast();
    if (step() % config_.checkpoint.every == 0 || IsLast() || asked_to_stop) SaveCheckpoint();
    Tell(record);
    if (asked_to_stop) throw StoppedOnRequest();
  }

  CreditRules Rules() const {
    const ObjectiveConfig& objective = trainer_ ? trainer_->objective() : objective_->config();
    return {dataset_.catalog, TaskOptionsOf(config_, objective).judge, objective};
  }

  void KeepRollouts() {
    if (!leads() || config_.eval.kept_answers == 0) return;
    recorder_.KeepRollouts(CreditRollouts(recorded_task_.last(), trainer_->last_credit(), dataset_.train,
                                          policy_.tokenizer, Rules(), kKeptGroups));
  }

  void SaveCheckpoint() {
    meter_.Enter("saving");
    recorder_.SaveCheckpoint(step(), trainer_->GatherState(leads()));
  }

  void Tell(const StepRecord& record) {
    tokens_ += static_cast<int64_t>(record.at("tokens")[0]);
    char text[96];
    std::snprintf(text, sizeof(text), "reward %.3f  val %s %.3f", record.at("reward")[0], NdcgName().c_str(),
                  validation_ndcg_);
    report_({step(), config_.rl.steps, tokens_, text});
  }

  Evaluation EvaluateOn(const std::vector<Conversation>& conversations) {
    meter_.Enter("evaluation");
    EvaluationOptions options = EvaluationOptionsOf(config_, policy_, group_);
    options.progress = [this](int64_t done, int64_t total) {
      const std::string text = "evaluated " + std::to_string(done) + " of " + std::to_string(total);
      report_({step(), config_.rl.steps, tokens_, text});
    };
    return Evaluate(llama_, weights().Tensors(), policy_.tokenizer, prompt_, conversations, dataset_.catalog, options);
  }

  // Of the step just made, where it is evaluated; else NaN. Rank 0 records it.
  double ValidationLossWhereDue() {
    if (!leads() || !EvaluationIsDue()) return std::nan("");
    meter_.Enter("evaluation");
    return ValidationLoss(llama_, weights(), validation_answers_, config_.run.threads);
  }

  void Finish() {
    meter_.Enter("saving");
    if (trainer_) SaveTrainedPolicy();  // without RL it is the one in the cache, or the checkpoint itself
    const size_t kept = std::min(static_cast<size_t>(config_.eval.kept_answers), dataset_.test.size());
    if (test_answers_.empty()) {
      test_answers_ = EvaluateOn({dataset_.test.begin(), dataset_.test.begin() + static_cast<int64_t>(kept)}).answers;
    }
    test_answers_.resize(kept);
    const CreditRules rules = Rules();
    recorder_.Finish(meter_.Summary(), CreditAnswers(dataset_.test, test_answers_, rules), CreditKind(rules.objective));
  }

  void SaveTrainedPolicy() {
    const PolicyState state = trainer_->GatherState(leads());
    if (!leads()) return;
    LlamaWeights weights = LlamaWeights::Zeros(policy_.config(), at::kFloat);
    weights.flat().copy_(state.weights_flat);
    SavePolicy(RunFolder(folders_, config_) + "/policy",
               {weights, policy_.tokenizer, policy_.chat_template, policy_.generation, policy_.eos_token});
  }

  bool leads() const { return group_->rank() == 0; }
  int64_t step() const { return trainer_ ? trainer_->step() : 0; }
  bool IsLast() const { return step() == config_.rl.steps; }
  bool EvaluationIsDue() const { return step() % config_.eval.every == 0 || IsLast(); }
  const LlamaWeights& weights() const { return trainer_ ? trainer_->weights() : policy_.weights; }
  std::string NdcgName() const { return "ndcg@" + std::to_string(config_.eval.k.front()); }

  const RunConfig& config_;
  RunFolders folders_;
  RunOptions options_;
  const RunClaim* claim_;  // null unless it leads
  ProcessGroup* group_;
  ReportProgress report_;
  at::Device device_;
  PhaseMeter meter_;
  std::unique_ptr<PolicyObjective> objective_;  // moves into the trainer
  Dataset dataset_;
  RunRecorder recorder_;
  Policy policy_;
  ChatTemplate chat_;
  PromptBuilder prompt_;
  Llama llama_;
  ConversationTask task_;
  RecordingTask recorded_task_;
  std::vector<ScoredSequence> validation_answers_;
  std::optional<RlTrainer> trainer_;  // nothing without RL steps
  // harness_s of a step: what came between the step before and it, evaluation left out.
  WallTimer since_step_;
  double evaluation_s_ = 0;
  int64_t tokens_ = 0;
  double validation_ndcg_ = std::nan("");
  std::vector<std::string> test_answers_;  // of the last evaluation, unless a resume came after it
};

}  // namespace

std::vector<std::string> ObjectiveNames() {
  std::vector<std::string> names;
  for (const ObjectiveEntry& entry : ListObjectives()) names.push_back(entry.name);
  return names;
}

void CheckObjective(const RunConfig& config) { MakeObjective(config.objective.preset, OverridesOf(config)); }

RunOutcome ExecuteRun(const RunConfig& config, const RunFolders& folders, const std::vector<std::string>& argv,
                      const ReportProgress& report, const RunOptions& options) {
  const auto alone = SingleProcess();
  ProcessGroup& group = options.group ? *options.group : *alone;
  CheckDevice(config.run.device, group.process().local_rank);
  CheckAgreement(group, "config", ConfigHash(config));
  std::unique_ptr<RunClaim> claim;
  const FolderState state = EnterRunFolder(folders, config, group, &claim);
  if (state == FolderState::kDone) return RunOutcome::kDone;
  if (state == FolderState::kBusy) return RunOutcome::kBusy;
  at::set_num_threads(static_cast<int>((config.run.threads + group.world_size() - 1) / group.world_size()));
  Run(config, folders, argv, report, options, claim.get(), &group).Execute();
  return RunOutcome::kDone;
}

}  // namespace suite
