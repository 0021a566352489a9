#include "reports/plot.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <regex>

#include "base/check.h"
#include "base/files.h"
#include "reports/gnuplot_program.h"
#include "reports/text_table.h"

namespace suite {
namespace {

// Okabe and Ito, "Color Universal Design" (2008), without their yellow (too light for lines) and black (the text's).
constexpr std::array<const char*, 6> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"};
// gnuplot's filled circle, square, triangle, diamond, inverted triangle, pentagon.
constexpr std::array<int, 6> kMarkers = {7, 5, 9, 13, 11, 15};
constexpr size_t kMostMarkers = 12;

std::string Exact(double value) {
  if (std::isnan(value)) return "";
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), "%.17g", value);
  return buffer;
}

// A text in gnuplot's single quotes.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

std::string DataBlock(const PlotLine& line, size_t index) {
  std::string block = "$line" + std::to_string(index) + " << EOD\n";
  const bool has_band = !line.low.empty();
  for (size_t i = 0; i < line.x.size(); ++i) {
    if (std::isnan(line.y[i])) continue;
    block += Exact(line.x[i]) + " " + Exact(line.y[i]);
    if (has_band) block += " " + Exact(line.low[i]) + " " + Exact(line.high[i]);
    block += "\n";
  }
  return block + "EOD\n";
}

void CheckShape(const Plot& plot) {
  SUITE_CHECK_EQ(ToFileStem(plot.file_stem), plot.file_stem);
  SUITE_CHECK(!plot.lines.empty());
  for (const PlotLine& line : plot.lines) {
    SUITE_CHECK_EQ(line.x.size(), line.y.size());
    SUITE_CHECK_EQ(line.low.size(), line.high.size());
    SUITE_CHECK(line.low.empty() || line.low.size() == line.x.size());
  }
}

// Bands first, so that no band covers a line.
std::string PlotCommand(const Plot& plot) {
  std::string bands;
  std::string lines;
  size_t colour = 0;
  for (size_t i = 0; i < plot.lines.size(); ++i) {
    const PlotLine& line = plot.lines[i];
    const std::string data = "$line" + std::to_string(i);
    const std::string title = " title " + Quoted(line.name);
    const std::string separator = lines.empty() ? "" : ", \\\n  ";
    if (line.is_reference) {
      lines += separator + data + " using 1:2 with lines lc rgb 'black' lw 1.5 dt (6,4)" + title;
      continue;
    }
    const std::string paint = std::string(" lc rgb '") + kColours[colour % kColours.size()] + "'";
    const size_t every = 1 + (line.x.size() - 1) / kMostMarkers;
    lines += separator + data + " using 1:2 with linespoints" + paint + " lw 2 pt " +
             std::to_string(kMarkers[colour % kMarkers.size()]) + " ps 0.6 pi " + std::to_string(every) + title;
    if (!line.low.empty()) {
      bands += data + " using 1:3:4 with filledcurves fs transparent solid 0.18 noborder" + paint + " notitle, \\\n  ";
    }
    ++colour;
  }
  return "plot " + bands + lines + "\n";
}

// The lines decide the range: a band may go beyond them by their own span on each side and is cut there, or else the
// wide bands of few seeds would press all lines into one.
std::string RangeCommand(const Plot& plot) {
  double low = INFINITY;
  double high = -INFINITY;
  double band_low = INFINITY;
  double band_high = -INFINITY;
  for (const PlotLine& line : plot.lines) {
    for (double y : line.y) {
      if (!std::isfinite(y)) continue;
      low = std::min(low, y);
      high = std::max(high, y);
    }
    for (double y : line.low) band_low = std::min(band_low, y);
    for (double y : line.high) band_high = std::max(band_high, y);
  }
  const double span = high - low;
  if (!(span > 0)) return "";
  const double bottom = std::min(low, std::max(band_low, low - span)) - 0.05 * span;
  const double top = std::max(high, std::min(band_high, high + span)) + 0.05 * span;
  return "set yrange [" + Exact(bottom) + ":" + Exact(top) + "]\n";
}

std::string Script(const Plot& plot) {
  std::string script =
      "set terminal svg size 640,420 dynamic noenhanced font 'Helvetica,14' background rgb 'white'\n"
      "set encoding utf8\n"
      "set decimalsign '.'\n"
      "set border 3\n"
      "set tics nomirror out scale 0.6\n"
      "set grid ytics lc rgb '#cccccc' lw 1 dt 1\n"
      "set key outside bottom center horizontal Left reverse samplen 2 width 1 spacing 1.1\n"
      "set bars small\n";
  script += "set title " + Quoted(plot.title) + "\n";
  script += "set xlabel " + Quoted(plot.x_label) + " offset 0,0.6\nset ylabel " + Quoted(plot.y_label) + "\n";
  script += RangeCommand(plot);
  for (size_t i = 0; i < plot.lines.size(); ++i) script += DataBlock(plot.lines[i], i);
  return script + PlotCommand(plot);
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
  svg = ReplaceAll(svg, " color=\"black\"", "");
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
  table.header = {"line", "x", "y", "low", "high"};
  for (const PlotLine& line : plot.lines) {
    for (size_t i = 0; i < line.x.size(); ++i) {
      const bool has_band = !line.low.empty();
      table.rows.push_back({{line.name},
                            {Exact(line.x[i])},
                            {Exact(line.y[i])},
                            {has_band ? Exact(line.low[i]) : ""},
                            {has_band ? Exact(line.high[i]) : ""}});
    }
  }
  return ToCsv(table);
}

std::string WritePlot(const Plot& plot, const std::string& folder) {
  CheckShape(plot);
  std::filesystem::create_directories(folder);
  const std::string stem = folder + "/" + plot.file_stem;
  const std::string svg = CleanSvg(RunGnuplot(Script(plot), stem), plot);
  WriteFileAtomically(stem + ".csv", ToPlotCsv(plot));
  WriteFileAtomically(stem + ".svg", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + svg);
  return ForPage(svg, plot.file_stem);
}

std::string ToFileStem(const std::string& name) {
  std::string stem;
  for (char c : name) stem += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return stem;
}

}  // namespace suite
