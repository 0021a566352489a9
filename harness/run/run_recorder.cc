#include "harness/run/run_recorder.h"

#include <filesystem>
#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/paths.h"
#include "base/text/format.h"
#include "harness/metrics/metric_table.h"
#include "harness/run/answer_credit.h"

namespace suite {
namespace {

// Conversations with the same turns are one context: Reddit-v2 has several users' answers to one question.
std::string ContextOf(const Conversation& conversation) {
  std::string text;
  for (const Turn& turn : conversation.turns) text += turn.role + "\t" + turn.text + "\n";
  return Sha256Hex(text).substr(0, 12);
}

ScoreSchema ScoresOf(const std::string& split, const std::vector<Conversation>& conversations,
                     const std::vector<std::string>& metrics) {
  ScoreSchema schema{split, {}, metrics};
  for (const Conversation& conversation : conversations) {
    schema.conversation_ids.push_back(conversation.id);
    schema.context_ids.push_back(ContextOf(conversation));
  }
  return schema;
}

}  // namespace

RunRecorder::RunRecorder(const RunConfig& config, const Dataset& dataset, const RunFolders& folders,
                         NamedTexts provenance, const ProcessGroup& group)
    : config_(config),
      leads_(group.rank() == 0),
      folder_(RunFolder(folders, config)),
      store_path_(StorePath(folders, config)),
      belongs_to_(
          {{"config", ConfigHash(config)}, {"data", dataset.hash}, {"world_size", std::to_string(group.world_size())}}),
      checkpoints_(folder_ + "/checkpoints", config.checkpoint.keep),
      monitor_(config.monitors, folder_ + "/alarms") {
  schema_.run_name = ConfigHash(config);
  schema_.config = ToToml(config);
  schema_.provenance = std::move(provenance);
  const std::vector<std::string> metrics = MetricNames(config.eval.k);
  schema_.scores = {ScoresOf("validation", dataset.validation, metrics), ScoresOf("test", dataset.test, metrics)};
}

std::optional<TrainState> RunRecorder::Resume(int64_t weights, bool force) {
  if (!leads_ || !std::filesystem::exists(store_path_)) return std::nullopt;
  const RunRecord recorded = ReadRun(store_path_);
  CheckpointDemands demands;
  demands.weights = weights;
  demands.newest_step = recorded.steps.empty() ? 0 : recorded.steps.back();
  demands.belongs_to = belongs_to_;
  demands.force = force;
  const auto loaded = checkpoints_.LoadNewest(demands);
  if (!loaded) return std::nullopt;
  for (const StepSeries& series : recorded.series) schema_.series.push_back({series.name, series.width});
  if (!loaded->forced.empty()) schema_.provenance.emplace_back("resume_forced", Join(loaded->forced, "; "));
  if (recorded.config != schema_.config) {
    // Equal names mean that only settings differ that change no result; the store keeps what it began with.
    schema_.provenance.emplace_back("config", schema_.config);
    schema_.config = recorded.config;
  }
  store_.emplace(MetricsStore::Resume(store_path_, schema_, loaded->state.step));
  monitor_.Recall(recorded, loaded->state.step);
  return loaded->state;
}

void RunRecorder::MakeFolder() {
  if (!leads_) return;
  suite::MakeFolder(folder_);
  WriteFileAtomically(folder_ + "/config.toml", ToToml(config_));
  checkpoints_.Clear();
  std::filesystem::remove(RolloutsPath());
}

void RunRecorder::Begin(const StepRecord& first, EvaluatedLists lists, std::vector<SampleAnswer> answers) {
  schema_.lists = std::move(lists);
  schema_.first_answers = std::move(answers);
  for (const auto& [name, values] : first) schema_.series.push_back({name, static_cast<int64_t>(values.size())});
  if (leads_) store_.emplace(MetricsStore::Create(store_path_, schema_));
}

std::string RunRecorder::AppendStep(int64_t step, const StepRecord& record, const BatchAtFault& batch) {
  if (!leads_) return "";
  StepRecord row;
  for (const SeriesSchema& series : schema_.series) row[series.name] = record.at(series.name);
  store_->AppendStep(step, row);
  return monitor_.Watch(step, row, batch);
}

void RunRecorder::AppendScores(const std::string& split, int64_t step, const std::vector<std::vector<float>>& scores) {
  if (leads_) store_->AppendScores(split, step, scores);
}

void RunRecorder::SaveCheckpoint(int64_t step, const PolicyState& state) {
  if (!leads_) return;
  checkpoints_.Save({step, state.weights_flat, state.optimizer, belongs_to_});
  WriteFileAtomically(StoreAtCheckpoint(folder_), ReadFile(store_path_));
}

NamedTexts RunRecorder::WithAlarms(NamedTexts summary) const {
  for (auto& alarm : monitor_.Summary()) summary.push_back(std::move(alarm));
  return summary;
}

void RunRecorder::KeepRollouts(const std::vector<SampleAnswer>& rollouts) {
  if (leads_) WriteSamples(RolloutsPath(), rollouts);
}

void RunRecorder::Finish(const NamedTexts& summary, const std::vector<SampleAnswer>& answers,
                         const std::string& credit_kind, const EvaluatedLists& lists) {
  if (!leads_) return;
  store_->Finish(WithAlarms(summary), {answers, ReadSamples(RolloutsPath()), credit_kind, lists});
  std::filesystem::remove(RolloutsPath());
  std::cerr << "finished" << std::endl;
  checkpoints_.Clear();
}

void RunRecorder::Fail(const std::string& reason, const NamedTexts& summary, const std::string& advice) {
  if (leads_ && !store_) store_.emplace(MetricsStore::Create(store_path_, schema_));
  if (leads_) store_->Fail(reason, WithAlarms(summary));
  throw InputError(store_path_, "the run failed: " + reason, advice);
}

}  // namespace suite
