#include "harness/demonstrations/audit_page.h"

#include <algorithm>
#include <cstdio>
#include <set>

namespace suite {
namespace {

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
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
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

std::string AuditPage(const DemonstrationAudit& audit, const NamedTexts& facts) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Demonstrations</title><style>";
  html += std::string(kStyle) + "</style></head><body>\n<h1>Demonstrations, step by step</h1>\n" + Facts(facts);
  html += "<p>" + std::to_string(audit.conversations) + " conversations";
  if (audit.left_out > 0) {
    html += ", " + std::to_string(audit.left_out) +
            " of them left out because the teacher failed (the first: " + EscapeHtml(audit.first_error) + ")";
  }
  html += ".</p>\n" + Overview(audit);
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
