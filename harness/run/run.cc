#include "harness/run/run.h"

#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "algorithms/diagnostics.h"
#include "algorithms/objective.h"
#include "base/error.h"
#include "harness/data/dataset.h"
#include "harness/distributed/run_device.h"
#include "harness/distributed/shared_rows.h"
#include "harness/launcher/stop_request.h"
#include "harness/metrics/evaluated_lists.h"
#include "harness/metrics/metrics_store.h"
#include "harness/metrics/run_lease.h"
#include "harness/monitors/batch_at_fault.h"
#include "harness/plan/position_limits.h"
#include "harness/policy/positions.h"
#include "harness/policy/prompt.h"
#include "harness/policy/run_together.h"
#include "harness/provenance/gpu_meter.h"
#include "harness/provenance/phase_meter.h"
#include "harness/provenance/process_meter.h"
#include "harness/provenance/provenance.h"
#include "harness/rl/conversation_task.h"
#include "harness/rl/evaluator.h"
#include "harness/rl/trainer.h"
#include "harness/rl/validation_loss.h"
#include "harness/run/answer_credit.h"
#include "harness/run/counted_run.h"
#include "harness/run/options_of_run.h"
#include "harness/run/record_lists.h"
#include "harness/run/run_recorder.h"
#include "models/llama/llama.h"
#include "models/llama/not_finite_logits.h"
#include "models/llama/packed_tokens.h"
#include "models/policy/policy_chat.h"
#include "models/tokenizer/chat_template.h"

namespace suite {
namespace {

// Of the last training step: so many groups are kept.
constexpr size_t kKeptGroups = 2;

// After the keys of CollectProvenance: data.NAME for each rule and file of the data set; world_size and started_by of
// several processes; device where it is not the CPU; protocol_version; ratio_edges. The hash of a checkpoint that the
// run starts from is in its config (policy.lock).
NamedTexts ProvenanceOfRun(const RunConfig& config, const Dataset& dataset, const ProcessGroup& group,
                           const at::Device& device, const std::vector<std::string>& argv) {
  ProvenanceInputs inputs;
  inputs.libtorch_version = TORCH_VERSION;
  inputs.hdf5_version = Hdf5Version();
  inputs.accelerator = DescribeGpu(device);
  inputs.argv = argv;
  inputs.seeds = {{"seed", config.seed}, {"data.world_seed", config.data.world_seed}};
  inputs.data_hashes = {{config.data.source, dataset.hash}};
  NamedTexts provenance = CollectProvenance(inputs);
  for (const auto& [name, text] : dataset.provenance) provenance.emplace_back("data." + name, text);
  if (group.world_size() > 1) {
    provenance.emplace_back("world_size", std::to_string(group.world_size()));
    provenance.emplace_back("started_by", group.process().launcher);
  }
  if (!device.is_cpu()) provenance.emplace_back("device", device.str());
  provenance.emplace_back("protocol_version", std::to_string(kProtocolVersion));
  provenance.emplace_back("ratio_edges", RatioEdgesText());
  return provenance;
}

// The policy that RL starts from: loaded, or trained by the stages that lack it. A stage that diverges fails the run.
Policy PrepareStart(const RunConfig& config, const Dataset& dataset, const RunFolders& folders,
                    const ReportProgress& report, ProcessGroup* group, RunRecorder& recorder, PhaseMeter& meter) {
  try {
    return PrepareSft(config, dataset, StageCache(folders.cache), report, group);
  } catch (const StageDiverged& diverged) {
    recorder.Fail(diverged.what(), meter.Summary(), /*advice=*/"");  // it has its own
  }
}

// A policy that was made here has the positions that the run which made it asked for; this one may need more.
void GrowPositions(const RunConfig& config, const Dataset& dataset, Policy* policy) {
  const ChatTemplate chat = ChatTemplateOf(*policy, "the policy that RL starts from");
  const PromptBuilder prompt(policy->tokenizer, chat, {dataset.instruction, dataset.max_prompt_tokens});
  size_t longest = 0;
  for (const auto* split : {&dataset.ForRl(), &dataset.validation, &dataset.test}) {
    for (const Conversation& one : *split) longest = std::max(longest, prompt.Ids(one).size());
  }
  policy->weights = WithPositions(policy->weights, static_cast<int64_t>(longest) + config.rl.max_new_tokens - 1);
}

// Before the first step nothing has been learned too fast by reward.
std::string AdviceAgainstNotFinite(const RunConfig& config, int64_t step) {
  if (step > 0) return "other settings, such as a lower rl.learning_rate";
  if (config.policy.path.empty()) return "other settings, such as a lower sft.learning_rate";
  return "an undamaged checkpoint at " + config.policy.path +
         ", or a run.dtype that holds its numbers, such as float32";
}

// What a run has before its first step.
struct RunParts {
  const RunConfig& config;
  const RunFolders& folders;
  ProcessGroup& group;
  at::Device device;
  const RunLease* lease;  // null unless this process leads
  const ReportProgress& report;
  const Dataset& dataset;
  RunRecorder& recorder;
  PhaseMeter& meter;
};

// The steps of one run whose data and start policy are at hand: train, evaluate, record, save. Every process of the
// group makes the same calls; rank 0 leads: its recorder writes, and it has the lease.
class RunSteps {
 public:
  // `start`: the policy that RL starts from. Without RL steps there is no trainer: the policy is evaluated as it is.
  RunSteps(const RunParts& parts, Policy start)
      : config_(parts.config),
        folders_(parts.folders),
        group_(parts.group),
        lease_(parts.lease),
        report_(parts.report),
        dataset_(parts.dataset),
        recorder_(parts.recorder),
        meter_(parts.meter),
        objective_(MakeObjective(config_.objective.preset, OverridesOf(config_))->config()),
        policy_(std::move(start)),
        chat_(ChatTemplateOf(policy_, "the policy that RL starts from")),
        prompt_(policy_.tokenizer, chat_,
                {dataset_.instruction, dataset_.max_prompt_tokens, policy_.config().max_positions,
                 config_.rl.max_new_tokens}),
        constraints_(ConstraintsOf(config_, dataset_, policy_, chat_)),
        llama_(policy_.config(), {config_.run.recompute_layers, parts.device}),
        task_(dataset_.ForRl(), dataset_.catalog, policy_.tokenizer, prompt_, TaskOptionsOf(config_, objective_)),
        recorded_task_(task_),
        validation_answers_(ValidationAnswers(dataset_.validation, policy_.tokenizer, prompt_)) {
    LlamaWeights weights = policy_.weights.To(parts.device, at::kFloat);
    if (config_.rl.steps > 0) {
      trainer_.emplace(llama_, weights, RlOptionsOf(config_, policy_, constraints_, &group_),
                       MakeObjective(config_.objective.preset, OverridesOf(config_)), recorded_task_);
    } else {
      // As a trainer would evaluate it; gradients and moments would be memory for nothing.
      policy_.weights = weights.To(parts.device, ComputeTypeOf(config_));
    }
  }

  // Goes on from the newest checkpoint; false when there is none that the store can follow.
  bool Resume(bool force) {
    if (!trainer_) return false;  // without RL steps there are no checkpoints
    const int64_t weights = policy_.weights.flat().numel();
    std::optional<TrainState> state = recorder_.Resume(weights, force);
    if (!ShareState(group_, weights, &state)) return false;
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
    recorder_.Begin(first, ListsOf(test, 0), trainer_ ? KeptOf(test) : std::vector<SampleAnswer>());
    recorder_.AppendScores("validation", 0, validation.scores);
    recorder_.AppendScores("test", 0, test.scores);
    if (trainer_) {
      Record(first);
    } else {
      test_ = test;
    }
  }

  // That have been made.
  int64_t step() const { return trainer_ ? trainer_->step() : 0; }
  bool AtEnd() const { return step() >= config_.rl.steps; }

  // One RL step, recorded; then what is due of evaluation and checkpoint.
  void Advance() {
    if (lease_ && lease_->lost()) {
      throw InputError(RunFolder(folders_, config_) + "/lease", "another process has taken this run over",
                       "one at a time");
    }
    Record(Step(since_step_.Seconds() - evaluation_s_));
  }

  // For finding out why a run failed: the rollouts of the last step, where there are any.
  void KeepLastBatch() {
    if (!leads() || recorded_task_.last().groups.empty()) return;
    char name[48];
    std::snprintf(name, sizeof(name), "/alarms/not_finite-%08lld.safetensors", static_cast<long long>(step()));
    WriteBatchAtFault(RunFolder(folders_, config_) + name, recorded_task_.last());
  }

  // Saves the trained policy and closes the record.
  void Finish() {
    meter_.Enter("saving");
    if (trainer_) SaveTrainedPolicy();  // without RL it is the one in the cache, or the checkpoint itself
    if (!test_) test_ = EvaluateOn(dataset_.test);
    recorder_.Finish(meter_.Summary(), KeptOf(*test_), CreditKind(objective_),
                     trainer_ ? ListsOf(*test_, step()) : EvaluatedLists());
  }

 private:
  // One RL step, and what the run adds to the trainer's series.
  StepRecord Step(double between_s) {
    meter_.Enter("training");
    StepRecord record = trainer_->Step();
    record["harness_s"] = {between_s};
    if (!validation_answers_.empty()) record["validation_loss"] = {ValidationLossWhereDue()};
    return record;
  }

  // A checkpoint comes last: what it stands for is then in the store.
  void Record(const StepRecord& record) {
    since_step_.Restart();
    const size_t alarms = recorder_.Alarms().size();
    const std::string stop = recorder_.AppendStep(step(), record, recorded_task_.last());
    if (recorder_.Alarms().size() > alarms) ShowAnAnswer();
    if (!stop.empty()) recorder_.Fail(stop, meter_.Summary());
    const WallTimer evaluation;
    EvaluateWhereDue();
    evaluation_s_ = evaluation.Seconds();
    const bool asked_to_stop = AnyStopRequested(group_) && !IsLast();
    if (step() % config_.checkpoint.every == 0 || IsLast() || asked_to_stop) SaveCheckpoint();
    Tell(record);
    if (asked_to_stop) throw StoppedOnRequest();
  }

  // What an alarm is about is seen best in an answer.
  void ShowAnAnswer() const {
    const std::vector<int64_t>& ids = recorded_task_.last().groups.front().front().ids;
    std::cerr << "one sampled answer of this step:\n" << policy_.tokenizer.Decode(ids) << std::endl;
  }

  void EvaluateWhereDue() {
    if (EvaluationIsDue()) {
      const Evaluation validation = EvaluateOn(dataset_.validation);
      recorder_.AppendScores("validation", step(), validation.scores);
      validation_ndcg_ = MeanScore(validation, NdcgName());
    }
    if (IsLast()) {
      test_ = EvaluateOn(dataset_.test);
      recorder_.AppendScores("test", step(), test_->scores);
      KeepRollouts();
    }
  }

  Evaluation EvaluateOn(const std::vector<Conversation>& conversations) {
    meter_.Enter("evaluation");
    EvaluationOptions options = EvaluationOptionsOf(config_, policy_, constraints_, &group_);
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

  EvaluatedLists ListsOf(const Evaluation& test, int64_t step) const {
    if (!leads()) return {};
    return RecordLists("test", step, dataset_.test, test.judged, dataset_.catalog);
  }

  // The first answers, for reading.
  std::vector<SampleAnswer> KeptOf(const Evaluation& test) const {
    std::vector<std::string> answers = test.answers;
    answers.resize(std::min(static_cast<size_t>(config_.eval.kept_answers), dataset_.test.size()));
    return CreditAnswers(dataset_.test, answers, Rules());
  }

  CreditRules Rules() const { return {dataset_.catalog, TaskOptionsOf(config_, objective_).judge, objective_}; }

  void KeepRollouts() {
    if (!leads() || config_.eval.kept_answers == 0) return;
    recorder_.KeepRollouts(CreditRollouts(recorded_task_.last(), trainer_->last_credit(), dataset_.ForRl(),
                                          policy_.tokenizer, Rules(), kKeptGroups));
  }

  void SaveCheckpoint() {
    meter_.Enter("saving");
    recorder_.SaveCheckpoint(step(), trainer_->GatherState(leads()));
  }

  void SaveTrainedPolicy() {
    const PolicyState state = trainer_->GatherState(leads());
    if (!leads()) return;
    LlamaWeights weights = LlamaWeights::Zeros(policy_.config(), at::kFloat);
    weights.flat().copy_(state.weights_flat);
    SavePolicy(RunFolder(folders_, config_) + "/policy",
               {weights, policy_.tokenizer, policy_.chat_template, policy_.generation, policy_.eos_token});
  }

  void Tell(const StepRecord& record) {
    tokens_ += static_cast<int64_t>(record.at("tokens")[0]);
    char text[128];
    std::snprintf(text, sizeof(text), "reward %.3f  zero advantage %.0f %%  val %s %.3f", record.at("reward")[0],
                  100 * record.at("frac_group_zero_std")[0], NdcgName().c_str(), validation_ndcg_);
    std::string alarms;
    for (const std::string& name : recorder_.Alarms()) alarms += (alarms.empty() ? "  ALARM " : ", ") + name;
    report_({step(), config_.rl.steps, tokens_, text + alarms});
  }

  bool leads() const { return group_.rank() == 0; }
  bool IsLast() const { return step() == config_.rl.steps; }
  bool EvaluationIsDue() const { return step() % config_.eval.every == 0 || IsLast(); }
  const LlamaWeights& weights() const { return trainer_ ? trainer_->compute_weights() : policy_.weights; }
  std::string NdcgName() const { return "ndcg@" + std::to_string(config_.eval.k.front()); }

  const RunConfig& config_;
  const RunFolders& folders_;
  ProcessGroup& group_;
  const RunLease* lease_;
  const ReportProgress& report_;
  const Dataset& dataset_;
  RunRecorder& recorder_;
  PhaseMeter& meter_;
  const ObjectiveConfig objective_;
  Policy policy_;
  const ChatTemplate chat_;
  const PromptBuilder prompt_;
  const RunConstraints constraints_;
  const Llama llama_;
  const ConversationTask task_;
  RecordingTask recorded_task_;
  const std::vector<ScoredSequence> validation_answers_;
  std::optional<RlTrainer> trainer_;
  // harness_s of a step: what came between the step before and it, evaluation left out.
  WallTimer since_step_;
  double evaluation_s_ = 0;
  int64_t tokens_ = 0;
  double validation_ndcg_ = std::nan("");
  std::optional<Evaluation> test_;  // the last evaluation, unless a resume came after it
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
  ProcessGroup& group = options.group ? *options.group : SingleProcess();
  CheckDevice(config.run.device, group.process().local_rank);
  CheckAgreement(group, "config", ConfigHash(config));
  CheckObjective(config);
  const std::string cut = CheckPositions(config);
  std::unique_ptr<RunLease> lease;
  const FolderState state = EnterRunFolder(folders, config, group, &lease);
  if (state == FolderState::kDone) return RunOutcome::kDone;
  if (state == FolderState::kBusy) return RunOutcome::kBusy;
  at::set_num_threads(static_cast<int>(ThreadsOf(config.run.threads, group)));
  const at::Device device = DeviceOfRun(config.run.device, group.process().local_rank);
  PhaseMeter meter(device, "preparation");

  if (group.rank() == 0 && !cut.empty()) std::cerr << cut << std::endl;
  const Dataset dataset = LoadDataset(config);
  RunRecorder recorder(config, dataset, folders, ProvenanceOfRun(config, dataset, group, device, argv), group);
  if (IsCounted(config)) {
    ExecuteCountedRun(config, dataset, recorder, meter);
    return RunOutcome::kDone;
  }
  Policy start = PrepareStart(config, dataset, folders, report, &group, recorder, meter);
  if (config.policy.path.empty()) GrowPositions(config, dataset, &start);
  RunSteps steps({config, folders, group, device, lease.get(), report, dataset, recorder, meter}, std::move(start));
  try {
    if (!steps.Resume(options.force_resume)) steps.Begin();
    while (!steps.AtEnd()) steps.Advance();
    steps.Finish();
  } catch (const NotFiniteLogits& fault) {
    steps.KeepLastBatch();
    recorder.Fail("not_finite: after " + std::to_string(steps.step()) + " RL steps: " + fault.found(), meter.Summary(),
                  AdviceAgainstNotFinite(config, steps.step()));
  }
  return RunOutcome::kDone;
}

}  // namespace suite
