#include "harness/run.h"

#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "algorithms/objective.h"
#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "harness/checkpoint.h"
#include "harness/conversation_task.h"
#include "harness/dataset.h"
#include "harness/evaluator.h"
#include "harness/metrics/metrics_store.h"
#include "harness/metrics/run_record.h"
#include "harness/provenance/process_meter.h"
#include "harness/provenance/provenance.h"
#include "harness/rl_trainer.h"

namespace suite {
namespace {

constexpr size_t kSampleAnswers = 20;

SamplingOptions SamplingOf(const RunConfig& config, const Policy& policy) {
  SamplingOptions sampling;
  sampling.choice.temperature = config.rl.temperature;
  sampling.max_new_tokens = config.rl.max_new_tokens;
  sampling.eos_ids = policy.config().eos_ids;
  sampling.max_lines = config.data.list_length + config.rl.extra_lines;
  sampling.newlines_by_token = policy.tokenizer.NewlinesByToken();
  // A head may be padded beyond the tokenizer; what it adds has no text.
  sampling.newlines_by_token.resize(static_cast<size_t>(policy.config().vocab_size), 0);
  sampling.shards = config.run.threads;
  return sampling;
}

RlOptions RlOptionsOf(const RunConfig& config, const Policy& policy) {
  RlOptions options;
  options.seed = static_cast<uint64_t>(config.seed);
  options.group_size = config.rl.group_size;
  options.updates_per_rollout = config.rl.updates_per_rollout;
  options.micro_batch_prompts = config.rl.micro_batch_prompts;
  options.learning_rate = config.rl.learning_rate;
  options.adamw.beta1 = config.rl.beta1;
  options.adamw.beta2 = config.rl.beta2;
  options.adamw.weight_decay = config.rl.weight_decay;
  options.max_grad_norm = config.rl.max_grad_norm;
  options.list_length = config.data.list_length;
  options.shards = config.run.threads;
  options.sampling = SamplingOf(config, policy);
  return options;
}

ConversationTaskOptions TaskOptionsOf(const RunConfig& config, const ObjectiveConfig& objective) {
  ConversationTaskOptions options;
  options.seed = static_cast<uint64_t>(config.seed);
  options.prompts_per_step = config.rl.prompts_per_step;
  options.judge.list_length = static_cast<int>(config.data.list_length);
  options.judge.rank_rule = objective.rank_rule == "parsed" ? RankRule::kParsedPosition : RankRule::kLine;
  return options;
}

EvaluationOptions EvaluationOptionsOf(const RunConfig& config, const Policy& policy) {
  EvaluationOptions options;
  options.list_length = config.data.list_length;
  options.cutoffs = config.eval.k;
  options.batch = config.eval.batch;
  options.sampling = SamplingOf(config, policy);
  return options;
}

std::vector<std::string> IdsOf(const std::vector<Conversation>& conversations) {
  std::vector<std::string> ids;
  for (const Conversation& conversation : conversations) ids.push_back(conversation.id);
  return ids;
}

// Everything that one run needs at hand, and its steps as methods.
class Run {
 public:
  Run(const RunConfig& config, const RunFolders& folders, const std::vector<std::string>& argv,
      const ReportProgress& report)
      : config_(config),
        folder_(RunFolder(folders, config)),
        store_path_(StorePath(folders, config)),
        report_(report),
        objective_(MakeObjective(config.objective.preset, OverridesOf(config))),
        dataset_(LoadDataset(config.data)),
        policy_(PrepareSft(config, dataset_, StageCache(folders.cache), report)),
        chat_(RecognizeChatTemplate(policy_.chat_template, "the SFT policy")),
        llama_(policy_.config()),
        task_(dataset_.train, dataset_.catalog, policy_.tokenizer, chat_, TaskOptionsOf(config, objective_->config())),
        trainer_(llama_, policy_.weights, RlOptionsOf(config, policy_), std::move(objective_), task_),
        checkpoints_(folder_ + "/checkpoints", config.checkpoint.keep) {
    schema_.run_name = ConfigHash(config);
    schema_.config = ToToml(config);
    schema_.provenance = ProvenanceOf(argv);
    const auto metrics = EvaluationMetrics(config.eval.k);
    schema_.scores = {{"validation", IdsOf(dataset_.validation), metrics}, {"test", IdsOf(dataset_.test), metrics}};
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
    provenance.emplace_back("protocol_version", std::to_string(kProtocolVersion));
    return provenance;
  }

  // Goes on from the newest checkpoint; false when there is none that the store can follow.
  bool Resume() {
    const auto state = checkpoints_.LoadNewest(policy_.weights.flat().numel());
    if (!state || !std::filesystem::exists(store_path_)) return false;
    for (const StepSeries& series : ReadRun(store_path_).series) schema_.series.push_back({series.name, series.width});
    store_.emplace(MetricsStore::Resume(store_path_, schema_, state->step));
    trainer_.Restore(state->step, state->weights_flat, state->optimizer);
    return true;
  }

  // The first step comes before the store, because it tells which series there are.
  void Begin() {
    std::filesystem::create_directories(folder_);
    WriteFileAtomically(folder_ + "/config.toml", schema_.config);
    const Evaluation validation = EvaluateOn(dataset_.validation), test = EvaluateOn(dataset_.test);
    const StepRecord first = trainer_.Step();
    for (const auto& [name, values] : first) schema_.series.push_back({name, static_cast<int64_t>(values.size())});
    store_.emplace(MetricsStore::Create(store_path_, schema_));
    store_->AppendScores("validation", 0, validation.scores);
    store_->AppendScores("test", 0, test.scores);
    validation_ndcg_ = MeanScore(validation, schema_.scores[0].metric_names[config_.eval.k.size()]);
    Record(first);
  }

  void Advance() { Record(trainer_.Step()); }

  // Writes a step down, evaluates and saves where that is due. A checkpoint comes last: what it stands for is then in
  // the store.
  void Record(const StepRecord& record) {
    const int64_t step = trainer_.step();
    store_->AppendStep(step, record);
    const bool last = step == config_.rl.steps;
    if (!std::isfinite(record.at("loss")[0])) {
      throw InputError("rl.learning_rate", "the loss is not finite at step " + std::to_string(step), "a lower rate");
    }
    if (step % config_.eval.every == 0 || last) {
      const Evaluation validation = EvaluateOn(dataset_.validation);
      store_->AppendScores("validation", step, validation.scores);
      validation_ndcg_ = MeanScore(validation, schema_.scores[0].metric_names[config_.eval.k.size()]);
    }
    if (last) store_->AppendScores("test", step, EvaluateOn(dataset_.test).scores);
    if (step % config_.checkpoint.every == 0 || last) {
      checkpoints_.Save({step, trainer_.weights().flat(), trainer_.optimizer()});
    }
    tokens_ += static_cast<int64_t>(record.at("tokens")[0]);
    char text[96];
    std::snprintf(text, sizeof(text), "reward %.3f  val ndcg@%lld %.3f", record.at("reward")[0],
                  static_cast<long long>(config_.eval.k.front()), validation_ndcg_);
    report_({step, config_.rl.steps, tokens_, text});
  }

  Evaluation EvaluateOn(const std::vector<Conversation>& conversations) const {
    return Evaluate(llama_, trainer_.weights().Tensors(), policy_.tokenizer, chat_, conversations, dataset_.catalog,
                    EvaluationOptionsOf(config_, policy_));
  }

  void Finish() {
    SavePolicy(folder_ + "/policy", {trainer_.weights().Clone(), policy_.tokenizer, policy_.chat_template});
    const std::vector<Conversation> shown(
        dataset_.test.begin(), dataset_.test.begin() + std::min<size_t>(kSampleAnswers, dataset_.test.size()));
    const Evaluation evaluation = EvaluateOn(shown);
    std::vector<SampleAnswer> answers;
    for (size_t i = 0; i < shown.size(); ++i) answers.push_back({shown[i].id, evaluation.answers[i]});
    char wall[32], peak[32];
    std::snprintf(wall, sizeof(wall), "%.1f", timer_.Seconds());
    std::snprintf(peak, sizeof(peak), "%.0f", static_cast<double>(PeakMemoryBytes()) / (1 << 20));
    store_->Finish({{"wall_s", wall}, {"peak_rss_mib", peak}}, answers);
    checkpoints_.Clear();
  }

  WallTimer timer_;
  const RunConfig& config_;
  std::string folder_;
  std::string store_path_;
  ReportProgress report_;
  std::unique_ptr<PolicyObjective> objective_;  // moves into the trainer
  Dataset dataset_;
  Policy policy_;
  ChatTemplate chat_;
  Llama llama_;
  ConversationTask task_;
  RlTrainer trainer_;
  CheckpointFolder checkpoints_;
  StoreSchema schema_;
  std::optional<MetricsStore> store_;
  int64_t tokens_ = 0;
  double validation_ndcg_ = std::nan("");
};

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

void ExecuteRun(const RunConfig& config, const RunFolders& folders, const std::vector<std::string>& argv,
                const ReportProgress& report) {
  if (IsDone(folders, config)) return;
  at::set_num_threads(static_cast<int>(config.run.threads));
  Run(config, folders, argv, report).Execute();
}

}  // namespace suite
