// A report as a list of blocks, and its two renderings: Markdown for a repository, one self-contained HTML file for
// reading (inline style and pictures, light and dark, narrow screens, print).
//
//   Document document;
//   document.title = "Quickstart";
//   document.blocks = {Heading("Results"), Paragraph("..."), TableBlock(table), FigureBlock(...)};
//   WriteFileAtomically("report.html", ToHtml(document));
#pragma once

#include <string>
#include <vector>

#include "reports/text_table.h"

namespace suite {

enum class BlockKind { kHeading, kParagraph, kWarning, kList, kTable, kFigure, kCode };

struct Block {
  BlockKind kind = BlockKind::kParagraph;
  std::string text;                // heading, paragraph, warning; a figure's caption; code
  std::vector<std::string> items;  // list
  TextTable table;
  std::string path;   // figure: the picture's path beside the Markdown file
  std::string svg;    // figure: the picture for the HTML file
  std::string title;  // code: what it is folded under
};

struct Document {
  std::string title;
  std::string subtitle;
  std::vector<Block> blocks;
};

Block Heading(const std::string& text);
Block Paragraph(const std::string& text);
Block Warning(const std::string& text);
Block List(const std::vector<std::string>& items);
Block TableBlock(const TextTable& table);
Block FigureBlock(const std::string& path, const std::string& svg, const std::string& caption);
// Text as it stands, folded under `title`.
Block FoldedCode(const std::string& title, const std::string& text);

std::string ToMarkdown(const Document& document);
std::string ToHtml(const Document& document);

}  // namespace suite
