#include "harness/progress/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "base/check.h"

namespace suite {
namespace {

constexpr int kPlainWidth = 120;
constexpr int kNameColumns = 30;

bool StartsCodePoint(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

int Columns(const std::string& text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), StartsCodePoint));
}

// The first `columns` code points; line breaks and other control characters would break the block, so they go.
std::string Fit(const std::string& text, int columns) {
  std::string fitted;
  int used = 0;
  for (const char byte : text) {
    if (StartsCodePoint(byte) && ++used > columns) break;
    fitted += static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f ? ' ' : byte;
  }
  return fitted;
}

std::string PadTo(const std::string& text, int columns) {
  const std::string fitted = Fit(text, columns);
  return fitted + std::string(std::max(0, columns - Columns(fitted)), ' ');
}

double Share(int64_t done, int64_t total) {
  return total > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(total), 0., 1.) : 0.;
}

std::string BarText(double share, int columns) {
  const int filled = static_cast<int>(std::floor(share * columns));
  std::string bar = std::string(filled, '=') + std::string(columns - filled, ' ');
  if (filled > 0 && filled < columns) bar[filled - 1] = '>';
  return "[" + bar + "]";
}

// A narrow terminal gives up the drawing first: the numbers say the same.
int BarColumns(int width) { return width >= 100 ? 20 : width >= 70 ? 10 : 0; }

// What one line shows, whichever bar it is.
struct Line {
  std::string name;
  int64_t done;
  int64_t total;
  double tokens_per_s;
  double left_s;  // negative: not known
  std::string text;
};

std::string LineText(const Line& line, int name_columns, int width) {
  std::string text = PadTo(line.name, name_columns) + " ";
  const int bar_columns = BarColumns(width);
  if (bar_columns > 0) text += BarText(Share(line.done, line.total), bar_columns) + " ";
  text += std::to_string(line.done) + "/" + (line.total > 0 ? std::to_string(line.total) : "?");
  const std::string rate = RateText(line.tokens_per_s);
  if (!rate.empty()) text += "  " + rate;
  text += "  " + ClockText(line.left_s) + " left";
  if (!line.text.empty()) text += "  " + line.text;
  return Fit(text, width - 1);
}

double TokensPerSecond(const Bar& bar) {
  const double elapsed = bar.last_s - bar.base_s;
  return elapsed > 0 ? static_cast<double>(bar.now.tokens - bar.base.tokens) / elapsed : 0.;
}

double SecondsLeft(const Bar& bar, double now_s) {
  const int64_t gained = bar.now.done - bar.base.done;
  if (gained <= 0 || bar.now.total <= 0) return -1;
  const double per_step = (bar.last_s - bar.base_s) / static_cast<double>(gained);
  return std::max(0., per_step * static_cast<double>(bar.now.total - bar.now.done) - (now_s - bar.last_s));
}

bool IsOver(const Bar& bar) { return bar.status == BarStatus::kDone || bar.status == BarStatus::kFailed; }

// How far a bar is, in runs: a run that is over counts whole.
double RunsDone(const Bar& bar) { return IsOver(bar) ? 1. : Share(bar.now.done, bar.now.total); }

// Runs, not steps: stages and totals differ between runs. Time left is by the pace of all since the start.
Line OverallLine(const ProgressState& state, double now_s) {
  int64_t over = 0, failed = 0, running = 0;
  double tokens_per_s = 0, progressed = 0;
  for (const Bar& bar : state.bars) {
    over += IsOver(bar);
    failed += bar.status == BarStatus::kFailed;
    if (bar.ran) progressed += RunsDone(bar) - (IsOver(bar) ? 0. : Share(bar.base.done, bar.base.total));
    if (bar.status != BarStatus::kRunning) continue;
    ++running;
    tokens_per_s += TokensPerSecond(bar);
  }
  double left_runs = 0;
  for (const Bar& bar : state.bars) left_runs += 1. - RunsDone(bar);
  const double left_s = left_runs <= 0 ? 0 : progressed > 0 ? (now_s - state.start_s) / progressed * left_runs : -1;
  std::string text = std::to_string(running) + " running";
  if (failed > 0) text += ", " + std::to_string(failed) + " failed";
  return {"all runs", over, static_cast<int64_t>(state.bars.size()), tokens_per_s, left_s, text};
}

}  // namespace

std::string ClockText(double seconds) {
  if (!(seconds >= 0) || seconds > 1e7) return "-:--";
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  char text[32];
  if (whole < 3600) {
    std::snprintf(text, sizeof(text), "%d:%02d", static_cast<int>(whole / 60), static_cast<int>(whole % 60));
  } else {
    std::snprintf(text, sizeof(text), "%d:%02d:%02d", static_cast<int>(whole / 3600), static_cast<int>(whole / 60 % 60),
                  static_cast<int>(whole % 60));
  }
  return text;
}

std::string RateText(double tokens_per_s) {
  if (!(tokens_per_s > 0)) return "";
  static const char* const kUnits[] = {"", "k", "M", "G"};
  size_t unit = 0;
  // 999.5 would print as 1000.
  while (tokens_per_s >= 999.5 && unit + 1 < std::size(kUnits)) {
    tokens_per_s /= 1000;
    ++unit;
  }
  char text[48];
  std::snprintf(text, sizeof(text), unit == 0 ? "%.0f%s tok/s" : "%.1f%s tok/s", tokens_per_s, kUnits[unit]);
  return text;
}

std::vector<std::string> RenderBars(const ProgressState& state, double now_s, int width) {
  const Line overall = OverallLine(state, now_s);
  int name_columns = Columns(overall.name);
  for (const Bar& bar : state.bars) name_columns = std::max(name_columns, Columns(bar.name));
  name_columns = std::min({name_columns, kNameColumns, std::max(8, width / 3)});
  std::vector<std::string> lines;
  for (const Bar& bar : state.bars) {
    if (bar.status != BarStatus::kRunning) continue;
    const Line line{bar.name, bar.now.done, bar.now.total, TokensPerSecond(bar), SecondsLeft(bar, now_s), bar.now.text};
    lines.push_back(LineText(line, name_columns, width));
  }
  lines.push_back(LineText(overall, name_columns, width));
  return lines;
}

ProgressOptions TerminalProgress(int fd) {
  ProgressOptions options;
  options.terminal = isatty(fd) == 1;
  options.interval_s = options.terminal ? .1 : 5.;
  options.width = [fd] {
    winsize size{};
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? static_cast<int>(size.ws_col) : kPlainWidth;
  };
  options.now = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  return options;
}

ProgressBoard::ProgressBoard(std::ostream& out, ProgressOptions options) : out_(out), options_(std::move(options)) {
  state_.start_s = options_.now();
  // A terminal shows the first block at once; a log has nothing to say before the first interval.
  drawn_s_ = options_.terminal ? -std::numeric_limits<double>::infinity() : state_.start_s;
}

ProgressBoard::~ProgressBoard() { Close(); }

int ProgressBoard::Add(const std::string& name, int64_t total) {
  Bar bar;
  bar.name = name;
  bar.now.total = bar.base.total = total;
  state_.bars.push_back(bar);
  changed_ = true;
  return static_cast<int>(state_.bars.size()) - 1;
}

void ProgressBoard::Report(int index, const ProgressReport& report) {
  Bar& bar = state_.bars.at(index);
  SUITE_CHECK(!IsOver(bar));
  const double now_s = options_.now();
  const bool first = bar.status == BarStatus::kWaiting;
  const bool new_stage = report.done < bar.now.done || report.total != bar.now.total;
  if (first) bar.start_s = now_s;
  if (first || new_stage) {
    bar.base = report;
    bar.base_s = now_s;
  }
  bar.status = BarStatus::kRunning;
  bar.ran = true;
  bar.now = report;
  bar.last_s = now_s;
  changed_ = true;
}

void ProgressBoard::Finish(int index, bool ok, const std::string& text) {
  Bar& bar = state_.bars.at(index);
  const double seconds = bar.ran ? options_.now() - bar.start_s : 0;
  bar.status = ok ? BarStatus::kDone : BarStatus::kFailed;
  Erase();
  const std::string line =
      bar.name + (ok ? "  done in " : "  FAILED after ") + ClockText(seconds) + (text.empty() ? "" : "  " + text);
  out_ << Fit(line, std::numeric_limits<int>::max()) << "\n";
  changed_ = true;
  if (options_.terminal) {
    DrawNow();
  } else {
    out_.flush();
  }
}

void ProgressBoard::Draw() {
  if (closed_ || options_.now() - drawn_s_ < options_.interval_s) return;
  // A log gets no block that says what the one before it said.
  if (!options_.terminal && !changed_) return;
  DrawNow();
}

void ProgressBoard::Close() {
  if (closed_) return;
  if (options_.terminal || changed_) DrawNow();
  closed_ = true;
}

void ProgressBoard::Erase() {
  if (!options_.terminal || drawn_lines_ == 0) return;
  out_ << "\x1b[" << drawn_lines_ << "A\r\x1b[J";  // up over the block, to its left edge, clear to the end
  drawn_lines_ = 0;
}

void ProgressBoard::DrawNow() {
  Erase();
  const std::vector<std::string> lines = RenderBars(state_, options_.now(), options_.width());
  for (const auto& line : lines) out_ << line << "\n";
  out_.flush();
  drawn_lines_ = lines.size();
  drawn_s_ = options_.now();
  changed_ = false;
}

}  // namespace suite
