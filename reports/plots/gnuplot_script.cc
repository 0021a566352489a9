#include "reports/plots/gnuplot_script.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text/format.h"

namespace suite {
namespace {

// Okabe and Ito, "Color Universal Design" (2008), without their yellow (too light for lines) and black (the text's).
constexpr std::array<const char*, 6> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"};
// gnuplot's filled circle, square, triangle, diamond, inverted triangle, pentagon.
constexpr std::array<int, 6> kMarkers = {7, 5, 9, 13, 11, 15};
constexpr size_t kMostMarkers = 12;

// A text in gnuplot's single quotes, which end with the line.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c == '\n' || c == '\r' ? ' ' : c);
  return quoted + "'";
}

// The same with line breaks, in double quotes.
std::string QuotedLines(const std::string& text) {
  std::string quoted = "\"";
  for (char c : text)
    quoted += c == '\n' ? std::string("\\n") : (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
  return quoted + "\"";
}

std::string DataName(size_t index) { return "$line" + std::to_string(index); }

std::string DataBlock(const PlotLine& line, size_t index) {
  std::string block = DataName(index) + " << EOD\n";
  const bool has_band = !line.low.empty();
  for (size_t i = 0; i < line.x.size(); ++i) {
    if (std::isnan(line.y[i])) continue;
    block += ExactNumber(line.x[i]) + " " + ExactNumber(line.y[i]);
    if (has_band) block += " " + ExactNumber(line.low[i]) + " " + ExactNumber(line.high[i]);
    block += "\n";
  }
  return block + "EOD\n";
}

std::string Paint(size_t colour) { return std::string(" lc rgb '") + kColours[colour % kColours.size()] + "'"; }

// After all colours were used the same colours come with the next marker, and lines with dashes.
std::string Mark(size_t colour) {
  return " pt " + std::to_string(kMarkers[(colour + colour / kColours.size()) % kMarkers.size()]);
}

std::string Dash(size_t colour) { return colour < kColours.size() ? "" : " dt (8,4)"; }

// Bands first, so that no band covers a line.
std::string LinesCommand(const Plot& plot) {
  std::string bands;
  std::string lines;
  size_t colour = 0;
  for (size_t i = 0; i < plot.lines.size(); ++i) {
    const PlotLine& line = plot.lines[i];
    const std::string title = " title " + Quoted(line.name);
    const std::string separator = lines.empty() ? "" : ", \\\n  ";
    if (line.is_reference) {
      lines += separator + DataName(i) + " using 1:2 with lines lc rgb 'black' lw 1.5 dt (6,4)" + title;
      continue;
    }
    const std::string paint = Paint(colour);
    const size_t every = 1 + (line.x.size() - 1) / kMostMarkers;
    lines += separator + DataName(i) + " using 1:2 with linespoints" + paint + " lw 2" + Dash(colour) + Mark(colour) +
             " ps 0.6 pi " + std::to_string(every) + title;
    if (!line.low.empty()) {
      bands += DataName(i) + " using 1:3:4 with filledcurves fs transparent solid 0.18 noborder" + paint +
               " notitle, \\\n  ";
    }
    ++colour;
  }
  return "plot " + bands + lines + "\n";
}

std::string PointsCommand(const Plot& plot) {
  std::string command = "plot ";
  for (size_t i = 0; i < plot.lines.size(); ++i) {
    const bool has_band = !plot.lines[i].low.empty();
    command += (i ? ", \\\n  " : "") + DataName(i) +
               (has_band ? " using 1:2:3:4 with yerrorbars" : " using 1:2 with points") + Paint(i) + Mark(i) +
               " ps 1 lw 1.5 title " + Quoted(plot.lines[i].name);
  }
  return command + "\n";
}

std::string BarsCommand(const Plot& plot) {
  const std::string data = DataName(0);
  const std::string intervals =
      ", " + data + " using 1:3:(0):($4-$3) with vectors nohead lc rgb 'black' lw 1.4 notitle";
  return "set style fill solid 0.55 noborder\nset boxwidth 0.6\nplot " + data + " using 1:2 with boxes" + Paint(0) +
         " notitle" + (plot.lines[0].low.empty() ? "" : intervals) + "\n";
}

std::string ForestCommand(const Plot& plot) {
  return "set arrow from 0, graph 0 to 0, graph 1 nohead lc rgb 'black' lw 1 dt (6,4)\nplot " + DataName(0) +
         " using 2:1:3:4 with xerrorbars" + Paint(0) + " pt 5 ps 0.6 lw 1.8 notitle\n";
}

// The outlines of one panel: its lines are drawn over each other, so each has its own dashes too.
std::string PanelCommand(const Plot& plot, const std::string& panel, bool has_key) {
  static const std::array<const char*, 3> kDashes = {"(2,3)", "(8,4)", "1"};
  std::string lines;
  size_t colour = 0;
  for (size_t i = 0; i < plot.lines.size(); ++i) {
    if (plot.lines[i].panel != panel) continue;
    lines += (lines.empty() ? "" : ", \\\n  ") + DataName(i) + " using 1:2 with histeps" + Paint(colour) + " lw 2 dt " +
             kDashes[colour % kDashes.size()] + (has_key ? " title " + Quoted(plot.lines[i].name) : " notitle");
    ++colour;
  }
  return "set title " + Quoted(panel) + "\n" +
         (has_key ? "set key inside top left vertical samplen 1.5 font ',11'" : "unset key") + "\nplot " + lines + "\n";
}

size_t PanelColumns(const Plot& plot) { return PanelsOf(plot).size() > 1 ? 2 : 1; }
size_t PanelRows(const Plot& plot) { return (PanelsOf(plot).size() + PanelColumns(plot) - 1) / PanelColumns(plot); }

std::string PanelsCommand(const Plot& plot) {
  const std::vector<std::string> panels = PanelsOf(plot);
  std::string command = "set multiplot layout " + std::to_string(PanelRows(plot)) + "," +
                        std::to_string(PanelColumns(plot)) + " title " + Quoted(plot.title) + "\n";
  for (size_t i = 0; i < panels.size(); ++i) {
    const bool is_left = i % PanelColumns(plot) == 0;
    const bool is_below = i + PanelColumns(plot) >= panels.size();
    command += "set ylabel " + Quoted(is_left ? plot.y_label : "") + "\nset xlabel " +
               Quoted(is_below ? plot.x_label : "") + " offset 0,0.6\n" + PanelCommand(plot, panels[i], i == 0);
  }
  return command + "unset multiplot\n";
}

// All panels share their axes.
std::string PanelAxes(const Plot& plot) {
  double top = 0;
  for (const PlotLine& line : plot.lines) {
    for (double y : line.y) top = std::isfinite(y) ? std::max(top, y) : top;
  }
  std::string ticks;
  for (const auto& [x, text] : plot.x_ticks) ticks += (ticks.empty() ? "" : ", ") + Quoted(text) + " " + ExactNumber(x);
  return "set xtics (" + ticks + ") font ',11'\nset xrange [-0.5:" + std::to_string(plot.categories.size()) +
         " - 0.5]\n" + "set yrange [0:" + ExactNumber(top > 0 ? 1.05 * top : 1) + "]\n";
}

// The lines decide the range: a band may go beyond them by their own span on each side and is cut there, or else the
// wide bands of few seeds would press all lines into one.
std::string LinesRange(const Plot& plot) {
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
  if (plot.whole_bands) {
    low = std::min(low, band_low);
    high = std::max(high, band_high);
  }
  const double span = high - low;
  if (!(span > 0)) return "";
  const double bottom = std::min(low, std::max(band_low, low - span)) - 0.05 * span;
  const double top = std::max(high, std::min(band_high, high + span)) + 0.05 * span;
  return "set yrange [" + ExactNumber(bottom) + ":" + ExactNumber(top) + "]\n";
}

constexpr int kWidth = 640;
constexpr int kLetter = 8;  // pixels, of a label's letters on average

// "A against B" on two lines, where it is long.
std::string Broken(const std::string& label) {
  const std::string word = " against ";
  const size_t at = label.find(word);
  return label.size() <= 32 || at == std::string::npos ? label : label.substr(0, at) + "\n" + label.substr(at + 1);
}

bool HasBroken(const Plot& plot) {
  return std::any_of(plot.categories.begin(), plot.categories.end(),
                     [](const std::string& label) { return Broken(label) != label; });
}

// Letters of the longest line.
int LongestLine(const std::vector<std::string>& labels) {
  size_t longest = 0;
  for (const std::string& label : labels) {
    const std::string broken = Broken(label);
    const size_t first = std::min(broken.find('\n'), broken.size());
    longest = std::max({longest, first, broken.size() - first});
  }
  return static_cast<int>(longest);
}

bool LabelsLean(const Plot& plot) { return plot.kind == PlotKind::kBars && plot.categories.size() > 4; }

// Pixels by which leaning labels end right of the axis, of a plot of the usual width.
int BeyondTheAxis(const Plot& plot) {
  int most = 0;
  const auto count = static_cast<int>(plot.categories.size());
  for (int i = 0; i < count && LabelsLean(plot); ++i) {
    const int left = (kWidth - 110) * (count - i) / (count + 1);
    const auto letters = static_cast<int>(plot.categories[static_cast<size_t>(i)].size());
    most = std::max(most, letters * kLetter * 9 / 10 - left);
  }
  return most;
}

std::string Categories(const Plot& plot, const std::string& axis) {
  std::string command = "set " + axis + "tics (";
  for (size_t i = 0; i < plot.categories.size(); ++i) {
    command += (i ? ", " : "") + QuotedLines(axis == "y" ? Broken(plot.categories[i]) : plot.categories[i]) + " " +
               std::to_string(i);
  }
  const std::string end = std::to_string(plot.categories.size()) + " - 0.4";
  const std::string range = axis == "y" ? "[" + end + ":-0.6]" : "[-0.6:" + end + "]";
  command += std::string(")") + (LabelsLean(plot) ? " rotate by -25" : "") + "\nset " + axis + "range " + range + "\n";
  const int beyond = BeyondTheAxis(plot);
  return command + (beyond > 0 ? "set rmargin " + std::to_string(beyond / kLetter + 1) + "\n" : "");
}

// From the leftmost to the rightmost end there is room for four ticks.
std::string FewTicks(const PlotLine& line) {
  double low = 0, high = 0;
  for (const std::vector<double>* values : {&line.y, &line.low, &line.high}) {
    for (const double value : *values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  if (!(high > low)) return "";
  const double quarter = (high - low) / 4, power = std::pow(10, std::floor(std::log10(quarter)));
  const double step = quarter <= power ? 1 : quarter <= 2 * power ? 2 : quarter <= 5 * power ? 5 : 10;
  return "set xtics " + ExactNumber(step * power) + "\n";
}

// What depends on the kind: axes and the command that draws.
struct Drawing {
  std::string (*axes)(const Plot&);
  std::string (*command)(const Plot&);
};

const Drawing& DrawingOf(PlotKind kind) {
  static const std::array<Drawing, 5> kDrawings = {{
      // In the order of PlotKind.
      {[](const Plot& plot) { return (plot.log_x ? "set logscale x 2\n" : "") + LinesRange(plot); }, LinesCommand},
      {[](const Plot&) { return std::string("set offsets graph 0.08, graph 0.08, graph 0.05, graph 0.05\n"); },
       PointsCommand},
      {[](const Plot& plot) { return Categories(plot, "x") + "set yrange [0:*]\n"; }, BarsCommand},
      {[](const Plot& plot) {
         return Categories(plot, "y") + FewTicks(plot.lines[0]) + "set grid noytics xtics lc rgb '#cccccc' lw 1 dt 1\n";
       },
       ForestCommand},
      {PanelAxes, PanelsCommand},
  }};
  return kDrawings[static_cast<size_t>(kind)];
}

// A forest needs a line of text for each of its rows, or two.
int HeightOf(const Plot& plot) {
  if (plot.kind == PlotKind::kPanels) return 60 + 230 * static_cast<int>(PanelRows(plot));
  if (plot.kind != PlotKind::kForest) return 420;
  return std::max(220, 110 + (HasBroken(plot) ? 42 : 24) * static_cast<int>(plot.categories.size()));
}

// Labels take what they need, and leave the plot its place.
int WidthOf(const Plot& plot) {
  if (plot.kind == PlotKind::kForest) return std::max(kWidth, 380 + kLetter * LongestLine(plot.categories));
  return kWidth + BeyondTheAxis(plot);
}

}  // namespace

std::string PlotScript(const Plot& plot) {
  std::string script = "set terminal svg size " + std::to_string(WidthOf(plot)) + "," + std::to_string(HeightOf(plot)) +
                       " dynamic noenhanced font 'Helvetica,14' background rgb 'white'\n"
                       "set encoding utf8\n"
                       "set decimalsign '.'\n"
                       "set border 3\n"
                       "set tics nomirror out scale 0.6\n"
                       "set grid ytics lc rgb '#cccccc' lw 1 dt 1\n"
                       "set key outside bottom center horizontal Left reverse samplen 2 width 1 spacing 1.1\n"
                       "set bars small\n";
  if (plot.kind != PlotKind::kPanels) script += "set title " + Quoted(plot.title) + "\n";
  script += "set xlabel " + Quoted(plot.x_label) + " offset 0,0.6\nset ylabel " + Quoted(plot.y_label) + "\n";
  script += DrawingOf(plot.kind).axes(plot);
  for (size_t i = 0; i < plot.lines.size(); ++i) script += DataBlock(plot.lines[i], i);
  return script + DrawingOf(plot.kind).command(plot);
}

}  // namespace suite
