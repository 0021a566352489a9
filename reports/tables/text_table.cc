#include "reports/tables/text_table.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/text/format.h"

namespace suite {
namespace {

void CheckShape(const TextTable& table) {
  for (const auto& row : table.rows) SUITE_CHECK_EQ(row.size(), table.header.size());
}

bool IsRight(const TextTable& table, size_t column) { return table.numeric && column > 0; }

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string Padded(const std::string& text, size_t width, bool right) {
  const std::string space(width - std::min(width, DisplayWidth(text)), ' ');
  return right ? space + text : text + space;
}

std::vector<size_t> ColumnWidths(const TextTable& table) {
  std::vector<size_t> widths;
  for (const std::string& name : table.header) widths.push_back(DisplayWidth(name));
  for (const auto& row : table.rows) {
    for (size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], DisplayWidth(row[c].text) + (row[c].bold ? 1 : 0));
    }
  }
  return widths;
}

// The cells of a row or of the header, each as `write` has it, with `between` between them.
template <typename Row, typename Write>
std::string Line(const Row& row, const char* between, const Write& write) {
  std::vector<std::string> cells;
  for (size_t c = 0; c < row.size(); ++c) cells.push_back(write(row[c], c));
  return Join(cells, between);
}

std::string DataAttributes(const TextCell& cell) {
  std::string html;
  for (const auto& [name, value] : cell.data) html += " data-" + name + "=\"" + EscapeHtml(value) + "\"";
  return html;
}

// Whether a script should sort the column as numbers.
bool SortsAsNumber(const TextTable& table, size_t column) {
  const auto has_value = [column](const std::vector<TextCell>& row) {
    const auto& data = row[column].data;
    return std::any_of(data.begin(), data.end(), [](const auto& item) { return item.first == "value"; });
  };
  return std::any_of(table.rows.begin(), table.rows.end(), has_value);
}

std::string Trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string ToMarkdown(const TextTable& table) {
  CheckShape(table);
  const auto escaped = [](const std::string& name, size_t) { return EscapeMarkdown(name); };
  const auto rule = [&](const std::string&, size_t c) { return IsRight(table, c) ? "---:" : "---"; };
  const auto marked = [](const TextCell& cell, size_t) {
    const std::string text = EscapeMarkdown(cell.text);
    return (cell.bold ? "**" + text + "**" : text) + (cell.detail.empty() ? "" : " " + EscapeMarkdown(cell.detail));
  };
  std::string text = "| " + Line(table.header, " | ", escaped) + " |\n| " + Line(table.header, " | ", rule) + " |\n";
  for (const auto& row : table.rows) text += "| " + Line(row, " | ", marked) + " |\n";
  if (!table.caption.empty()) text += "\n" + EscapeMarkdown(table.caption) + "\n";
  return text;
}

std::string ToHtml(const TextTable& table) {
  CheckShape(table);
  std::string html = "<div class=\"scroll\"><table" + std::string(table.numeric ? " class=\"numeric\"" : "") + ">\n";
  if (!table.caption.empty()) html += "<caption>" + EscapeHtml(table.caption) + "</caption>\n";
  const auto named = [&](const std::string& name, size_t c) {
    return "<th scope=\"col\" data-sort=\"" + std::string(SortsAsNumber(table, c) ? "number" : "text") + "\">" +
           EscapeHtml(name) + "</th>";
  };
  const auto marked = [](const TextCell& cell, size_t c) {
    const std::string text = EscapeHtml(cell.text);
    std::string set = cell.bold ? "<strong>" + text + "</strong>" : text;
    if (!cell.detail.empty()) set += " <small>" + EscapeHtml(cell.detail) + "</small>";
    const std::string data = DataAttributes(cell);
    return c == 0 ? "<th scope=\"row\"" + data + ">" + set + "</th>" : "<td" + data + ">" + set + "</td>";
  };
  html += "<thead><tr>" + Line(table.header, "", named) + "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) html += "<tr>" + Line(row, "", marked) + "</tr>\n";
  return html + "</tbody></table></div>\n";
}

std::string ToCsv(const TextTable& table) {
  CheckShape(table);
  const auto field = [](const TextCell& cell, size_t) {
    return CsvField(cell.text + (cell.detail.empty() ? "" : " " + cell.detail));
  };
  std::string csv = Line(table.header, ",", [](const std::string& name, size_t) { return CsvField(name); }) + "\n";
  for (const auto& row : table.rows) csv += Line(row, ",", field) + "\n";
  return csv;
}

std::string ToLatex(const TextTable& table) {
  CheckShape(table);
  const auto column = [&](const std::string&, size_t c) { return IsRight(table, c) ? "r" : "l"; };
  const auto escaped = [](const std::string& name, size_t) { return EscapeLatex(name); };
  const auto marked = [](const TextCell& cell, size_t) {
    const std::string text = EscapeLatex(cell.text);
    return (cell.bold ? "\\textbf{" + text + "}" : text) +
           (cell.detail.empty() ? "" : " {\\scriptsize " + EscapeLatex(cell.detail) + "}");
  };
  std::string tex = "% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n\\begin{tabular}{" +
                    Line(table.header, "", column) + "}\n\\toprule\n" + Line(table.header, " & ", escaped) +
                    " \\\\\n\\midrule\n";
  for (const auto& row : table.rows) tex += Line(row, " & ", marked) + " \\\\\n";
  tex += "\\bottomrule\n\\end{tabular}\n";
  if (!table.caption.empty()) tex += "\\caption{" + EscapeLatex(table.caption) + "}\n";
  return tex + "\\end{table}\n";
}

std::string ToTerminal(const TextTable& table) {
  CheckShape(table);
  const std::vector<size_t> widths = ColumnWidths(table);
  const auto name = [&](const std::string& text, size_t c) { return Padded(text, widths[c], IsRight(table, c)); };
  const auto cell = [&](const TextCell& one, size_t c) { return name(one.text + (one.bold ? "*" : ""), c); };
  std::string text = table.caption.empty() ? "" : table.caption + "\n";
  text += Trimmed(Line(table.header, "  ", name));
  text += Line(widths, "  ", [](size_t width, size_t) { return std::string(width, '-'); }) + "\n";
  for (const auto& row : table.rows) text += Trimmed(Line(row, "  ", cell));
  return text;
}

std::string Counted(size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string Fixed(const char* format, double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), format, value);
  return buffer;
}

TextCell PValueCell(double p) {
  TextCell cell;
  cell.text = p < 0.0001 ? "< 0.0001" : Fixed("%.4f", p);
  cell.data = {{"value", ExactNumber(p)}};
  return cell;
}

std::string EscapeHtml(const std::string& text) {
  static const std::map<char, const char*> kEntities = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};
  std::string escaped;
  for (char c : text) {
    const auto entity = kEntities.find(c);
    escaped += entity == kEntities.end() ? std::string(1, c) : entity->second;
  }
  return escaped;
}

std::string EscapeMarkdown(const std::string& text) {
  std::string escaped;
  for (char c : text) {
    if (std::string("\\`*_|<>").find(c) != std::string::npos) escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

std::string EscapeLatex(const std::string& text) {
  static const std::vector<std::pair<std::string, std::string>> kCommands = {{"\u00a0", "~"},
                                                                             {"\u0394", "$\\Delta$"},
                                                                             {"\u2191", "$\\uparrow$"},
                                                                             {"\u2193", "$\\downarrow$"},
                                                                             {"\\", "\\textbackslash{}"},
                                                                             {"<", "$<$"},
                                                                             {">", "$>$"},
                                                                             {"~", "\\~{}"},
                                                                             {"^", "\\^{}"}};
  std::string escaped;
  for (size_t i = 0; i < text.size();) {
    const auto command = std::find_if(kCommands.begin(), kCommands.end(), [&](const auto& known) {
      return text.compare(i, known.first.size(), known.first) == 0;
    });
    if (command != kCommands.end()) {
      escaped += command->second;
      i += command->first.size();
      continue;
    }
    if (std::string("&%$#_{}").find(text[i]) != std::string::npos) escaped += '\\';
    escaped += text[i++];
  }
  return escaped;
}

size_t DisplayWidth(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace suite
