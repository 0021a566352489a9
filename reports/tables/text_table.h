// A table of ready texts, and its renderings: Markdown, HTML, CSV, LaTeX (booktabs) and aligned text for a terminal.
//
//   TextTable table{{"Arm", "NDCG@5"}};
//   table.rows = {{{"GRPO"}, {"0.218"}}, {{"Rank-GRPO (log)"}, {"0.242", true}}};
//   ToMarkdown(table);      // | Rank-GRPO (log) | **0.242** |
//
// The first column is text and is set left; the others follow `numeric`.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace suite {

struct TextCell {
  std::string text = {};
  bool bold = false;
  std::string detail = {};  // behind the text, smaller where that can be; left out of terminals
  // What a script on an HTML page may want to know, in order: {"value", "0.2419"} becomes data-value="0.2419". A column
  // sorts by data-value where its cells have one, else by its text.
  std::vector<std::pair<std::string, std::string>> data = {};
};

struct TextTable {
  std::vector<std::string> header = {};
  bool numeric = true;                           // set all columns but the first right
  std::vector<std::vector<TextCell>> rows = {};  // each as long as the header
  std::string caption = {};
};

std::string ToMarkdown(const TextTable& table);
std::string ToHtml(const TextTable& table);
std::string ToCsv(const TextTable& table);
std::string ToLatex(const TextTable& table);
// Bold cells carry a star; details are left out.
std::string ToTerminal(const TextTable& table);

// A number by a printf format, such as "%.3f".
std::string Fixed(const char* format, double value);

// "1 run", "2 runs".
std::string Counted(size_t count, const std::string& noun);

// A p value with four digits, "< 0.0001" below them; it sorts by its value.
TextCell PValueCell(double p);

// `text` with the characters replaced that would be markup.
std::string EscapeHtml(const std::string& text);
std::string EscapeMarkdown(const std::string& text);
std::string EscapeLatex(const std::string& text);

// How many characters a terminal needs for UTF-8 `text` (one for each code point).
size_t DisplayWidth(const std::string& text);

}  // namespace suite
