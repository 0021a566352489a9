#include "reports/page/page_data.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/metrics/run_record.h"
#include "harness/metrics/store_layout.h"
#include "reports/plots/curves.h"
#include "reports/plots/plot.h"
#include "reports/runs/answer_pairs.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/settings.h"

namespace suite {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kManyRuns = 64;
constexpr size_t kAnswersOfRun = 6;
constexpr size_t kLongestAnswer = 4000;
constexpr size_t kShownOfGroup = 8;

Json Short(double value) { return JsonNumber(value, Digits::kSix); }
Json Short(const std::vector<double>& values) { return JsonNumbers(values, Digits::kSix); }

Settings ProvenanceOf(const ReportRun& run) { return {run.record.provenance.begin(), run.record.provenance.end()}; }

// What all runs have with the same value.
Settings Common(const std::vector<ReportRun>& runs, const std::function<Settings(const ReportRun&)>& texts_of) {
  Settings common = texts_of(runs[0]);
  for (const ReportRun& run : runs) {
    const Settings texts = texts_of(run);
    for (auto at = common.begin(); at != common.end();) {
      const auto found = texts.find(at->first);
      at = found == texts.end() || found->second != at->second ? common.erase(at) : std::next(at);
    }
  }
  return common;
}

Json Without(const Settings& texts, const Settings& common) {
  Json json = Json::object();
  for (const auto& [key, value] : texts) {
    if (!common.count(key)) json[key] = value;
  }
  return json;
}

Json EvaluationsOf(const RunRecord& run) {
  Json json = Json::object();
  for (const ScoreTable& table : run.scores) {
    if (table.conversation_ids.empty()) continue;
    Json means = Json::object();
    for (size_t m = 0; m < table.metric_names.size(); ++m) {
      std::vector<double> values;
      for (size_t row = 0; row < table.steps.size(); ++row) values.push_back(MeanScore(table, row, m));
      means[table.metric_names[m]] = Short(values);
    }
    json[table.split] = {{"steps", table.steps}, {"means", means}};
  }
  return json;
}

void AddSeries(const ReportRun& run, size_t block, Json* json) {
  (*json)["steps"] = Json::array();
  (*json)["series"] = Json::object();
  for (const char* name : {"reward", "kl", "entropy", "grad_norm", "in_catalog_ratio", "duplicate_share"}) {
    const StepSeries* series = SeriesOf(run.record, name);
    if (!series || series->width != 1) continue;
    const SeedCurves curves = BlockCurves({&run}, name, block);
    (*json)["steps"] = Short(curves.x);
    (*json)["series"][name] = Short(curves.y[0]);
  }
}

// The scores of the last evaluation that asked this conversation.
Json ScoresOf(const RunRecord& run, const std::string& conversation) {
  Json json = Json::object();
  for (const ScoreTable& table : run.scores) {
    const auto& ids = table.conversation_ids;
    const auto found = std::find(ids.begin(), ids.end(), conversation);
    if (found == ids.end() || table.steps.empty()) continue;
    for (size_t m = 0; m < table.metric_names.size(); ++m) {
      json[table.metric_names[m]] =
          Short(table.At(table.steps.size() - 1, m, static_cast<size_t>(found - ids.begin())));
    }
  }
  return json;
}

Json RanksOf(const SampleAnswer& answer) {
  Json ranks = Json::array();
  for (const RankCredit& rank : answer.ranks) {
    ranks.push_back({rank.line, rank.verdict, Short(rank.relevance), Short(rank.credit), Short(rank.advantage)});
  }
  return ranks;
}

Json AnswersOf(const RunRecord& run) {
  Json json = Json::array();
  for (const AnswerPair& pair : AnswerPairs(run)) {
    if (json.size() >= kAnswersOfRun) break;
    const SampleAnswer& answer = *pair.after;
    json.push_back({{"conversation", answer.conversation_id},
                    {"text", answer.text.substr(0, kLongestAnswer)},
                    {"ranks", RanksOf(answer)},
                    {"scores", ScoresOf(run, answer.conversation_id)}});
    if (pair.before == nullptr) continue;
    json.back()["wanted"] = pair.wanted;
    json.back()["before"] = {{"text", pair.before->text.substr(0, kLongestAnswer)}, {"ranks", RanksOf(*pair.before)}};
  }
  return json;
}

// Rollouts of one conversation stand together; of a large group the first are shown.
Json GroupsOf(const RunRecord& run) {
  Json groups = Json::array();
  for (const SampleAnswer& rollout : run.rollouts) {
    if (groups.empty() || groups.back()["conversation"] != rollout.conversation_id) {
      groups.push_back({{"conversation", rollout.conversation_id}, {"size", 0}, {"samples", Json::array()}});
    }
    Json& group = groups.back();
    group["size"] = group["size"].get<size_t>() + 1;
    if (group["samples"].size() >= kShownOfGroup) continue;
    group["samples"].push_back({{"text", rollout.text.substr(0, kLongestAnswer)}, {"ranks", RanksOf(rollout)}});
  }
  return groups;
}

}  // namespace

std::string PageData(const RunSet& set, const std::vector<PlotGroup>& groups) {
  Json json = {{"plots", Json::array()}, {"common", Json::object()}, {"runs", Json::object()}};
  for (const PlotGroup& group : groups) {
    for (const Plot& plot : group.plots) json["plots"].push_back(PlotJson(plot, Digits::kSix));
  }
  const Settings config = Common(set.runs, [](const ReportRun& run) { return run.config; });
  const Settings provenance = Common(set.runs, ProvenanceOf);
  json["common"] = {{"config", config}, {"provenance", provenance}};
  const size_t block = BlockSize(set);
  for (const ArmRuns& arm : set.arms) {
    for (const auto* runs : {&arm.done, &arm.failed, &arm.unfinished}) {
      for (const ReportRun* run : *runs) {
        const bool keeps_answers = set.runs.size() < kManyRuns || run == runs->front();
        Json one = {{"arm", arm.arm.name},
                    {"seed", run->seed},
                    {"status", run->record.status == kStatusRunning ? "unfinished" : run->record.status},
                    {"config", Without(run->config, config)},
                    {"provenance", Without(ProvenanceOf(*run), provenance)},
                    {"summary", Settings(run->record.summary.begin(), run->record.summary.end())},
                    {"evaluations", EvaluationsOf(run->record)},
                    {"credit_kind", run->record.credit_kind},
                    {"answers", keeps_answers ? AnswersOf(run->record) : Json::array()},
                    {"groups", keeps_answers ? GroupsOf(run->record) : Json::array()}};
        AddSeries(*run, block, &one);
        json["runs"][run->record.run_name] = one;
      }
    }
  }
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  for (size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at)) text.replace(at, 1, "\\u003c");
  return text;
}

}  // namespace suite
