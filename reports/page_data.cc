#include "reports/page_data.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/metrics/store_layout.h"
#include "reports/arm_scores.h"
#include "reports/curves.h"

namespace suite {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kManyRuns = 64;
constexpr size_t kAnswersOfRun = 6;
constexpr size_t kLongestAnswer = 4000;

// Six digits are more than a curve shows.
Json Short(double value) {
  if (!std::isfinite(value)) return Json();
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%.6g", value);
  return Json(std::strtod(buffer, nullptr));
}

Json Short(const std::vector<double>& values) {
  Json list = Json::array();
  for (double value : values) list.push_back(Short(value));
  return list;
}

const char* NameOf(PlotKind kind) {
  switch (kind) {
    case PlotKind::kLines:
      return "lines";
    case PlotKind::kPoints:
      return "points";
    case PlotKind::kBars:
      return "bars";
    case PlotKind::kForest:
      return "forest";
  }
  return "";
}

Json JsonOf(const Plot& plot) {
  Json json = {{"stem", plot.file_stem},        {"title", plot.title},     {"kind", NameOf(plot.kind)},
               {"x_label", plot.x_label},       {"y_label", plot.y_label}, {"log_x", plot.log_x},
               {"categories", plot.categories}, {"lines", Json::array()}};
  for (const PlotLine& line : plot.lines) {
    Json other = Json::array();
    for (const auto& [label, x] : line.other_x) other.push_back(Json::array({label, Short(x)}));
    json["lines"].push_back({{"name", line.name},
                             {"x", Short(line.x)},
                             {"y", Short(line.y)},
                             {"low", Short(line.low)},
                             {"high", Short(line.high)},
                             {"is_reference", line.is_reference},
                             {"other_x", other}});
  }
  return json;
}

using Texts = std::map<std::string, std::string>;

Texts ProvenanceOf(const ReportRun& run) { return {run.record.provenance.begin(), run.record.provenance.end()}; }

// What all runs have with the same value.
Texts Common(const std::vector<ReportRun>& runs, const std::function<Texts(const ReportRun&)>& texts_of) {
  Texts common = texts_of(runs[0]);
  for (const ReportRun& run : runs) {
    const Texts texts = texts_of(run);
    for (auto at = common.begin(); at != common.end();) {
      const auto found = texts.find(at->first);
      at = found == texts.end() || found->second != at->second ? common.erase(at) : std::next(at);
    }
  }
  return common;
}

Json Without(const Texts& texts, const Texts& common) {
  Json json = Json::object();
  for (const auto& [key, value] : texts) {
    if (!common.count(key)) json[key] = value;
  }
  return json;
}

Json EvaluationsOf(const RunRecord& run) {
  Json json = Json::object();
  for (const ScoreTable& table : run.scores) {
    const size_t conversations = table.conversation_ids.size();
    if (conversations == 0) continue;
    Json means = Json::object();
    for (size_t m = 0; m < table.metric_names.size(); ++m) {
      std::vector<double> values;
      for (size_t row = 0; row < table.steps.size(); ++row) {
        double sum = 0;
        for (size_t c = 0; c < conversations; ++c) sum += table.At(row, m, c);
        values.push_back(sum / static_cast<double>(conversations));
      }
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
    if (!HasSeries(run.record, name) || FindSeries(run.record, name).width != 1) continue;
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

Json AnswersOf(const RunRecord& run) {
  Json json = Json::array();
  for (size_t i = 0; i < std::min(run.answers.size(), kAnswersOfRun); ++i) {
    const SampleAnswer& answer = run.answers[i];
    json.push_back({{"conversation", answer.conversation_id},
                    {"text", answer.text.substr(0, kLongestAnswer)},
                    {"scores", ScoresOf(run, answer.conversation_id)}});
  }
  return json;
}

}  // namespace

std::string PageData(const RunSet& set, const std::vector<PlotGroup>& groups) {
  Json json = {{"plots", Json::array()}, {"common", Json::object()}, {"runs", Json::object()}};
  for (const PlotGroup& group : groups) {
    for (const Plot& plot : group.plots) json["plots"].push_back(JsonOf(plot));
  }
  const Texts config = Common(set.runs, [](const ReportRun& run) { return run.config; });
  const Texts provenance = Common(set.runs, ProvenanceOf);
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
                    {"summary", Texts(run->record.summary.begin(), run->record.summary.end())},
                    {"evaluations", EvaluationsOf(run->record)},
                    {"answers", keeps_answers ? AnswersOf(run->record) : Json::array()}};
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
