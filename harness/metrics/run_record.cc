#include "harness/metrics/run_record.h"

#include <cstring>
#include <string_view>

#include "base/error.h"
#include "base/hash.h"

namespace suite {
namespace {

// Length-prefixed fields, so that no two different records give the same bytes.
class DigestText {
 public:
  void Add(std::string_view bytes) {
    AddNumber(bytes.size());
    bytes_ += bytes;
  }
  void AddNumber(uint64_t number) {
    for (int i = 0; i < 8; ++i) bytes_ += static_cast<char>(number >> (8 * i));
  }
  template <typename T>
  void AddArray(const std::vector<T>& values) {
    Add(std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
  }
  std::string Hex() const { return Sha256Hex(bytes_); }

 private:
  std::string bytes_;
};

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool MeasuresTheMachine(const std::string& name) {
  return EndsWith(name, "_s") || EndsWith(name, "_mib") || EndsWith(name, "_bytes");
}

void AddTexts(const NamedTexts& texts, bool deterministic_only, DigestText* out) {
  for (const auto& [key, value] : texts) {
    if (deterministic_only && MeasuresTheMachine(key)) continue;
    out->Add(key);
    out->Add(value);
  }
}

std::string Digest(const RunRecord& run, bool deterministic_only) {
  DigestText out;
  for (const std::string* text : {&run.run_name, &run.config, &run.status}) out.Add(*text);
  out.Add("provenance");
  if (!deterministic_only) AddTexts(run.provenance, false, &out);
  out.Add("series");
  out.AddArray(run.steps);
  for (const StepSeries& series : run.series) {
    if (deterministic_only && MeasuresTheMachine(series.name)) continue;
    out.Add(series.name);
    out.AddNumber(static_cast<uint64_t>(series.width));
    out.AddArray(series.values);
  }
  out.Add("scores");
  for (const ScoreTable& table : run.scores) {
    out.Add(table.split);
    out.AddNumber(table.conversation_ids.size());
    for (const std::string& id : table.conversation_ids) out.Add(id);
    out.AddNumber(table.metric_names.size());
    for (const std::string& name : table.metric_names) out.Add(name);
    out.AddArray(table.steps);
    out.AddArray(table.values);
    // Stores without contexts keep the checksum that they always had.
    if (table.context_ids.empty()) continue;
    out.Add("context_ids");
    for (const std::string& id : table.context_ids) out.Add(id);
  }
  out.Add("summary");
  AddTexts(run.summary, deterministic_only, &out);
  out.Add("answers");
  for (const SampleAnswer& answer : run.answers) {
    out.Add(answer.conversation_id);
    out.Add(answer.text);
  }
  return out.Hex();
}

size_t RowsUpTo(int64_t last_step, const std::vector<int64_t>& steps) {
  size_t rows = 0;
  while (rows < steps.size() && steps[rows] <= last_step) ++rows;
  return rows;
}

}  // namespace

const StepSeries& FindSeries(const RunRecord& run, const std::string& name) {
  std::vector<std::string> known;
  for (const StepSeries& series : run.series) {
    if (series.name == name) return series;
    known.push_back(series.name);
  }
  throw UnknownName(run.path, "series", name, known);
}

const ScoreTable& FindScores(const RunRecord& run, const std::string& split) {
  std::vector<std::string> known;
  for (const ScoreTable& table : run.scores) {
    if (table.split == split) return table;
    known.push_back(table.split);
  }
  throw UnknownName(run.path, "split", split, known);
}

size_t FindMetric(const RunRecord& run, const ScoreTable& table, const std::string& metric) {
  for (size_t i = 0; i < table.metric_names.size(); ++i) {
    if (table.metric_names[i] == metric) return i;
  }
  throw UnknownName(run.path, "metric", metric, table.metric_names);
}

std::string FindText(const NamedTexts& texts, const std::string& key, const std::string& otherwise) {
  for (const auto& [name, value] : texts) {
    if (name == key) return value;
  }
  return otherwise;
}

void KeepStepsUpTo(int64_t last_step, RunRecord* run) {
  run->steps.resize(RowsUpTo(last_step, run->steps));
  for (StepSeries& series : run->series) series.values.resize(run->steps.size() * static_cast<size_t>(series.width));
  for (ScoreTable& table : run->scores) {
    table.steps.resize(RowsUpTo(last_step, table.steps));
    table.values.resize(table.steps.size() * table.metric_names.size() * table.conversation_ids.size());
  }
}

std::string ContentDigest(const RunRecord& run) { return Digest(run, false); }

std::string DeterministicDigest(const RunRecord& run) { return Digest(run, true); }

}  // namespace suite
