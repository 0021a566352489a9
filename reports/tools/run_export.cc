#include "reports/tools/run_export.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/text/format.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/settings.h"
#include "reports/tables/text_table.h"
#include "reports/tools/event_file.h"

namespace suite {
namespace {

using Json = nlohmann::ordered_json;

// A scalar of each step: a scalar series, or one place of a vector series.
struct Scalar {
  std::string name;
  const StepSeries* series;
  int64_t place;

  double At(size_t row) const {
    return series->values[row * static_cast<size_t>(series->width) + static_cast<size_t>(place)];
  }
};

std::vector<Scalar> ScalarsOf(const RunRecord& run) {
  std::vector<Scalar> scalars;
  for (const StepSeries& series : run.series) {
    for (int64_t place = 0; place < series.width; ++place) {
      const std::string suffix = series.width == 1 ? "" : "/" + std::to_string(place + 1);
      scalars.push_back({series.name + suffix, &series, place});
    }
  }
  return scalars;
}

// Seconds from the start to the end of each step; zeros where it was not measured.
std::vector<double> ElapsedSeconds(const RunRecord& run) {
  std::vector<double> elapsed(run.steps.size(), 0);
  const StepSeries* series = SeriesOf(run, "step_s");
  if (!series || series->width != 1) return elapsed;
  double sum = 0;
  for (size_t row = 0; row < elapsed.size(); ++row) elapsed[row] = sum += series->values[row];
  return elapsed;
}

double ElapsedAt(const RunRecord& run, const std::vector<double>& elapsed, int64_t step) {
  const auto row = std::upper_bound(run.steps.begin(), run.steps.end(), step) - run.steps.begin();
  return row == 0 ? 0 : elapsed[static_cast<size_t>(row) - 1];
}

struct EvaluationMeans {
  int64_t step = 0;
  std::string split;
  size_t conversations = 0;
  std::vector<std::pair<std::string, double>> means;  // metric, mean over conversations
};

// By step, then in the order of the splits.
std::vector<EvaluationMeans> EvaluationsOf(const RunRecord& run) {
  std::vector<EvaluationMeans> evaluations;
  for (const ScoreTable& table : run.scores) {
    const size_t conversations = table.conversation_ids.size();
    if (conversations == 0) continue;
    for (size_t row = 0; row < table.steps.size(); ++row) {
      EvaluationMeans evaluation{table.steps[row], table.split, conversations, {}};
      for (size_t m = 0; m < table.metric_names.size(); ++m) {
        evaluation.means.emplace_back(table.metric_names[m], MeanScore(table, row, m));
      }
      evaluations.push_back(std::move(evaluation));
    }
  }
  std::stable_sort(evaluations.begin(), evaluations.end(),
                   [](const EvaluationMeans& a, const EvaluationMeans& b) { return a.step < b.step; });
  return evaluations;
}

Json JsonOf(const NamedTexts& texts) {
  Json json = Json::object();
  for (const auto& [key, value] : texts) json[key] = value;
  return json;
}

std::string Line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

// Milliseconds since 1970 of "2026-11-24T10:28:04Z"; 0 for anything else.
int64_t StartMs(const RunRecord& run) {
  std::tm parts{};
  const std::string text = FindText(run.provenance, "started_utc");
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return end && *end == '\0' ? static_cast<int64_t>(timegm(&parts)) * 1000 : 0;
}

// Collects MLLOG lines of one run.
class Mllog {
 public:
  explicit Mllog(int64_t start_ms) : start_ms_(start_ms) {}

  void Add(const char* event_type, const std::string& key, const Json& value, double elapsed_s,
           const Json& metadata = Json::object()) {
    Json line;
    line["namespace"] = "";
    line["time_ms"] = start_ms_ == 0 ? 0 : start_ms_ + static_cast<int64_t>(elapsed_s * 1000);
    line["event_type"] = event_type;
    line["key"] = key;
    line["value"] = value;
    line["metadata"] = metadata;
    text_ += ":::MLLOG " + Line(line);
  }
  const std::string& text() const { return text_; }

 private:
  int64_t start_ms_;
  std::string text_;
};

// A setting as a number where it is one.
Json ValueOf(const std::string& text) {
  const Json number = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return number.is_number() ? number : Json(text);
}

// Settings under MLPerf's names: MLLOG key and ours.
const std::vector<std::pair<std::string, std::string>>& MllogSettings() {
  static const std::vector<std::pair<std::string, std::string>> kSettings = {
      {"seed", "seed"},
      {"num_prompts_per_step", "rl.prompts_per_step"},
      {"num_generations_per_prompt", "rl.group_size"},
      {"generation_training_rollout_temperature", "rl.temperature"},
      {"opt_base_learning_rate", "rl.learning_rate"},
      {"opt_adamw_beta_1", "rl.beta1"},
      {"opt_adamw_beta_2", "rl.beta2"},
      {"opt_adamw_weight_decay", "rl.weight_decay"},
      {"opt_gradient_clip_norm", "rl.max_grad_norm"},
      {"max_steps", "rl.steps"},
  };
  return kSettings;
}

// The completions of a step, where the config says them.
std::optional<int64_t> BatchSize(const Settings& config) {
  const Json a = ValueOf(SettingOf(config, "rl.prompts_per_step"));
  const Json b = ValueOf(SettingOf(config, "rl.group_size"));
  if (!a.is_number_integer() || !b.is_number_integer()) return std::nullopt;
  return a.get<int64_t>() * b.get<int64_t>();
}

// MLPerf's name of a precision.
std::string PrecisionName(const std::string& dtype) {
  return dtype == "float32" ? "fp32" : dtype == "float16" ? "fp16" : dtype;
}

// What every run of the suite is, whatever its config says: data parallel only, AdamW, sampling from the whole
// distribution, greedy evaluation.
void AddFacts(const RunRecord& run, const Settings& config, Mllog* log) {
  const auto add = [log](const std::string& key, const Json& value) { log->Add("POINT_IN_TIME", key, value, 0); };
  add("submission_benchmark", "rank_grpo_suite");
  add("submission_division", "open");
  const std::string platform = FindText(run.provenance, "accelerator", FindText(run.provenance, "cpu"));
  if (!platform.empty()) add("submission_platform", platform);
  add("config_filename", "config.toml");
  for (const std::string kind : {"tensor", "pipeline", "context", "expert"}) add(kind + "_parallelism", 1);
  const auto dtype = config.find("run.dtype");
  if (dtype != config.end()) {
    add("lowest_numerical_precision_in_linear", PrecisionName(dtype->second));
    add("lowest_numerical_precision_in_attn", PrecisionName(dtype->second));
    add("lowest_numerical_precision_in_comm", "fp32");
  }
  add("opt_name", "adamw");
  add("opt_learning_rate_warmup_steps", 0);
  const auto late = config.find("rl.late_from_step");
  add("opt_learning_rate_decay_schedule",
      late == config.end() || late->second == "0" || late->second.empty() ? "constant" : "steps");
  add("generation_training_rollout_top_p", 1.0);
  add("generation_validation_rollout_temperature", 0.0);
  add("generation_validation_rollout_top_p", 1.0);
  add("init_checkpoint_step", 0);
}

void AddSettings(const Settings& config, Mllog* log) {
  for (const auto& [key, ours] : MllogSettings()) {
    const auto value = config.find(ours);
    if (value != config.end()) log->Add("POINT_IN_TIME", key, ValueOf(value->second), 0);
  }
  const auto micro_batch = config.find("rl.micro_batch_prompts");
  if (micro_batch != config.end() && ValueOf(micro_batch->second) != Json(0)) {
    log->Add("POINT_IN_TIME", "micro_batch_size", ValueOf(micro_batch->second), 0);
  }
  if (const auto batch = BatchSize(config)) log->Add("POINT_IN_TIME", "global_batch_size", *batch, 0);
}

// The evaluations of one split by one metric, and between two of them the block of training.
void AddEvaluations(const RunRecord& run, const std::string& split, const std::string& metric, int64_t batch,
                    Mllog* log) {
  const std::vector<double> elapsed = ElapsedSeconds(run);
  int64_t trained = 0;
  for (const EvaluationMeans& evaluation : EvaluationsOf(run)) {
    const auto mean = std::find_if(evaluation.means.begin(), evaluation.means.end(),
                                   [&](const auto& named) { return named.first == metric; });
    if (evaluation.split != split || mean == evaluation.means.end()) continue;
    const double at = ElapsedAt(run, elapsed, evaluation.step);
    const Json samples = {{"samples_count", evaluation.step * batch}};
    if (evaluation.step > trained) {
      log->Add("INTERVAL_START", "block_start", nullptr, ElapsedAt(run, elapsed, trained),
               {{"samples_count", trained * batch}});
      log->Add("INTERVAL_END", "block_stop", nullptr, at, samples);
      trained = evaluation.step;
    }
    log->Add("INTERVAL_START", "eval_start", nullptr, at, samples);
    log->Add("POINT_IN_TIME", "eval_accuracy", mean->second, at,
             {{"samples_count", evaluation.step * batch}, {"metric", metric}, {"split", split}});
    log->Add("INTERVAL_END", "eval_stop", nullptr, at, samples);
  }
}

}  // namespace

std::string ToTensorBoard(const RunRecord& run) {
  EventFile file;
  const std::vector<double> elapsed = ElapsedSeconds(run);
  const std::vector<Scalar> scalars = ScalarsOf(run);
  for (size_t row = 0; row < run.steps.size(); ++row) {
    for (const Scalar& scalar : scalars) file.AddScalar(run.steps[row], scalar.name, scalar.At(row), elapsed[row]);
  }
  for (const EvaluationMeans& evaluation : EvaluationsOf(run)) {
    const double at = ElapsedAt(run, elapsed, evaluation.step);
    for (const auto& [metric, mean] : evaluation.means) {
      file.AddScalar(evaluation.step, evaluation.split + "/" + metric, mean, at);
    }
  }
  return file.bytes();
}

std::string SeriesCsv(const RunRecord& run) {
  TextTable table{{"step"}};
  const std::vector<Scalar> scalars = ScalarsOf(run);
  for (const Scalar& scalar : scalars) table.header.push_back(scalar.name);
  for (size_t row = 0; row < run.steps.size(); ++row) {
    std::vector<TextCell> cells = {{std::to_string(run.steps[row])}};
    for (const Scalar& scalar : scalars) cells.push_back({ExactNumber(scalar.At(row))});
    table.rows.push_back(std::move(cells));
  }
  return ToCsv(table);
}

std::string ScoresCsv(const RunRecord& run) {
  TextTable table{{"split", "step", "conversation"}};
  std::map<std::string, size_t> column_of;
  for (const ScoreTable& scores : run.scores) {
    for (const std::string& metric : scores.metric_names) {
      if (column_of.emplace(metric, table.header.size()).second) table.header.push_back(metric);
    }
  }
  for (const ScoreTable& scores : run.scores) {
    for (size_t row = 0; row < scores.steps.size(); ++row) {
      for (size_t c = 0; c < scores.conversation_ids.size(); ++c) {
        std::vector<TextCell> cells = {
            {scores.split}, {std::to_string(scores.steps[row])}, {scores.conversation_ids[c]}};
        cells.resize(table.header.size());
        for (size_t m = 0; m < scores.metric_names.size(); ++m) {
          cells[column_of[scores.metric_names[m]]].text = ExactNumber(scores.At(row, m, c));
        }
        table.rows.push_back(std::move(cells));
      }
    }
  }
  return ToCsv(table);
}

std::string ToJsonLines(const RunRecord& run) {
  std::string text = Line({{"type", "run"},
                           {"run", run.run_name},
                           {"status", run.status},
                           {"config", run.config},
                           {"provenance", JsonOf(run.provenance)},
                           {"summary", JsonOf(run.summary)}});
  const std::vector<EvaluationMeans> evaluations = EvaluationsOf(run);
  const std::vector<Scalar> scalars = ScalarsOf(run);
  auto next = evaluations.begin();
  const auto add_evaluations = [&](bool all, int64_t up_to) {
    for (; next != evaluations.end() && (all || next->step <= up_to); ++next) {
      Json line = {{"type", "evaluation"}, {"step", next->step}, {"split", next->split}};
      line["conversations"] = next->conversations;
      for (const auto& [metric, mean] : next->means) line[metric] = mean;
      text += Line(line);
    }
  };
  for (size_t row = 0; row < run.steps.size(); ++row) {
    add_evaluations(false, run.steps[row] - 1);
    Json line = {{"type", "step"}, {"step", run.steps[row]}};
    for (const Scalar& scalar : scalars) line[scalar.name] = scalar.At(row);
    text += Line(line);
  }
  add_evaluations(true, 0);
  for (const CountTable& table : run.counts) {
    const auto width = static_cast<size_t>(table.width);
    for (size_t row = 0; row < table.steps.size(); ++row) {
      const auto begin = table.counts.begin() + static_cast<int64_t>(row * width);
      const std::vector<double> counts(begin, begin + static_cast<int64_t>(width));
      text += Line({{"type", "counts"}, {"up_to_step", table.steps[row]}, {"name", table.name}, {"counts", counts}});
    }
  }
  return text;
}

std::string ToMllog(const RunRecord& run, const std::string& split, const std::string& metric) {
  const ScoreTable& table = FindScores(run, split);
  FindMetric(run, table, metric);
  const std::vector<double> elapsed = ElapsedSeconds(run);
  Mllog log(StartMs(run));
  const auto config = FlattenConfig(run.config, run.path + " (config)");
  const int64_t batch = BatchSize(config).value_or(1);
  log.Add("INTERVAL_START", "init_start", nullptr, 0);
  AddFacts(run, config, &log);
  AddSettings(config, &log);
  log.Add("POINT_IN_TIME", "train_samples", run.steps.empty() ? 0 : run.steps.back() * batch, 0);
  log.Add("POINT_IN_TIME", "eval_samples", table.conversation_ids.size(), 0);
  log.Add("INTERVAL_END", "init_stop", nullptr, 0);
  log.Add("INTERVAL_START", "run_start", nullptr, 0);
  AddEvaluations(run, split, metric, batch, &log);
  if (run.status == "running") return log.text();
  log.Add("INTERVAL_END", "run_stop", nullptr, elapsed.empty() ? 0 : elapsed.back(),
          {{"status", run.status == "done" ? "success" : "aborted"}});
  return log.text();
}

}  // namespace suite
