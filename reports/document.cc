#include "reports/document.h"

#include "reports/document_style.h"

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
  }
  return "";
}

std::string HtmlOf(const Block& block) {
  switch (block.kind) {
    case BlockKind::kHeading:
      return "<h2>" + EscapeHtml(block.text) + "</h2>\n";
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
      return "<figure>\n" + block.svg + "<figcaption>" + EscapeHtml(block.text) + "</figcaption>\n</figure>\n";
    case BlockKind::kCode:
      return "<details><summary>" + EscapeHtml(block.title) + "</summary>\n<pre>" + EscapeHtml(block.text) +
             "</pre></details>\n";
  }
  return "";
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
      EscapeHtml(document.title) + "</title>\n<style>\n" + kDocumentStyle + "</style>\n</head>\n<body>\n<main>\n<h1>" +
      EscapeHtml(document.title) + "</h1>\n";
  if (!document.subtitle.empty()) html += "<p class=\"subtitle\">" + EscapeHtml(document.subtitle) + "</p>\n";
  bool in_figures = false;
  for (const Block& block : document.blocks) {
    const bool is_figure = block.kind == BlockKind::kFigure;
    if (is_figure && !in_figures) html += "<div class=\"figures\">\n";
    if (!is_figure && in_figures) html += "</div>\n";
    in_figures = is_figure;
    html += HtmlOf(block);
  }
  if (in_figures) html += "</div>\n";
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace suite
