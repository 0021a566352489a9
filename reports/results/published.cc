#include "reports/results/published.h"

#include <toml++/toml.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "base/error.h"
#include "base/text/format.h"
#include "reports/runs/settings.h"

namespace suite {

// The text of published.toml, built into the program so that reports need no file beside it. Made by BUILD.
extern const char kPublishedToml[];

namespace {

std::string At(const std::string& where, const toml::node& node) {
  return where + ":" + std::to_string(node.source().begin.line);
}

void CheckKeys(const toml::table& table, const std::vector<std::string>& known, const std::string& where) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw UnknownName(At(where, node), "key of a published result", name, known);
  }
}

std::string TextOf(const toml::table& table, const char* key, const std::string& where) {
  const auto text = table[key].value_exact<std::string>();
  if (!text || text->empty()) throw InputError(At(where, table), std::string("no text '") + key + "'", "a text");
  return *text;
}

std::map<std::string, double> ScoresOf(const toml::table& result, const std::string& where) {
  const toml::table* table = result["scores"].as_table();
  if (!table || table->empty()) throw InputError(At(where, result), "no scores", "scores = { \"ndcg@20\" = 0.1079 }");
  std::map<std::string, double> scores;
  for (const auto& [metric, node] : *table) {
    const auto score = node.value<double>();
    if (!score || *score < 0 || *score > 1) {
      throw InputError(At(where, node), std::string(metric.str()) + " is not a score", "a number from 0 to 1");
    }
    scores[std::string(metric.str())] = *score;
  }
  return scores;
}

// The table of that name under `kind`: "source" or "dataset".
const toml::table& EntryOf(const toml::table& root, const std::string& kind, const std::string& name,
                           const toml::table& result, const std::string& where) {
  std::vector<std::string> known;
  if (const toml::table* entries = root[kind].as_table()) {
    for (const auto& [key, node] : *entries) {
      known.emplace_back(key.str());
      if (key.str() == name && node.is_table()) return *node.as_table();
    }
  }
  throw UnknownName(At(where, result), kind, name, known);
}

void TakeDataset(const toml::table& root, const toml::table& table, const std::string& where, PublishedResult* result) {
  result->dataset = table["dataset"].value_or(std::string("Reddit-v2"));
  const toml::table& dataset = EntryOf(root, "dataset", result->dataset, table, where);
  CheckKeys(dataset, {"data_source", "file"}, where);
  result->data_source = TextOf(dataset, "data_source", where);
  result->file = dataset["file"].value_or(std::string());
}

toml::table ParseToml(const std::string& text, const std::string& where) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw InputError(where + ":" + std::to_string(error.source().begin.line),
                     "not TOML: " + std::string(error.description()));
  }
}

const PublishedResult& Find(const std::string& id) {
  const auto& all = PublishedResults();
  const auto found = std::find_if(all.begin(), all.end(), [&](const PublishedResult& one) { return one.id == id; });
  if (found != all.end()) return *found;
  std::vector<std::string> known;
  for (const PublishedResult& one : all) known.push_back(one.id);
  throw UnknownName("report.published", "published result", id, known);
}

}  // namespace

std::vector<PublishedResult> ParsePublished(const std::string& toml, const std::string& where) {
  const toml::table root = ParseToml(toml, where);
  CheckKeys(root, {"dataset", "source", "result"}, where);
  const toml::array* array = root["result"].as_array();
  if (!array) throw InputError(where, "no [[result]]", "one entry at least");
  std::vector<PublishedResult> results;
  for (const toml::node& node : *array) {
    const toml::table* table = node.as_table();
    if (!table) throw InputError(At(where, node), "no [[result]]", "a table");
    CheckKeys(*table, {"id", "name", "source", "dataset", "note", "scores"}, where);
    PublishedResult result;
    result.id = TextOf(*table, "id", where);
    result.name = TextOf(*table, "name", where);
    const std::string source = TextOf(*table, "source", where);
    result.source = TextOf(EntryOf(root, "source", source, *table, where), "cite", where);
    TakeDataset(root, *table, where, &result);
    result.note = (*table)["note"].value_or(std::string());
    result.scores = ScoresOf(*table, where);
    for (const PublishedResult& other : results) {
      if (other.id == result.id) throw InputError(At(where, *table), "'" + result.id + "' is given twice", "once");
    }
    results.push_back(result);
  }
  return results;
}

const std::vector<PublishedResult>& PublishedResults() {
  static const std::vector<PublishedResult> results = ParsePublished(kPublishedToml, "reports/results/published.toml");
  return results;
}

bool FitsRuns(const PublishedResult& result, const RunSet& set) {
  return std::all_of(set.runs.begin(), set.runs.end(), [&](const ReportRun& run) {
    const std::string source = SettingOf(run.config, "data.source");
    if (source == "miniature" || source == "not set") return true;
    if (source != result.data_source) return false;
    return result.file.empty() || !FindText(run.record.provenance, "data.file." + result.file).empty();
  });
}

FittingPublished KeepFittingPublished(const ReportSpec& spec, const RunSet& set) {
  FittingPublished fitting = {spec, ""};
  std::set<std::string> foreign;
  const auto is_foreign = [&](const std::string& id) {
    const PublishedResult& result = Find(id);
    if (FitsRuns(result, set)) return false;
    foreign.insert(result.dataset);
    return true;
  };
  std::vector<std::string>& ids = fitting.spec.published;
  ids.erase(std::remove_if(ids.begin(), ids.end(), is_foreign), ids.end());
  for (PaperTable& table : fitting.spec.paper_tables) {
    for (auto one = table.published.begin(); one != table.published.end();) {
      one = is_foreign(one->second) ? table.published.erase(one) : std::next(one);
    }
  }
  if (!foreign.empty()) {
    fitting.left_out =
        "Published results on " + Join(foreign, " and ") + " are not shown: these runs are on other data.";
  }
  return fitting;
}

std::vector<ResultRow> PublishedRows(const std::vector<std::string>& ids, const std::vector<MetricColumn>& columns) {
  std::vector<ResultRow> rows;
  for (const std::string& id : ids) {
    const PublishedResult& found = Find(id);
    ResultRow row;
    row.name = found.name;
    row.source = found.source + ", " + found.dataset + (found.note.empty() ? "" : "; " + found.note);
    for (const MetricColumn& column : columns) {
      row.cells.emplace_back();
      const auto score = found.scores.find(column.id);
      if (score == found.scores.end()) {
        row.cells.back().status = "not published";
      } else {
        row.cells.back().published = score->second;
      }
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace suite
