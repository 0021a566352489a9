#include "reports/results/published.h"

#include <toml++/toml.h>

#include <algorithm>

#include "base/error.h"

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

std::string CiteOf(const toml::table& root, const std::string& source, const toml::table& result,
                   const std::string& where) {
  std::vector<std::string> known;
  if (const toml::table* sources = root["source"].as_table()) {
    for (const auto& [name, node] : *sources) {
      known.emplace_back(name.str());
      if (name.str() == source && node.is_table()) return TextOf(*node.as_table(), "cite", where);
    }
  }
  throw UnknownName(At(where, result), "source", source, known);
}

toml::table ParseToml(const std::string& text, const std::string& where) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw InputError(where + ":" + std::to_string(error.source().begin.line),
                     "not TOML: " + std::string(error.description()));
  }
}

}  // namespace

std::vector<PublishedResult> ParsePublished(const std::string& toml, const std::string& where) {
  const toml::table root = ParseToml(toml, where);
  CheckKeys(root, {"source", "result"}, where);
  const toml::array* array = root["result"].as_array();
  if (!array) throw InputError(where, "no [[result]]", "one entry at least");
  std::vector<PublishedResult> results;
  for (const toml::node& node : *array) {
    const toml::table* table = node.as_table();
    if (!table) throw InputError(At(where, node), "no [[result]]", "a table");
    CheckKeys(*table, {"id", "name", "source", "dataset", "scores"}, where);
    PublishedResult result;
    result.id = TextOf(*table, "id", where);
    result.name = TextOf(*table, "name", where);
    result.source = CiteOf(root, TextOf(*table, "source", where), *table, where);
    result.dataset = (*table)["dataset"].value_or(std::string("Reddit-v2"));
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

std::vector<ResultRow> PublishedRows(const std::vector<std::string>& ids, const std::vector<MetricColumn>& columns) {
  std::vector<ResultRow> rows;
  for (const std::string& id : ids) {
    const auto& all = PublishedResults();
    const auto found = std::find_if(all.begin(), all.end(), [&](const PublishedResult& one) { return one.id == id; });
    if (found == all.end()) {
      std::vector<std::string> known;
      for (const PublishedResult& one : all) known.push_back(one.id);
      throw UnknownName("report.published", "published result", id, known);
    }
    ResultRow row;
    row.name = found->name;
    row.source = found->source + ", " + found->dataset;
    for (const MetricColumn& column : columns) {
      row.cells.emplace_back();
      const auto score = found->scores.find(column.id);
      if (score == found->scores.end()) {
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
