#include "harness/run.h"

#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "algorithms/objective.h"
#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "harness/checkpoint.h"
#include "harness/conversation_task.h"
#include "harness/dataset.h"
#include "harness/evaluator.h"
#include "harness/launcher/stop_request.h"
#include "harness/metrics/metrics_store.h"
#include "harness/metrics/run_claim.h"
#include "harness/metrics/run_record.h"
#include "harness/monitors/batch_at_fault.h"
#include "harness/monitors/run_monitor.h"
#include "harness/options_of_run.h"
#include "harness/prompt.h"
#include "harness/provenance/process_meter.h"
#include "harness/provenance/provenance.h"
#include "harness/rl_trainer.h"
#include "harness/run_device.h"
#include "harness/run_together.h"

namespace suite {
namespace {

std::vector<std::string> IdsOf(const std::vector<Conversation>& conversations) {
  std::vector<std::string> ids;
  for (const Conversation& conversation : conversations) ids.push_back(conversation.id);
  return ids;
}

// Conversations with the same turns are one context: Reddit-v2 has several users' answers to one question.
std::vector<std::string> ContextsOf(const std::vector<Conversation>& conversations) {
  std::vector<std::string> contexts;
  for (const Conversation& conversation : conversations) {
    std::string text;
    for (const Turn& turn : conversation.turns) text += turn.role + "\t" + turn.text + "\n";
    contexts.push_back(Sha256Hex(text).substr(0, 12));
  }
  return contexts;
}

// Everything that one run needs at hand, and its steps as methods. Every process of the group has one; the one of rank
// 0 leads: it alone has a claim, a store and checkpoints.
class Run {
 public:
  Run(const RunConfig& config, const RunFolders& folders, const std::vector<std::string>& argv,
      const ReportProgress& report, const RunOptions& options, const RunClaim* claim, ProcessGroup* group)
      : config_(config),
        options_(options),
        claim_(claim),
        group_(group),
        device_(DeviceOfRun(config.run.device, group->place().local_rank)),
        folder_(RunFolder(folders, config)),
        store_path_(StorePath(folders, config)),
        report_(report),
        objective_(MakeObjective(config.objective.preset, OverridesOf(config))),
        dataset_(LoadDataset(config.data)),
        policy_(PrepareSft(config, dataset_, StageCache(folders.cache), report, group)),
        chat_(RecognizeChatTemplate(policy_.chat_template, "the SFT policy")),
        prompt_(policy_.tokenizer, chat_, {dataset_.instruction, dataset_.max_prompt_tokens}),
        llama_(policy_.config(), {config.run.recompute_layers, device_}),
        task_(dataset_.train, dataset_.catalog, policy_.tokenizer, prompt_,
              TaskOptionsOf(config, objective_->config())),
        recorded_task_(task_),
        trainer_(llama_, policy_.weights.To(device_, at::kFloat), RlOptionsOf(config, policy_, group),
                 std::move(objective_), recorded_task_),
        monitor_(config.monitors, folder_ + "/alarms"),
        checkpoints_(folder_ + "/checkpoints", config.checkpoint.keep) {
    schema_.run_name = ConfigHash(config);
    schema_.config = ToToml(config);
    schema_.provenance = ProvenanceOf(argv);
    const auto metrics = MetricNames(config.eval.k);
    schema_.scores = {{"validation", IdsOf(dataset_.validation), metrics, ContextsOf(dataset_.validation)},
                      {"test", IdsOf(dataset_.test), metrics, ContextsOf(dataset_.test)}};
  }

  void Execute() {
    if (!Resume()) Begin();
    while (trainer_.step() < config_.rl.steps) Advance();
    Finish();
  }

 private:
  NamedTexts ProvenanceOf(const std::vector<std::string>& argv) const {
    ProvenanceInputs inputs;
    inputs.libtorch_version = TORCH_VERSION;
    inputs.hdf5_version = Hdf5Version();
    inputs.argv = argv;
    inputs.seeds = {{"seed", config_.seed}, {"data.world_seed", config_.data.world_seed}};
    inputs.data_hashes = {{config_.data.source, dataset_.hash}};
    NamedTexts provenance = CollectProvenance(inputs);
    for (const auto& [name, text] : dataset_.provenance) provenance.emplace_back("data." + name, text);
    if (group_->world_size() > 1) {
      provenance.emplace_back("world_size", std::to_string(group_->world_size()));
      provenance.emplace_back("started_by", group_->place().launcher);
    }
    if (!device_.is_cpu()) provenance.emplace_back("device", device_.str());
    provenance.emplace_back("protocol_version", std::to_string(kProtocolVersion));
    return provenance;
  }

  bool leads() const { return group_->rank() == 0; }

  // Goes on from the newest checkpoint; false when there is none that the store can follow.
  bool Resume() {
    std::optional<TrainState> state;
    if (leads()) state = OpenStore();
    if (!ShareState(*group_, policy_.weights.flat().numel(), &state)) return false;
    trainer_.Restore(state->step, state->weights_flat, state->optimizer);
    std::cerr << "goes on after step " << state->step << std::endl;
    since_step_.Restart();
    return true;
  }

  // The state that the store can be gone on with, and the store opened for that.
  std::optional<TrainState> OpenStore() {
    if (!std::filesystem::exists(store_path_)) return std::nullopt;
    const RunRecord recorded = ReadRun(store_path_);
    CheckpointDemands demands;
    demands.weights = policy_.weights.flat().numel();
    demands.newest_step = recorded.steps.empty() ? 0 : recorded.steps.back();
    demands.belongs_to = BelongsTo();
    demands.force = options_.force_resume;
    const auto loaded = checkpoints_.LoadNewest(demands);
    if (!loaded) return std::nullopt;
    for (const StepSeries& series : recorded.series) schema_.series.push_back({series.name, series.width});
    for (const std::string& forced : loaded->forced) schema_.provenance.emplace_back("resume_forced", forced);
    if (recorded.config != schema_.config) {
      // Equal names mean that only settings differ that change no result; the store keeps what it began with.
      schema_.provenance.emplace_back("config", schema_.config);
      schema_.config = recorded.config;
    }
    const TrainState& state = loaded->state;
    store_.emplace(MetricsStore::Resume(store_path_, schema_, state.step));
    monitor_.Recall(recorded, state.step);
    return state;
  }

  // What a checkpoint must have been saved with.
  std::vector<std::pair<std::string, std::string>> BelongsTo() const {
    return {
        {"config", schema_.run_name}, {"data", dataset_.hash}, {"world_size", std::to_string(group_->world_size())}};
  }

  void SaveCheckpoint() {
    const PolicyState state = trainer_.GatherState(leads());
    if (leads()) checkpoints_.Save({trainer_.step(), state.weights_flat, state.optimizer, BelongsTo()});
  }

  // Ends the run for good: its store says that it failed, and why.
  [[noreturn]] void Fail(const std::string& reason) {
    store_->Fail(reason, monitor_.Summary());
    throw InputError(store_path_, "the run failed: " + reason, "other settings, such as a lower rl.learning_rate");
  }

  // The first step comes before the store, because it tells which series there are; without RL steps there are none.
  void Begin() {
    if (leads()) {
      std::filesystem::create_directories(folder_);
      WriteFileAtomically(folder_ + "/config.toml", schema_.config);
      checkpoints_.Clear();  // of a store that is no more
    }
    std::cerr << "begins" << std::endl;
    const Evaluation validation = EvaluateOn(dataset_.validation), test = EvaluateOn(dataset_.test);
    const bool trains = config_.rl.steps > 0;
    StepRecord first = trains ? trainer_.Step() : StepRecord();
    if (trains) first["harness_s"] = {0};
    for (const auto& [name, values] : first) schema_.series.push_back({name, static_cast<int64_t>(values.size())});
    if (leads()) store_.emplace(MetricsStore::Create(store_path_, schema_));
    AppendScores("validation", 0, validation);
    AppendScores("test", 0, test);
    if (!trains) test_answers_ = test.answers;
    validation_ndcg_ = MeanScore(validation, schema_.scores[0].metric_names[config_.eval.k.size()]);
    if (trains) Record(first);
  }

  void Advance() {
    if (claim_ && claim_->lost())
      throw InputError(folder_ + "/claim", "another process has taken this run over", "one at a time");
    const double between_s = since_step_.Seconds() - evaluation_s_;
    StepRecord record = trainer_.Step();
    record["harness_s"] = {between_s};
    Record(record);
  }

  // Writes a step down, evaluates and saves where that is due. A checkpoint comes last: what it stands for is then in
  // the store.
  void Record(const StepRecord& record) {
    since_step_.Restart();
    const int64_t step = trainer_.step();
    const bool last = step == config_.rl.steps;
    if (leads()) {
      store_->AppendStep(step, record);
      const std::string stop = monitor_.Watch(step, record, recorded_task_.last());
      if (!stop.empty()) Fail(stop);
    }
    const WallTimer evaluation;
    if (step % config_.eval.every == 0 || last) {
      const Evaluation validation = EvaluateOn(dataset_.validation);
      AppendScores("validation", step, validation);
      validation_ndcg_ = MeanScore(validation, schema_.scores[0].metric_names[config_.eval.k.size()]);
    }
    if (last) {
      const Evaluation test = EvaluateOn(dataset_.test);
      AppendScores("test", step, test);
      test_answers_ = test.answers;
    }
    evaluation_s_ = evaluation.Seconds();
    const bool asked_to_stop = AnyStopRequested(*group_) && !last;
    if (step % config_.checkpoint.every == 0 || last || asked_to_stop) SaveCheckpoint();
    tokens_ += static_cast<int64_t>(record.at("tokens")[0]);
    char text[96];
    std::snprintf(text, sizeof(text), "reward %.3f  val ndcg@%lld %.3f", record.at("reward")[0],
                  static_cast<long long>(config_.eval.k.front()), validation_ndcg_);
    report_({step, config_.rl.steps, tokens_, text});
    if (asked_to_stop) throw StoppedOnRequest();
  }

  void AppendScores(const std::string& split, int64_t step, const Evaluation& evaluation) {
    if (leads()) store_->AppendScores(split, step, evaluation.scores);
  }

  Evaluation EvaluateOn(const std::vector<Conversation>& conversations) const {
    EvaluationOptions options = EvaluationOptionsOf(config_, policy_, group_);
    options.progress = [this](int64_t done, int64_t total) {
      const std::string text = "evaluated " + std::to_string(done) + " of " + std::to_string(total);
      report_({trainer_.step(), config_.rl.steps, tokens_, text});
    };
    return Evaluate(llama_, trainer_.weights().Tensors(), policy_.tokenizer, prompt_, conversations, dataset_.catalog,
                    options);
  }

  void Finish() {
    // Without RL the policy is the one in the cache, or the checkpoint itself.
    if (config_.rl.steps > 0) {
      LlamaWeights weights = LlamaWeights::Zeros(policy_.config(), at::kFloat);
      const PolicyState state = trainer_.GatherState(leads());
      if (leads()) weights.flat().copy_(state.weights_flat);
      if (leads())
        SavePolicy(folder_ + "/policy",
                   {weights, policy_.tokenizer, policy_.chat_template, policy_.generation, policy_.eos_token});
    }
    const size_t kept = std::min(static_cast<size_t>(config_.eval.kept_answers), dataset_.test.size());
    if (test_answers_.empty()) {
      test_answers_ = EvaluateOn({dataset_.test.begin(), dataset_.test.begin() + static_cast<int64_t>(kept)}).answers;
    }
    if (!leads()) return;
    std::vector<SampleAnswer> answers;
    for (size_t i = 0; i < kept; ++i) answers.push_back({dataset_.test[i].id, test_answers_[i]});
    char wall[32], peak[32];
    std::snprintf(wall, sizeof(wall), "%.1f", timer_.Seconds());
    std::snprintf(peak, sizeof(peak), "%.0f", static_cast<double>(PeakMemoryBytes()) / (1 << 20));
    NamedTexts summary = {{"wall_s", wall}, {"peak_rss_mib", peak}};
    for (auto& alarm : monitor_.Summary()) summary.push_back(std::move(alarm));
    store_->Finish(summary, answers);
    std::cerr << "finished" << std::endl;
    checkpoints_.Clear();
  }

  WallTimer timer_;
  std::vector<std::string> test_answers_;  // of the last evaluation, unless a resume came after it
  const RunConfig& config_;
  RunOptions options_;
  const RunClaim* claim_;  // null unless it leads
  ProcessGroup* group_;
  at::Device device_;
  std::string folder_;
  std::string store_path_;
  ReportProgress report_;
  std::unique_ptr<PolicyObjective> objective_;  // moves into the trainer
  Dataset dataset_;
  Policy policy_;
  ChatTemplate chat_;
  PromptBuilder prompt_;
  Llama llama_;
  ConversationTask task_;
  RecordingTask recorded_task_;
  RlTrainer trainer_;
  RunMonitor monitor_;
  CheckpointFolder checkpoints_;
  StoreSchema schema_;
  std::optional<MetricsStore> store_;
  // harness_s of a step: what came between the step before and it, evaluation left out.
  WallTimer since_step_;
  double evaluation_s_ = 0;
  int64_t tokens_ = 0;
  double validation_ndcg_ = std::nan("");
};

// A failed run would fail again; a damaged store is set aside, so that nothing is lost that might be mended.
void PrepareStore(const std::string& path) {
  if (!std::filesystem::exists(path)) return;
  std::string reason;
  try {
    const RunRecord run = ReadRun(path);
    if (run.status != "failed") return;
    reason = FindText(run.summary, "reason");
  } catch (const InputError& error) {
    std::string aside;
    for (int n = 1; aside.empty() || std::filesystem::exists(aside); ++n)
      aside = path + ".damaged-" + std::to_string(n);
    std::cerr << "store set aside as " << aside << ": " << error.what() << std::endl;
    std::filesystem::rename(path, aside);
    return;
  }
  throw InputError(path, "the run failed before: " + reason, "--retry-failed to run it again");
}

// What rank 0 decides for all.
constexpr char kDone[] = "done", kBusy[] = "busy", kGo[] = "go";

std::string ClaimRun(const RunFolders& folders, const RunConfig& config, std::unique_ptr<RunClaim>* claim) {
  if (IsDone(folders, config)) return kDone;
  std::error_code failure;
  std::filesystem::create_directories(RunFolder(folders, config), failure);
  if (failure) throw InputError(RunFolder(folders, config), "cannot be made: " + failure.message());
  std::string holder;
  *claim = RunClaim::Take(RunFolder(folders, config) + "/claim", {}, &holder);
  if (!*claim) {
    std::cerr << "another process is at this run: " << holder << std::endl;
    return kBusy;
  }
  if (IsDone(folders, config)) return kDone;  // by the one that had the claim a moment ago
  if (!(*claim)->replaced().empty()) std::cerr << "claim taken over from " << (*claim)->replaced() << std::endl;
  PrepareStore(StorePath(folders, config));
  return kGo;
}

}  // namespace

std::string RunFolder(const RunFolders& folders, const RunConfig& config) {
  return folders.runs + "/" + ConfigHash(config);
}

std::string StorePath(const RunFolders& folders, const RunConfig& config) {
  return RunFolder(folders, config) + "/store.h5";
}

bool IsDone(const RunFolders& folders, const RunConfig& config) {
  const std::string path = StorePath(folders, config);
  if (!std::filesystem::exists(path)) return false;
  try {
    return ReadRun(path).status == "done";
  } catch (const InputError&) {
    return false;  // damaged: the run begins again
  }
}

std::vector<std::string> ObjectiveNames() {
  std::vector<std::string> names;
  for (const ObjectiveEntry& entry : ListObjectives()) names.push_back(entry.name);
  return names;
}

void CheckObjective(const RunConfig& config) { MakeObjective(config.objective.preset, OverridesOf(config)); }

RunOutcome ExecuteRun(const RunConfig& config, const RunFolders& folders, const std::vector<std::string>& argv,
                      const ReportProgress& report, const RunOptions& options) {
  const auto alone = AloneInTheWorld();
  ProcessGroup& group = options.group ? *options.group : *alone;
  CheckDevice(config.run.device, group.place().local_rank);
  CheckAgreement(group, "config", ConfigHash(config));
  std::unique_ptr<RunClaim> claim;
  std::string decision;
  if (group.rank() == 0) decision = ClaimRun(folders, config, &claim);
  decision = DecisionOfRankZero(group, decision, "claim of the run");
  if (decision == kDone) return RunOutcome::kDone;
  if (decision == kBusy) return RunOutcome::kBusy;
  at::set_num_threads(static_cast<int>((config.run.threads + group.world_size() - 1) / group.world_size()));
  Run(config, folders, argv, report, options, claim.get(), &group).Execute();
  return RunOutcome::kDone;
}

}  // namespace suite
