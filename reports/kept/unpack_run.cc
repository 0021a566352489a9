#include <algorithm>

#include "base/error.h"
#include "reports/kept/pack_runs.h"

namespace suite {
namespace {

// The arrays of a record, with errors that name the run.
class Arrays {
 public:
  Arrays(const KeptRecord& kept, std::string path) : kept_(kept), path_(std::move(path)) {}

  bool Has(const std::string& name) const { return kept_.arrays.count(name) > 0; }
  const KeptArray& At(const std::string& name) const {
    const auto found = kept_.arrays.find(name);
    if (found == kept_.arrays.end()) throw InputError(path_, "the kept record has no '" + name + "'");
    return found->second;
  }
  template <typename T>
  const std::vector<T>& Values(const std::string& name) const {
    const auto* values = std::get_if<std::vector<T>>(&At(name).values);
    if (!values) throw InputError(path_, "'" + name + "' of the kept record is of another type");
    return *values;
  }
  const std::vector<std::string>& Texts(const std::string& name) const { return Values<std::string>(name); }
  std::vector<int64_t> Integers(const std::string& name) const { return IntegersOf(At(name), path_ + ": " + name); }
  // Throws InputError unless `name` has as many values as wanted.
  void CheckSize(const std::string& name, size_t values, size_t wanted) const {
    if (values == wanted) return;
    throw InputError(path_, "'" + name + "' has " + std::to_string(values) + " values", std::to_string(wanted));
  }

 private:
  const KeptRecord& kept_;
  const std::string path_;
};

std::vector<StepSeries> UnpackSeries(const Arrays& arrays, size_t rows) {
  std::vector<StepSeries> all;
  for (const std::string& name : arrays.Texts("series_names")) {
    const KeptArray& array = arrays.At("series/" + name);
    StepSeries series{name, array.shape.size() > 1 ? static_cast<int64_t>(array.shape[1]) : 1, {}};
    if (const auto* rounded = std::get_if<std::vector<float>>(&array.values)) {
      series.values.assign(rounded->begin(), rounded->end());
    } else {
      series.values = arrays.Values<double>("series/" + name);
    }
    arrays.CheckSize("series/" + name, series.values.size(), rows * static_cast<size_t>(series.width));
    all.push_back(std::move(series));
  }
  return all;
}

ScoreTable UnpackScores(const Arrays& arrays, const std::string& split) {
  const std::string prefix = "scores/" + split + "/";
  ScoreTable table;
  table.split = split;
  table.conversation_ids = arrays.Texts(prefix + "conversation_ids");
  if (arrays.Has(prefix + "context_ids")) table.context_ids = arrays.Texts(prefix + "context_ids");
  table.metric_names = arrays.Texts(prefix + "metric_names");
  table.steps = arrays.Integers(prefix + "step");
  std::vector<int64_t> places = arrays.Integers(prefix + "start");
  const std::vector<int64_t> later = arrays.Integers(prefix + "later");
  places.insert(places.end(), later.begin(), later.end());
  const size_t conversations = table.conversation_ids.size(), metrics = table.metric_names.size();
  arrays.CheckSize(prefix + "later", places.size(), table.steps.size() * conversations);
  const std::vector<float>& patterns = arrays.Values<float>(prefix + "patterns");
  table.values.resize(places.size() * metrics);
  for (size_t i = 0; i < places.size(); ++i) {
    const size_t row = i / conversations, c = i % conversations;
    const size_t begin = static_cast<size_t>(places[i]) * metrics;
    arrays.CheckSize(prefix + "patterns", std::max(patterns.size(), begin + metrics), patterns.size());
    for (size_t m = 0; m < metrics; ++m) {
      table.values[(row * metrics + m) * conversations + c] = patterns[begin + m];
    }
  }
  return table;
}

std::vector<CountTable> UnpackCounts(const Arrays& arrays) {
  std::vector<CountTable> tables;
  for (const std::string& name : arrays.Texts("count_names")) {
    const std::string prefix = "counts/" + name + "/";
    CountTable table{name, 1, arrays.Integers(prefix + "step"), arrays.Values<double>(prefix + "counts")};
    table.width = static_cast<int64_t>(arrays.At(prefix + "counts").shape.at(1));
    arrays.CheckSize(prefix + "counts", table.counts.size(), table.steps.size() * static_cast<size_t>(table.width));
    tables.push_back(std::move(table));
  }
  return tables;
}

std::vector<SampleAnswer> UnpackAnswers(const Arrays& arrays, const std::string& prefix) {
  const std::vector<std::string>& ids = arrays.Texts(prefix + "conversation_id");
  const std::vector<std::string>& texts = arrays.Texts(prefix + "text");
  arrays.CheckSize(prefix + "text", texts.size(), ids.size());
  std::vector<SampleAnswer> answers;
  for (size_t i = 0; i < ids.size(); ++i) answers.push_back({ids[i], texts[i]});
  const std::vector<int64_t> places = arrays.Integers(prefix + "ranks/answer");
  const std::vector<int64_t> lines = arrays.Integers(prefix + "ranks/line");
  const std::vector<std::string>& verdicts = arrays.Texts(prefix + "ranks/verdict");
  const std::string numbers_name = prefix + "ranks/relevance_credit_advantage";
  const std::vector<double>& numbers = arrays.Values<double>(numbers_name);
  arrays.CheckSize(prefix + "ranks/line", lines.size(), places.size());
  arrays.CheckSize(prefix + "ranks/verdict", verdicts.size(), places.size());
  arrays.CheckSize(numbers_name, numbers.size(), 3 * places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    const auto answer = static_cast<size_t>(places[i]);
    arrays.CheckSize(prefix + "text", std::max(answers.size(), answer + 1), answers.size());
    answers[answer].ranks.push_back({lines[i], verdicts[i], numbers[3 * i], numbers[3 * i + 1], numbers[3 * i + 2]});
  }
  return answers;
}

}  // namespace

RunRecord UnpackRun(const KeptRecord& kept, const std::string& path) {
  const Arrays arrays(kept, path);
  const auto texts = [&](const char* group) {
    const auto found = kept.texts.find(group);
    return found == kept.texts.end() ? NamedTexts() : found->second;
  };
  RunRecord run;
  run.path = path;
  const NamedTexts record = texts("record");
  run.run_name = FindText(record, "run_name");
  run.config = FindText(record, "config");
  run.status = FindText(record, "status");
  run.credit_kind = FindText(record, "credit_kind");
  run.provenance = texts("provenance");
  run.summary = texts("summary");
  run.steps = arrays.Integers("step");
  run.series = UnpackSeries(arrays, run.steps.size());
  for (const std::string& split : arrays.Texts("split_names")) run.scores.push_back(UnpackScores(arrays, split));
  run.counts = UnpackCounts(arrays);
  run.answers = UnpackAnswers(arrays, "answers/");
  run.rollouts = UnpackAnswers(arrays, "rollouts/");
  return run;
}

}  // namespace suite
