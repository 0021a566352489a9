#include "harness/metrics/run_record.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "harness/metrics/store_layout.h"

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

// Records without credit keep the checksum that they always had.
void AddRanks(const std::vector<SampleAnswer>& answers, DigestText* out) {
  for (const SampleAnswer& answer : answers) {
    if (answer.ranks.empty()) continue;
    out->Add("ranks");
    out->AddNumber(answer.ranks.size());
    for (const RankCredit& rank : answer.ranks) {
      out->AddNumber(static_cast<uint64_t>(rank.line));
      out->Add(rank.verdict);
      out->AddArray(std::vector<double>{rank.relevance, rank.credit, rank.advantage});
    }
  }
}

void AddAnswers(const std::vector<SampleAnswer>& answers, DigestText* out) {
  for (const SampleAnswer& answer : answers) {
    out->Add(answer.conversation_id);
    out->Add(answer.text);
  }
  AddRanks(answers, out);
}

void AddEntries(const std::vector<ListEntry>& entries, DigestText* out) {
  out->AddNumber(entries.size());
  for (const ListEntry& entry : entries) out->AddArray(std::vector<int64_t>{entry.conversation, entry.item});
}

void AddLists(const EvaluatedLists& lists, DigestText* out) {
  out->Add("lists " + lists.split);
  out->AddNumber(lists.items.size());
  for (const ListItem& item : lists.items) {
    out->Add(item.title);
    out->AddArray(std::vector<int64_t>{item.year, item.in_catalog, item.near_catalog});
  }
  AddEntries(lists.ground_truth, out);
  AddEntries(lists.seen, out);
  for (const RankEntry& rank : lists.ranks) {
    out->AddArray(std::vector<int64_t>{rank.step, rank.conversation, rank.line, rank.item, rank.repeated});
    out->Add(rank.verdict);
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
  for (const CountTable& table : run.counts) {
    out.Add("counts");
    out.Add(table.name);
    out.AddNumber(static_cast<uint64_t>(table.width));
    out.AddArray(table.steps);
    out.AddArray(table.counts);
  }
  out.Add("summary");
  AddTexts(run.summary, deterministic_only, &out);
  out.Add("answers");
  AddAnswers(run.answers, &out);
  if (!run.rollouts.empty()) {
    out.Add("rollouts");
    AddAnswers(run.rollouts, &out);
  }
  if (!run.credit_kind.empty()) out.Add("credit_kind " + run.credit_kind);
  if (!run.lists.split.empty()) AddLists(run.lists, &out);
  if (!run.first_answers.empty()) {
    out.Add("first_answers");
    AddAnswers(run.first_answers, &out);
  }
  return out.Hex();
}

// The last step of each stretch that has a row.
std::vector<int64_t> StretchEnds(const RunRecord& run) {
  std::vector<int64_t> ends;
  int64_t done = run.steps.empty() ? 0 : run.steps.front() - 1;
  const auto add = [&](int64_t end) {
    const auto row = std::upper_bound(run.steps.begin(), run.steps.end(), done);
    if (row == run.steps.end() || *row > end) return;
    ends.push_back(end);
    done = end;
  };
  std::set<int64_t> evaluated;
  for (const ScoreTable& table : run.scores) evaluated.insert(table.steps.begin(), table.steps.end());
  for (int64_t step : evaluated) add(step);
  if (!run.steps.empty()) add(run.steps.back());
  return ends;
}

CountTable Folded(const StepSeries& series, const std::vector<int64_t>& steps, const std::vector<int64_t>& ends) {
  CountTable table{series.name, series.width, ends, {}};
  const auto width = static_cast<size_t>(series.width);
  table.counts.assign(ends.size() * width, 0.0);
  for (size_t row = 0; row < steps.size(); ++row) {
    const auto stretch = static_cast<size_t>(std::lower_bound(ends.begin(), ends.end(), steps[row]) - ends.begin());
    for (size_t i = 0; i < width; ++i) table.counts[stretch * width + i] += series.values[row * width + i];
  }
  return table;
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

std::vector<std::string> AllTexts(const NamedTexts& texts, const std::string& key, const std::string& otherwise) {
  std::vector<std::string> values;
  for (const auto& [name, value] : texts) {
    const size_t end = name.size() - std::min(name.size(), key.size() + 1);
    const bool resumed = name.rfind("resumed_at_", 0) == 0 && name.substr(end) == "/" + key;
    if (name == key || resumed) values.push_back(value);
  }
  if (values.empty() && !otherwise.empty()) values.push_back(otherwise);
  return values;
}

void KeepStepsUpTo(int64_t last_step, RunRecord* run) {
  run->steps.resize(RowsUpTo(last_step, run->steps));
  for (StepSeries& series : run->series) series.values.resize(run->steps.size() * static_cast<size_t>(series.width));
  for (ScoreTable& table : run->scores) {
    table.steps.resize(RowsUpTo(last_step, table.steps));
    table.values.resize(table.steps.size() * table.metric_names.size() * table.conversation_ids.size());
  }
}

void FoldCounts(RunRecord* run) {
  const std::vector<int64_t> ends = StretchEnds(*run);
  std::vector<StepSeries> others;
  for (StepSeries& series : run->series) {
    if (series.name.rfind(kCountsPrefix, 0) == 0) {
      run->counts.push_back(Folded(series, run->steps, ends));
    } else {
      others.push_back(std::move(series));
    }
  }
  run->series = std::move(others);
}

std::string ContentDigest(const RunRecord& run) { return Digest(run, false); }

std::string DeterministicDigest(const RunRecord& run) { return Digest(run, true); }

}  // namespace suite
