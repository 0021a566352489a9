// A report as it is written, block by block, in two forms: Markdown for a repository, one self-contained HTML file for
// reading (inline style and pictures, light and dark, narrow screens, print). With page data (page_data.h) the page is
// interactive: tables sort, cells open what is behind them, and plots are drawn anew with hover.
//
//   Document document("Quickstart", "4 arms, 2 seeds an arm");
//   document.AddHeading("Results");
//   document.AddTable(table);
//   WriteFileAtomically("report.html", document.ToHtml());
#pragma once

#include <string>
#include <vector>

#include "reports/tables/text_table.h"

namespace suite {

// A point of the overview: how it stands in a word, what it says, and whether that is good, bad or open.
enum class Standing { kGood, kBad, kOpen };
struct OverviewItem {
  std::string word;
  std::string text;
  Standing standing = Standing::kOpen;
};

class Document {
 public:
  explicit Document(const std::string& title, const std::string& subtitle = "") : title_(title), subtitle_(subtitle) {}

  void AddHeading(const std::string& text);
  void AddParagraph(const std::string& text);
  void AddWarning(const std::string& text);
  void AddList(const std::vector<std::string>& items);
  void AddTable(const TextTable& table);
  // `path`: of the picture, beside the Markdown file. `svg`: the picture for the HTML file.
  void AddFigure(const std::string& path, const std::string& svg, const std::string& caption);
  // Text as it stands, folded under `title`.
  void AddFoldedCode(const std::string& title, const std::string& text);
  void AddOverview(const std::vector<OverviewItem>& items);
  // JSON for the page's scripts; a page without it has no scripts.
  void SetPageData(const std::string& json) { page_data_ = json; }

  const std::string& subtitle() const { return subtitle_; }
  std::string ToMarkdown() const;
  std::string ToHtml() const;

 private:
  void Add(const std::string& markdown, const std::string& html, bool is_figure = false);

  std::string title_;
  std::string subtitle_;
  std::string markdown_;
  std::string html_;
  std::string navigation_;  // a link for each heading
  std::string page_data_;
  bool in_figures_ = false;  // the last block is a figure: neighbours share a grid
};

}  // namespace suite
