#include "reports/page/document.h"

#include <cctype>

namespace suite {

// Style and scripts (sorting, charts, dialogs) as they are built into the program, made by BUILD.
extern const char kPageCss[];
extern const char kPageScript[];
// plotly.js, or empty in builds with --define=plotly=none: then the page shows the pictures that gnuplot drew.
std::string PlotlyScript();

namespace {

std::string Anchor(const std::string& heading) {
  std::string anchor;
  for (char c : heading) {
    anchor += std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::tolower(c)) : '-';
  }
  return anchor;
}

const char* ClassOf(Standing standing) {
  return standing == Standing::kGood ? "good" : standing == Standing::kBad ? "bad" : "open";
}

// "plots/curve_ndcg_5.svg" gives "curve_ndcg_5".
std::string StemOf(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.rfind('.'));
}

}  // namespace

void Document::Add(const std::string& markdown, const std::string& html, bool is_figure) {
  if (is_figure != in_figures_) html_ += is_figure ? "<div class=\"figures\">\n" : "</div>\n";
  in_figures_ = is_figure;
  markdown_ += "\n" + markdown;
  html_ += html;
}

void Document::AddHeading(const std::string& text) {
  Add("## " + EscapeMarkdown(text) + "\n", "<h2 id=\"" + Anchor(text) + "\">" + EscapeHtml(text) + "</h2>\n");
  navigation_ += "<a href=\"#" + Anchor(text) + "\">" + EscapeHtml(text) + "</a>\n";
}

void Document::AddParagraph(const std::string& text) {
  Add(EscapeMarkdown(text) + "\n", "<p>" + EscapeHtml(text) + "</p>\n");
}

void Document::AddWarning(const std::string& text) {
  Add("> **Warning.** " + EscapeMarkdown(text) + "\n",
      "<p class=\"warning\"><strong>Warning.</strong> " + EscapeHtml(text) + "</p>\n");
}

void Document::AddList(const std::vector<std::string>& items) {
  std::string markdown;
  std::string html;
  for (const std::string& item : items) {
    markdown += "- " + EscapeMarkdown(item) + "\n";
    html += "<li>" + EscapeHtml(item) + "</li>\n";
  }
  Add(markdown, "<ul>\n" + html + "</ul>\n");
}

void Document::AddTable(const TextTable& table) { Add(suite::ToMarkdown(table), suite::ToHtml(table)); }

void Document::AddFigure(const std::string& path, const std::string& svg, const std::string& caption) {
  const std::string text = EscapeMarkdown(caption);
  Add("![" + text + "](" + path + ")\n\n*" + text + "*\n",
      "<figure data-plot=\"" + EscapeHtml(StemOf(path)) + "\">\n" + svg + "<figcaption>" + EscapeHtml(caption) +
          "</figcaption>\n</figure>\n",
      /*is_figure=*/true);
}

void Document::AddFoldedCode(const std::string& title, const std::string& text) {
  const std::string summary = "<details><summary>" + EscapeHtml(title) + "</summary>\n";
  Add(summary + "\n<pre>\n" + EscapeHtml(text) + "</pre>\n\n</details>\n",
      summary + "<pre>" + EscapeHtml(text) + "</pre></details>\n");
}

void Document::AddOverview(const std::vector<OverviewItem>& items) {
  std::string markdown;
  std::string html;
  for (const OverviewItem& item : items) {
    markdown += "- **" + EscapeMarkdown(item.word) + "**: " + EscapeMarkdown(item.text) + "\n";
    html += "<li class=\"" + std::string(ClassOf(item.standing)) + "\"><b>" + EscapeHtml(item.word) + "</b> " +
            EscapeHtml(item.text) + "</li>\n";
  }
  Add(markdown, "<ul class=\"overview\">\n" + html + "</ul>\n");
}

std::string Document::ToMarkdown() const {
  return "# " + EscapeMarkdown(title_) + "\n" + (subtitle_.empty() ? "" : "\n" + EscapeMarkdown(subtitle_) + "\n") +
         markdown_;
}

std::string Document::ToHtml() const {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
      EscapeHtml(title_) + "</title>\n<style>\n" + kPageCss + "</style>\n</head>\n<body>\n<main>\n<h1>" +
      EscapeHtml(title_) + "</h1>\n";
  if (!subtitle_.empty()) html += "<p class=\"subtitle\">" + EscapeHtml(subtitle_) + "</p>\n";
  if (!page_data_.empty()) html += "<nav aria-label=\"Sections\">\n" + navigation_ + "</nav>\n";
  html += html_ + (in_figures_ ? "</div>\n" : "") + "</main>\n";
  if (!page_data_.empty()) {
    // The order counts: the page's script reads the data and calls plotly.js.
    html += "<script type=\"application/json\" id=\"report-data\">" + page_data_ + "</script>\n<script>" +
            PlotlyScript() + "</script>\n<script>\n" + kPageScript + "</script>\n";
  }
  return html + "</body>\n</html>\n";
}

}  // namespace suite
