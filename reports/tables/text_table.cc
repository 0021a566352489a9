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
  std::string text = "|";
  for (const std::string& name : table.header) text += " " + EscapeMarkdown(name) + " |";
  text += "\n|";
  for (size_t c = 0; c < table.header.size(); ++c) text += IsRight(table, c) ? " ---: |" : " --- |";
  text += "\n";
  for (const auto& row : table.rows) {
    text += "|";
    for (const TextCell& cell : row) {
      const std::string escaped = EscapeMarkdown(cell.text);
      text += " " + (cell.bold ? "**" + escaped + "**" : escaped);
      text += (cell.detail.empty() ? "" : " " + EscapeMarkdown(cell.detail)) + " |";
    }
    text += "\n";
  }
  if (!table.caption.empty()) text += "\n" + EscapeMarkdown(table.caption) + "\n";
  return text;
}

std::string ToHtml(const TextTable& table) {
  CheckShape(table);
  std::string html = "<div class=\"scroll\"><table" + std::string(table.numeric ? " class=\"numeric\"" : "") + ">\n";
  if (!table.caption.empty()) html += "<caption>" + EscapeHtml(table.caption) + "</caption>\n";
  html += "<thead><tr>";
  for (size_t c = 0; c < table.header.size(); ++c) {
    html += "<th scope=\"col\" data-sort=\"" + std::string(SortsAsNumber(table, c) ? "number" : "text") + "\">" +
            EscapeHtml(table.header[c]) + "</th>";
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string text = EscapeHtml(row[c].text);
      std::string set = row[c].bold ? "<strong>" + text + "</strong>" : text;
      if (!row[c].detail.empty()) set += " <small>" + EscapeHtml(row[c].detail) + "</small>";
      const std::string data = DataAttributes(row[c]);
      html += c == 0 ? "<th scope=\"row\"" + data + ">" + set + "</th>" : "<td" + data + ">" + set + "</td>";
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string ToCsv(const TextTable& table) {
  CheckShape(table);
  std::string csv;
  for (size_t c = 0; c < table.header.size(); ++c) csv += (c ? "," : "") + CsvField(table.header[c]);
  csv += "\n";
  for (const auto& row : table.rows) {
    for (size_t c = 0; c < row.size(); ++c) {
      csv += (c ? "," : "") + CsvField(row[c].text + (row[c].detail.empty() ? "" : " " + row[c].detail));
    }
    csv += "\n";
  }
  return csv;
}

std::string ToLatex(const TextTable& table) {
  CheckShape(table);
  std::string columns;
  for (size_t c = 0; c < table.header.size(); ++c) columns += IsRight(table, c) ? "r" : "l";
  std::string tex =
      "% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n\\begin{tabular}{" + columns + "}\n\\toprule\n";
  for (size_t c = 0; c < table.header.size(); ++c) tex += (c ? " & " : "") + EscapeLatex(table.header[c]);
  tex += " \\\\\n\\midrule\n";
  for (const auto& row : table.rows) {
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string text = EscapeLatex(row[c].text);
      tex += (c ? " & " : "") + (row[c].bold ? "\\textbf{" + text + "}" : text);
      if (!row[c].detail.empty()) tex += " {\\scriptsize " + EscapeLatex(row[c].detail) + "}";
    }
    tex += " \\\\\n";
  }
  tex += "\\bottomrule\n\\end{tabular}\n";
  if (!table.caption.empty()) tex += "\\caption{" + EscapeLatex(table.caption) + "}\n";
  return tex + "\\end{table}\n";
}

std::string ToTerminal(const TextTable& table) {
  CheckShape(table);
  const std::vector<size_t> widths = ColumnWidths(table);
  std::string text = table.caption.empty() ? "" : table.caption + "\n";
  std::string line;
  for (size_t c = 0; c < widths.size(); ++c)
    line += (c ? "  " : "") + Padded(table.header[c], widths[c], IsRight(table, c));
  text += Trimmed(line);
  line.clear();
  for (size_t c = 0; c < widths.size(); ++c) line += (c ? "  " : "") + std::string(widths[c], '-');
  text += line + "\n";
  for (const auto& row : table.rows) {
    line.clear();
    for (size_t c = 0; c < row.size(); ++c) {
      line += (c ? "  " : "") + Padded(row[c].text + (row[c].bold ? "*" : ""), widths[c], IsRight(table, c));
    }
    text += Trimmed(line);
  }
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
