// Terminal progress of several runs at once: one bar a running run and one for all of them, with throughput, time left
// and a short metric text.
//
// On a terminal the block of bars is redrawn in place and a finished run leaves one line above it. Elsewhere (a pipe, a
// log file) plain lines appear, at most one block every few seconds. Drawing is a pure function of the state and the
// clock (RenderBars), so tests need no terminal.
//
//   ProgressOptions options = TerminalProgress(STDERR_FILENO);
//   ProgressBoard board(std::cerr, options);
//   const int bar = board.Add("gspo seed 3407", /*total=*/100);
//   board.Report(bar, {/*done=*/12, /*total=*/100, /*tokens=*/48000, "reward 0.41"});
//   board.Draw();                                  // cheap; draws when it is time to
//   board.Finish(bar, /*ok=*/true, "ndcg@10 0.12");
//   board.Close();
//
// Not thread-safe: one thread owns a board. Times are seconds of any monotonic clock.
#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace suite {

// What a run says about itself. `tokens` counts up from the start of the process that reports.
struct ProgressReport {
  int64_t done = 0;
  int64_t total = 0;
  int64_t tokens = 0;
  std::string text;
};

enum class BarStatus { kWaiting, kRunning, kDone, kFailed };

struct Bar {
  std::string name;
  BarStatus status = BarStatus::kWaiting;
  bool ran = false;  // has reported; a bar that is over without that was complete before, and says nothing of the pace
  ProgressReport now;
  // The report that rates are measured from: the first one, and again the first after a stage changed (done went back
  // or total changed). A resumed run starts in the middle, so its first report is not at 0.
  ProgressReport base;
  double base_s = 0;
  double start_s = 0;  // when the first report came
  double last_s = 0;   // when the latest report came
};

struct ProgressState {
  std::vector<Bar> bars;
  double start_s = 0;
};

struct ProgressOptions {
  bool terminal = false;        // redraw in place
  std::function<int()> width;   // columns now; a terminal may be resized
  std::function<double()> now;  // seconds
  double interval_s = 5;        // least time between two blocks
};

// Options for a file descriptor: a terminal redraws ten times a second, anything else gets lines every five seconds.
ProgressOptions TerminalProgress(int fd);

// The lines of all running bars and, last, the overall one. No line is longer than `width` - 1 columns (a full line
// would wrap on some terminals). Columns are counted as code points.
std::vector<std::string> RenderBars(const ProgressState& state, double now_s, int width);

// "4:05", "1:02:03"; "-:--" when it is not known (negative).
std::string ClockText(double seconds);

// "950 tok/s", "12.3k tok/s"; empty when nothing is known (not positive).
std::string RateText(double tokens_per_s);

class ProgressBoard {
 public:
  ProgressBoard(std::ostream& out, ProgressOptions options);
  ~ProgressBoard();
  ProgressBoard(const ProgressBoard&) = delete;
  ProgressBoard& operator=(const ProgressBoard&) = delete;

  // A new bar that waits; `total` is what it is expected to do (0: not known). Returns its number.
  int Add(const std::string& name, int64_t total);

  // News of a bar, which is then running.
  void Report(int bar, const ProgressReport& report);

  // The end of a bar; writes one line that stays.
  void Finish(int bar, bool ok, const std::string& text);

  // Draws if the interval has passed.
  void Draw();

  // Draws once more and leaves the cursor below. Called by the destructor.
  void Close();

  const ProgressState& state() const { return state_; }

 private:
  void Erase();
  void DrawNow();

  std::ostream& out_;
  ProgressOptions options_;
  ProgressState state_;
  size_t drawn_lines_ = 0;
  double drawn_s_;
  bool changed_ = false;
  bool closed_ = false;
};

}  // namespace suite
