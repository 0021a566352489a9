#include "reports/plots/draw_plot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "base/paths.h"
#include "reports/plots/gnuplot_script.h"
#include "reports/tables/text_table.h"

extern char** environ;

namespace suite {
namespace {

class ScratchFile {
 public:
  explicit ScratchFile(const std::string& path) : path_(path) {}
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// -d: no start-up files of user or system, so the same script draws the same picture for everyone.
pid_t Start(const std::string& in, const std::string& out, const std::string& err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  std::string name = "gnuplot";
  std::string defaults = "-d";
  std::string from_stdin = "-";
  char* arguments[] = {name.data(), defaults.data(), from_stdin.data(), nullptr};
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, "gnuplot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed == ENOENT) {
    throw InputError("gnuplot", "the program that draws the plots is not on the PATH",
                     "gnuplot 5 (Debian: apt-get install gnuplot-nox)");
  }
  if (failed) throw InputError("gnuplot", std::string("cannot be started: ") + std::strerror(failed));
  return pid;
}

// What gnuplot draws. `scratch` is a path prefix for temporary files.
std::string RunGnuplot(const std::string& script, const std::string& scratch) {
  // Two launchers of one sweep may draw at once.
  const std::string own = scratch + "." + std::to_string(getpid()) + ".gnuplot";
  const ScratchFile in(own + ".in");
  const ScratchFile out(own + ".out");
  const ScratchFile err(own + ".err");
  WriteFileAtomically(in.path(), script);
  const pid_t pid = Start(in.path(), out.path(), err.path());
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw InputError("gnuplot", "failed on " + scratch + ": " + ReadFile(err.path()));
  }
  return ReadFile(out.path());
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

std::string WritePlot(const Plot& plot, const std::string& folder) {
  CheckShape(plot);
  MakeFolder(folder);
  const std::string stem = folder + "/" + plot.file_stem;
  const std::string svg = CleanSvg(RunGnuplot(PlotScript(plot), stem), plot);
  WriteFileAtomically(stem + ".csv", ToPlotCsv(plot));
  WriteFileAtomically(stem + ".json", PlotJson(plot, Digits::kAll).dump() + "\n");
  WriteFileAtomically(stem + ".svg", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + svg);
  return ForPage(svg, plot.file_stem);
}

}  // namespace suite
