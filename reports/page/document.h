// A report as a list of blocks, and its two renderings: Markdown for a repository, one self-contained HTML file for
// reading (inline style and pictures, light and dark, narrow screens, print). With page data (page_data.h) the page is
// interactive: tables sort, cells open what is behind them, and plots are drawn anew with hover.
//
//   Document document;
//   document.title = "Quickstart";
//   document.blocks = {Heading("Results"), Paragraph("..."), TableBlock(table), FigureBlock(...)};
//   WriteFileAtomically("report.html", ToHtml(document));
#pragma once

#include <string>
#include <vector>

#include "reports/tables/text_table.h"

namespace suite {

enum class BlockKind { kHeading, kParagraph, kWarning, kList, kTable, kFigure, kCode, kOverview };

// A point of the overview: what it says, in a word how it stands, and whether that is good, bad or open.
enum class Standing { kGood, kBad, kOpen };
struct OverviewItem {
  std::string word;
  std::string text;
  Standing standing = Standing::kOpen;
};

struct Block {
  BlockKind kind = BlockKind::kParagraph;
  std::string text;                // heading, paragraph, warning; a figure's caption; code
  std::vector<std::string> items;  // list
  TextTable table;
  std::string path;   // figure: the picture's path beside the Markdown file
  std::string svg;    // figure: the picture for the HTML file
  std::string title;  // code: what it is folded under
  std::vector<OverviewItem> overview;
};

struct Document {
  std::string title;
  std::string subtitle;
  std::vector<Block> blocks;
  std::string page_data;  // JSON for the page's scripts; empty for a page without scripts
};

Block Heading(const std::string& text);
Block Paragraph(const std::string& text);
Block Warning(const std::string& text);
Block List(const std::vector<std::string>& items);
Block TableBlock(const TextTable& table);
Block FigureBlock(const std::string& path, const std::string& svg, const std::string& caption);
// Text as it stands, folded under `title`.
Block FoldedCode(const std::string& title, const std::string& text);
Block Overview(const std::vector<OverviewItem>& items);

std::string ToMarkdown(const Document& document);
std::string ToHtml(const Document& document);

}  // namespace suite
