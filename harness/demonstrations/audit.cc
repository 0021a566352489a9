#include "harness/demonstrations/audit.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>

#include "datasets/teachers/embedder.h"

namespace suite {
namespace {

using Lists = std::vector<std::vector<Item>>;

std::vector<Item> TruthOf(const Conversation& conversation) {
  std::vector<Item> truth;
  for (const GroundTruth& one : conversation.ground_truth) truth.push_back({one.title, one.year.value_or(0)});
  return truth;
}

// For each catalogue item, its tenth: items by how often users like them, equal ones by id.
std::vector<int> TenthOfItem(const std::vector<Conversation>& conversations, const Catalog& catalog) {
  std::vector<int64_t> count(static_cast<size_t>(catalog.size()), 0);
  for (const Conversation& conversation : conversations) {
    for (const Item& item : TruthOf(conversation)) {
      if (const auto id = catalog.Find(item)) ++count[static_cast<size_t>(*id)];
    }
  }
  std::vector<size_t> order(count.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return count[a] > count[b]; });
  std::vector<int> tenths(count.size());
  for (size_t place = 0; place < order.size(); ++place) {
    tenths[order[place]] = static_cast<int>(place * kPopularityTenths / order.size());
  }
  return tenths;
}

std::vector<double> PopularityOf(const Lists& lists, const Catalog& catalog, const std::vector<int>& tenths) {
  std::vector<double> shares(kPopularityTenths, 0);
  double all = 0;
  for (const auto& list : lists) {
    for (const Item& item : list) {
      const auto id = catalog.Find(item);
      if (!id) continue;
      ++shares[static_cast<size_t>(tenths[static_cast<size_t>(*id)])];
      ++all;
    }
  }
  for (double& share : shares) share /= std::max(all, 1.0);
  return shares;
}

// Counts of one list's hits by rank; returns how many of the ground truth the list has.
double AddHits(const std::vector<Item>& list, const std::set<Item>& truth, std::vector<double>* hits) {
  std::set<Item> found;
  for (size_t k = 0; k < list.size(); ++k) {
    if (hits->size() <= k) hits->push_back(0);
    if (truth.count(list[k]) > 0 && found.insert(list[k]).second) ++(*hits)[k];
  }
  return static_cast<double>(found.size());
}

StageAudit AuditStage(const std::string& name, const Lists& lists, const std::vector<Conversation>& conversations,
                      const Catalog& catalog, const std::vector<int>& tenths) {
  StageAudit audit;
  audit.name = name;
  double items = 0, known = 0, kept = 0, with_truth = 0;
  for (size_t i = 0; i < lists.size(); ++i) {
    if (lists[i].empty()) continue;
    ++kept;
    items += static_cast<double>(lists[i].size());
    known += static_cast<double>(std::count_if(lists[i].begin(), lists[i].end(),
                                               [&](const Item& item) { return catalog.Find(item).has_value(); }));
    const std::vector<Item> wanted = TruthOf(conversations[i]);
    const std::set<Item> truth(wanted.begin(), wanted.end());
    const double found = AddHits(lists[i], truth, &audit.hits_by_rank);
    if (truth.empty()) continue;
    ++with_truth;
    audit.recall += found / static_cast<double>(truth.size());
  }
  audit.mean_length = items / std::max(kept, 1.0);
  audit.catalog_share = known / std::max(items, 1.0);
  audit.recall /= std::max(with_truth, 1.0);
  for (double& hits : audit.hits_by_rank) hits /= std::max(kept, 1.0);
  audit.popularity = PopularityOf(lists, catalog, tenths);
  return audit;
}

std::vector<std::pair<std::string, Lists>> ListsByStage(const DemonstrationSet& set, const Catalog& catalog) {
  std::vector<std::pair<std::string, Lists>> stages = {{"teacher", {}}};
  for (const TeacherList& list : set.teacher) stages[0].second.push_back(list.items);
  for (const StageLists& stage : set.stages) {
    stages.push_back({stage.name, {}});
    for (const auto& ids : stage.items) {
      stages.back().second.emplace_back();
      for (const int64_t id : ids) stages.back().second.back().push_back(catalog.item(static_cast<int>(id)));
    }
  }
  return stages;
}

std::vector<PassedOverAudit> AuditPassedOver(const std::vector<Conversation>& conversations,
                                             const DemonstrationSet& set) {
  std::map<std::string, PassedOverAudit> by_kind;
  for (size_t i = 0; i < set.passed_over.size(); ++i) {
    std::set<std::string> kinds;
    for (const PassedOver& one : set.passed_over[i]) {
      PassedOverAudit& kind = by_kind[one.kind];
      if (kind.parts++ == 0) kind.example = conversations[i].id + ": " + one.begins;
      kinds.insert(one.kind);
    }
    for (const std::string& kind : kinds) ++by_kind[kind].conversations;
  }
  std::vector<PassedOverAudit> audit;
  for (auto& [kind, counts] : by_kind) {
    counts.kind = kind;
    audit.push_back(std::move(counts));
  }
  return audit;
}

nlohmann::json ToJson(const std::vector<Item>& items) {
  nlohmann::json json = nlohmann::json::array();
  for (const Item& item : items) json.push_back(FormatItem(item));
  return json;
}

constexpr char kStyle[] =
    "body{font:15px/1.45 system-ui,sans-serif;color:#1c1e21;max-width:72rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}h3{font-size:1rem;margin:1.6rem 0 .3rem}"
    "table{border-collapse:collapse}th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #dde1e6}"
    "th:first-child,td:first-child{text-align:left}th{font-weight:600}"
    ".bar{display:inline-block;height:.7rem;background:#3b6fb6;vertical-align:baseline}.track{display:inline-block;"
    "width:4rem;"
    "margin-left:.4rem;text-align:left}"
    ".lists{display:flex;gap:1.5rem;overflow-x:auto}.lists ol{margin:.2rem 0;padding-left:2rem;white-space:nowrap}"
    ".liked{background:#d3efd9}.said{color:#4a4f57;white-space:pre-wrap}"
    "dl{display:grid;grid-template-columns:max-content auto;gap:.1rem 1rem}dt{font-weight:600}dd{margin:0;"
    "overflow-wrap:anywhere}";

// &, <, > and both quotation marks as entities.
std::string EscapeHtml(const std::string& text) {
  constexpr std::string_view kMarks = "&<>\"'";
  constexpr const char* kEntities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
  std::string html;
  for (const char c : text) {
    const size_t mark = kMarks.find(c);
    html += mark == std::string_view::npos ? std::string(1, c) : kEntities[mark];
  }
  return html;
}

std::string Fixed(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  return text;
}

std::string Cell(const std::string& html) { return "<td>" + html + "</td>"; }
std::string Head(const std::string& text) { return "<th>" + EscapeHtml(text) + "</th>"; }

// A number with a bar as long as its part of `most`.
std::string Bar(double value, double most) {
  const double width = most > 0 ? 4 * value / most : 0;
  return Fixed(100 * value, 1) + " %<span class=\"track\"><span class=\"bar\" style=\"width:" + Fixed(width, 2) +
         "rem\"></span></span>";
}

std::string Facts(const NamedTexts& facts) {
  std::string html = "<dl>";
  for (const auto& [name, text] : facts) {
    html += "<dt>" + EscapeHtml(name) + "</dt><dd>" + EscapeHtml(text) + "</dd>";
  }
  return html + "</dl>\n";
}

std::string Overview(const DemonstrationAudit& audit) {
  std::string html =
      "<h2>Each step</h2>\n<table><tr><th>step</th><th>items a list</th><th>in the catalogue</th>"
      "<th>recall of what users liked</th></tr>\n";
  for (const StageAudit& stage : audit.stages) {
    html += "<tr>" + Cell(EscapeHtml(stage.name)) + Cell(Fixed(stage.mean_length, 1)) +
            Cell(Fixed(100 * stage.catalog_share, 1) + " %") + Cell(Fixed(stage.recall, 3)) + "</tr>\n";
  }
  return html + "</table>\n";
}

// What a kind of PassedOver is, in words.
std::string KindInWords(const std::string& kind) {
  if (kind == "reasoning") return "parts of reasoning";
  if (kind == "film") return "lines outside the list that name a film";
  if (kind == "text") return "other lines outside the list";
  return kind == "surplus" ? "films beyond the length of the list" : kind;
}

std::string PassedOverTable(const DemonstrationAudit& audit) {
  if (audit.passed_over.empty()) return "";
  std::string html =
      "<h2>What of the teacher's answers was not read</h2>\n<table><tr><th>what</th><th>count</th>"
      "<th>conversations</th><th>the first</th></tr>\n";
  for (const PassedOverAudit& one : audit.passed_over) {
    html += "<tr>" + Cell(EscapeHtml(KindInWords(one.kind))) + Cell(std::to_string(one.parts)) +
            Cell(std::to_string(one.conversations)) + Cell(EscapeHtml(one.example)) + "</tr>\n";
  }
  return html + "</table>\n";
}

// One row a rank or a tenth, one column a step.
std::string ColumnsByStage(const DemonstrationAudit& audit, const std::string& row_name, const std::string& extra_name,
                           const std::vector<double>& extra, const std::vector<double> StageAudit::*column) {
  std::string html = "<table><tr>" + Head(row_name);
  double most = 0;
  size_t rows = extra.size();
  for (const double value : extra) most = std::max(most, value);
  if (!extra_name.empty()) html += Head(extra_name);
  for (const StageAudit& stage : audit.stages) {
    html += Head(stage.name);
    rows = std::max(rows, (stage.*column).size());
    for (const double value : stage.*column) most = std::max(most, value);
  }
  html += "</tr>\n";
  for (size_t row = 0; row < rows; ++row) {
    html += "<tr>" + Cell(std::to_string(row + 1));
    if (!extra_name.empty()) html += Cell(Bar(extra[row], most));
    for (const StageAudit& stage : audit.stages) {
      html += Cell(row < (stage.*column).size() ? Bar((stage.*column)[row], most) : "");
    }
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

std::string ListOf(const std::vector<Item>& items, const std::set<Item>& liked) {
  std::string html = "<ol>";
  for (const Item& item : items) {
    html += liked.count(item) > 0 ? "<li class=\"liked\">" : "<li>";
    html += EscapeHtml(FormatItem(item)) + "</li>";
  }
  return html + "</ol>";
}

std::string Example(const DemonstrationAudit& audit, const AuditExample& example) {
  const std::set<Item> liked(example.liked.begin(), example.liked.end());
  std::string html = "<h3>" + EscapeHtml(example.id) + "</h3>\n<p class=\"said\">" + EscapeHtml(example.conversation) +
                     "</p>\n<p>Went on to like: ";
  for (size_t i = 0; i < example.liked.size(); ++i) {
    html += (i > 0 ? ", " : "") + EscapeHtml(FormatItem(example.liked[i]));
  }
  html += "</p>\n<div class=\"lists\">";
  for (size_t i = 0; i < example.stages.size(); ++i) {
    html += "<div><b>" + EscapeHtml(audit.stages[i].name) + "</b>" + ListOf(example.stages[i], liked) + "</div>";
  }
  return html + "</div>\n";
}

}  // namespace

DemonstrationAudit AuditOf(const std::vector<Conversation>& conversations, const Catalog& catalog,
                           const DemonstrationSet& set, int64_t examples) {
  DemonstrationAudit audit;
  audit.conversations = static_cast<int64_t>(conversations.size());
  for (const std::string& error : set.errors) {
    audit.left_out += error.empty() ? 0 : 1;
    if (audit.first_error.empty()) audit.first_error = error;
  }
  audit.passed_over = AuditPassedOver(conversations, set);
  const std::vector<int> tenths = TenthOfItem(conversations, catalog);
  const auto stages = ListsByStage(set, catalog);
  for (const auto& [name, lists] : stages) {
    audit.stages.push_back(AuditStage(name, lists, conversations, catalog, tenths));
  }
  Lists liked;
  for (const Conversation& conversation : conversations) liked.push_back(TruthOf(conversation));
  audit.training_popularity = PopularityOf(liked, catalog, tenths);
  for (size_t i = 0; i < conversations.size() && static_cast<int64_t>(audit.examples.size()) < examples; ++i) {
    if (!set.errors[i].empty()) continue;
    AuditExample example = {conversations[i].id, ConversationText(conversations[i]), liked[i], {}};
    for (const auto& stage : stages) example.stages.push_back(stage.second[i]);
    audit.examples.push_back(std::move(example));
  }
  return audit;
}

std::string AuditJson(const DemonstrationAudit& audit) {
  nlohmann::ordered_json json;
  json["conversations"] = audit.conversations;
  json["left_out"] = audit.left_out;
  json["first_error"] = audit.first_error;
  for (const PassedOverAudit& one : audit.passed_over) {
    json["passed_over"][one.kind] = {
        {"parts", one.parts}, {"conversations", one.conversations}, {"example", one.example}};
  }
  json["training_popularity"] = audit.training_popularity;
  for (const StageAudit& stage : audit.stages) {
    json["stages"].push_back({{"name", stage.name},
                              {"mean_length", stage.mean_length},
                              {"catalog_share", stage.catalog_share},
                              {"hits_by_rank", stage.hits_by_rank},
                              {"recall", stage.recall},
                              {"popularity", stage.popularity}});
  }
  for (const AuditExample& example : audit.examples) {
    nlohmann::ordered_json one = {{"id", example.id}, {"conversation", example.conversation}};
    one["liked"] = ToJson(example.liked);
    for (size_t i = 0; i < example.stages.size(); ++i) one["stages"][audit.stages[i].name] = ToJson(example.stages[i]);
    json["examples"].push_back(one);
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string PassedOverText(const DemonstrationAudit& audit) {
  std::string text;
  for (const PassedOverAudit& one : audit.passed_over) {
    text += (text.empty() ? "" : "; ") + std::to_string(one.parts) + " " + KindInWords(one.kind) + " in " +
            std::to_string(one.conversations) + " conversations (the first, " + one.example + ")";
  }
  return text;
}

std::string AuditPage(const DemonstrationAudit& audit, const NamedTexts& facts) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Demonstrations</title><style>";
  html += std::string(kStyle) + "</style></head><body>\n<h1>Demonstrations, step by step</h1>\n" + Facts(facts);
  html += "<p>" + std::to_string(audit.conversations) + " conversations";
  if (audit.left_out > 0) {
    html += ", " + std::to_string(audit.left_out) +
            " of them left out because the teacher failed (the first: " + EscapeHtml(audit.first_error) + ")";
  }
  html += ".</p>\n" + Overview(audit) + PassedOverTable(audit);
  html +=
      "<h2>Overlap with what users went on to like, by rank</h2>\n<p>Share of conversations whose list has such an "
      "item at this rank.</p>\n" +
      ColumnsByStage(audit, "rank", "", {}, &StageAudit::hits_by_rank);
  html +=
      "<h2>Popularity</h2>\n<p>Share of the catalogue items in the lists that belongs to each tenth of the "
      "catalogue, the most liked items first; beside it the share of what users liked.</p>\n" +
      ColumnsByStage(audit, "tenth", "users", audit.training_popularity, &StageAudit::popularity);
  html += "<h2>Examples</h2>\n<p>Marked items are among those that the user went on to like.</p>\n";
  for (const AuditExample& example : audit.examples) html += Example(audit, example);
  return html + "</body></html>\n";
}

}  // namespace suite
