#include "reports/plots/plot.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <regex>

#include "base/check.h"
#include "base/files.h"
#include "reports/plots/gnuplot_program.h"
#include "reports/plots/plot_json.h"
#include "reports/plots/plot_script.h"
#include "reports/tables/text_table.h"

namespace suite {
namespace {

std::string Exact(double value) {
  if (std::isnan(value)) return "";
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), "%.17g", value);
  return buffer;
}

void CheckShape(const Plot& plot) {
  SUITE_CHECK_EQ(ToFileStem(plot.file_stem), plot.file_stem);
  SUITE_CHECK(!plot.lines.empty());
  const bool has_categories =
      plot.kind == PlotKind::kBars || plot.kind == PlotKind::kForest || plot.kind == PlotKind::kPanels;
  if (has_categories) SUITE_CHECK_EQ(plot.lines[0].x.size(), plot.categories.size());
  for (const PlotLine& line : plot.lines) {
    SUITE_CHECK_EQ(line.x.size(), line.y.size());
    SUITE_CHECK_EQ(line.low.size(), line.high.size());
    SUITE_CHECK(line.low.empty() || line.low.size() == line.x.size());
    for (const auto& [label, x] : line.other_x) SUITE_CHECK_EQ(x.size(), line.x.size());
  }
}

std::string ReplaceAll(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// gnuplot's SVG without what names its version, without empty groups, and with the text's colour left to the page.
std::string CleanSvg(std::string svg, const Plot& plot) {
  svg = svg.substr(svg.find("<svg"));
  svg = ReplaceAll(svg, "<title>Gnuplot</title>", "<title>" + EscapeHtml(plot.title) + "</title>");
  svg = std::regex_replace(svg, std::regex("<desc>[^<]*</desc>"), "<desc>" + EscapeHtml(plot.description) + "</desc>");
  svg = std::regex_replace(svg, std::regex("<title>gnuplot_plot_[^<]*</title>"), "");
  // Each panel counts its lines from 1.
  if (plot.kind == PlotKind::kPanels) svg = std::regex_replace(svg, std::regex(" id=\"gnuplot_plot_[^\"]*\""), "");
  svg = ReplaceAll(svg, " color=\"black\"", "");
  svg = ReplaceAll(svg, " color=\"#FFFFFF\"", "");  // of the title over several panels
  for (const char* attribute : {"stroke", "fill"}) {
    for (const char* quote : {"\"", "'"}) {
      const std::string is = std::string(attribute) + "=" + quote;
      svg = ReplaceAll(svg, is + "black" + quote, is + "currentColor" + quote);
      svg = ReplaceAll(svg, is + "rgb(  0,   0,   0)" + quote, is + "currentColor" + quote);
    }
  }
  svg = ReplaceAll(svg, "font-family=\"Helvetica\"", "font-family=\"Helvetica, Arial, sans-serif\"");
  svg = ReplaceAll(svg, "<svg ", "<svg role=\"img\"");
  const std::regex empty_group("<g [^>]*>\\s*</g>\\s*");
  for (std::string before; before != svg;) {
    before = svg;
    svg = std::regex_replace(svg, empty_group, "");
  }
  return svg;
}

// Several plots share a page, and ids must not meet there.
std::string ForPage(std::string svg, const std::string& stem) {
  svg = std::regex_replace(svg, std::regex("<rect x=\"0\" y=\"0\"[^>]*fill=\"#ffffff\"/>\\s*"), "");
  svg = std::regex_replace(svg, std::regex(" id=(['\"])"), " id=$1" + stem + "_");
  return ReplaceAll(svg, "href='#", "href='#" + stem + "_");
}

}  // namespace

std::string ToPlotCsv(const Plot& plot) {
  TextTable table;
  const bool has_panels = plot.kind == PlotKind::kPanels;
  if (has_panels) table.header = {"panel"};
  table.header.insert(table.header.end(), {"line", "x", "y", "low", "high"});
  std::vector<std::string> other_axes;
  for (const PlotLine& line : plot.lines) {
    for (const auto& [label, x] : line.other_x) {
      if (std::find(other_axes.begin(), other_axes.end(), label) == other_axes.end()) other_axes.push_back(label);
    }
  }
  table.header.insert(table.header.end(), other_axes.begin(), other_axes.end());
  for (const PlotLine& line : plot.lines) {
    for (size_t i = 0; i < line.x.size(); ++i) {
      const bool has_band = !line.low.empty();
      const bool is_category = !plot.categories.empty();
      std::vector<TextCell> row;
      if (has_panels) row.push_back({line.panel});
      for (const std::string& text :
           {line.name, is_category ? plot.categories[i] : Exact(line.x[i]), Exact(line.y[i]),
            has_band ? Exact(line.low[i]) : std::string(), has_band ? Exact(line.high[i]) : std::string()}) {
        row.push_back({text});
      }
      for (const std::string& axis : other_axes) {
        row.emplace_back();
        for (const auto& [label, x] : line.other_x) {
          if (label == axis) row.back().text = Exact(x[i]);
        }
      }
      table.rows.push_back(row);
    }
  }
  return ToCsv(table);
}

std::string WritePlot(const Plot& plot, const std::string& folder) {
  CheckShape(plot);
  std::filesystem::create_directories(folder);
  const std::string stem = folder + "/" + plot.file_stem;
  const std::string svg = CleanSvg(RunGnuplot(PlotScript(plot), stem), plot);
  WriteFileAtomically(stem + ".csv", ToPlotCsv(plot));
  WriteFileAtomically(stem + ".json", PlotJson(plot, Digits::kAll).dump() + "\n");
  WriteFileAtomically(stem + ".svg", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + svg);
  return ForPage(svg, plot.file_stem);
}

std::string ToFileStem(const std::string& name) {
  std::string stem;
  for (char c : name) stem += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return stem;
}

}  // namespace suite
