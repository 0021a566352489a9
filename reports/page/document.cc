#include "reports/page/document.h"

#include <cctype>

#include "reports/page/page_assets.h"

namespace suite {
namespace {

Block OfKind(BlockKind kind, const std::string& text) {
  Block block;
  block.kind = kind;
  block.text = text;
  return block;
}

std::string MarkdownOf(const Block& block) {
  switch (block.kind) {
    case BlockKind::kHeading:
      return "## " + EscapeMarkdown(block.text) + "\n";
    case BlockKind::kParagraph:
      return EscapeMarkdown(block.text) + "\n";
    case BlockKind::kWarning:
      return "> **Warning.** " + EscapeMarkdown(block.text) + "\n";
    case BlockKind::kList: {
      std::string text;
      for (const std::string& item : block.items) text += "- " + EscapeMarkdown(item) + "\n";
      return text;
    }
    case BlockKind::kTable:
      return ToMarkdown(block.table);
    case BlockKind::kFigure:
      return "![" + EscapeMarkdown(block.text) + "](" + block.path + ")\n\n*" + EscapeMarkdown(block.text) + "*\n";
    case BlockKind::kCode:
      return "<details><summary>" + EscapeHtml(block.title) + "</summary>\n\n<pre>\n" + EscapeHtml(block.text) +
             "</pre>\n\n</details>\n";
    case BlockKind::kOverview: {
      std::string text;
      for (const OverviewItem& item : block.overview) {
        text += "- **" + EscapeMarkdown(item.word) + "**: " + EscapeMarkdown(item.text) + "\n";
      }
      return text;
    }
  }
  return "";
}

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

std::string HtmlOf(const Block& block) {
  switch (block.kind) {
    case BlockKind::kHeading:
      return "<h2 id=\"" + Anchor(block.text) + "\">" + EscapeHtml(block.text) + "</h2>\n";
    case BlockKind::kParagraph:
      return "<p>" + EscapeHtml(block.text) + "</p>\n";
    case BlockKind::kWarning:
      return "<p class=\"warning\"><strong>Warning.</strong> " + EscapeHtml(block.text) + "</p>\n";
    case BlockKind::kList: {
      std::string html = "<ul>\n";
      for (const std::string& item : block.items) html += "<li>" + EscapeHtml(item) + "</li>\n";
      return html + "</ul>\n";
    }
    case BlockKind::kTable:
      return ToHtml(block.table);
    case BlockKind::kFigure:
      return "<figure data-plot=\"" + EscapeHtml(StemOf(block.path)) + "\">\n" + block.svg + "<figcaption>" +
             EscapeHtml(block.text) + "</figcaption>\n</figure>\n";
    case BlockKind::kCode:
      return "<details><summary>" + EscapeHtml(block.title) + "</summary>\n<pre>" + EscapeHtml(block.text) +
             "</pre></details>\n";
    case BlockKind::kOverview: {
      std::string html = "<ul class=\"overview\">\n";
      for (const OverviewItem& item : block.overview) {
        html += "<li class=\"" + std::string(ClassOf(item.standing)) + "\"><b>" + EscapeHtml(item.word) + "</b> " +
                EscapeHtml(item.text) + "</li>\n";
      }
      return html + "</ul>\n";
    }
  }
  return "";
}

std::string Navigation(const Document& document) {
  std::string html = "<nav aria-label=\"Sections\">\n";
  for (const Block& block : document.blocks) {
    if (block.kind != BlockKind::kHeading) continue;
    html += "<a href=\"#" + Anchor(block.text) + "\">" + EscapeHtml(block.text) + "</a>\n";
  }
  return html + "</nav>\n";
}

// The order counts: the page's script reads the data and calls plotly.js.
std::string Scripts(const Document& document) {
  return "<script type=\"application/json\" id=\"report-data\">" + document.page_data + "</script>\n<script>" +
         PlotlyScript() + "</script>\n<script>\n" + kPageScript + "</script>\n";
}

}  // namespace

Block Heading(const std::string& text) { return OfKind(BlockKind::kHeading, text); }
Block Paragraph(const std::string& text) { return OfKind(BlockKind::kParagraph, text); }
Block Warning(const std::string& text) { return OfKind(BlockKind::kWarning, text); }

Block List(const std::vector<std::string>& items) {
  Block block = OfKind(BlockKind::kList, "");
  block.items = items;
  return block;
}

Block TableBlock(const TextTable& table) {
  Block block = OfKind(BlockKind::kTable, "");
  block.table = table;
  return block;
}

Block FigureBlock(const std::string& path, const std::string& svg, const std::string& caption) {
  Block block = OfKind(BlockKind::kFigure, caption);
  block.path = path;
  block.svg = svg;
  return block;
}

Block FoldedCode(const std::string& title, const std::string& text) {
  Block block = OfKind(BlockKind::kCode, text);
  block.title = title;
  return block;
}

Block Overview(const std::vector<OverviewItem>& items) {
  Block block = OfKind(BlockKind::kOverview, "");
  block.overview = items;
  return block;
}

std::string ToMarkdown(const Document& document) {
  std::string text = "# " + EscapeMarkdown(document.title) + "\n";
  if (!document.subtitle.empty()) text += "\n" + EscapeMarkdown(document.subtitle) + "\n";
  for (const Block& block : document.blocks) text += "\n" + MarkdownOf(block);
  return text;
}

std::string ToHtml(const Document& document) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
      EscapeHtml(document.title) + "</title>\n<style>\n" + kPageCss + "</style>\n</head>\n<body>\n<main>\n<h1>" +
      EscapeHtml(document.title) + "</h1>\n";
  if (!document.subtitle.empty()) html += "<p class=\"subtitle\">" + EscapeHtml(document.subtitle) + "</p>\n";
  if (!document.page_data.empty()) html += Navigation(document);
  bool in_figures = false;
  for (const Block& block : document.blocks) {
    const bool is_figure = block.kind == BlockKind::kFigure;
    if (is_figure && !in_figures) html += "<div class=\"figures\">\n";
    if (!is_figure && in_figures) html += "</div>\n";
    in_figures = is_figure;
    html += HtmlOf(block);
  }
  if (in_figures) html += "</div>\n";
  html += "</main>\n";
  if (!document.page_data.empty()) html += Scripts(document);
  return html + "</body>\n</html>\n";
}

}  // namespace suite
