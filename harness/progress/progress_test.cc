#include "harness/progress/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace suite {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// A board on a string, with a clock and a width that the test sets.
struct Stage {
  explicit Stage(bool terminal, double interval_s = 5) {
    options.terminal = terminal;
    options.interval_s = interval_s;
    options.now = [this] { return now; };
    options.width = [this] { return width; };
  }
  double now = 100;
  int width = 120;
  ProgressOptions options;
  std::ostringstream out;
};

TEST(ClockText, MinutesAndHours) {
  EXPECT_EQ(ClockText(0), "0:00");
  EXPECT_EQ(ClockText(65.4), "1:05");
  EXPECT_EQ(ClockText(59.6), "1:00");
  EXPECT_EQ(ClockText(3723), "1:02:03");
  EXPECT_EQ(ClockText(-1), "-:--");
  EXPECT_EQ(ClockText(1e300), "-:--");
}

TEST(RateText, Units) {
  EXPECT_EQ(RateText(0), "");
  EXPECT_EQ(RateText(950.4), "950 tok/s");
  EXPECT_EQ(RateText(999.7), "1.0k tok/s");
  EXPECT_EQ(RateText(12345), "12.3k tok/s");
  EXPECT_EQ(RateText(2.5e6), "2.5M tok/s");
}

TEST(RenderBars, ShowsRunningBarsAndTheSum) {
  Stage stage(true);
  ProgressBoard board(stage.out, stage.options);
  const int first = board.Add("gspo seed 1", 100);
  board.Add("gspo seed 2", 100);
  board.Report(first, {0, 100, 0, ""});
  stage.now = 110;
  board.Report(first, {25, 100, 5000, "reward 0.41"});
  // 25 of 100 steps in 10 s: 30 s left. All: a quarter of one run in 10 s, 1.75 runs left: 70 s.
  EXPECT_THAT(RenderBars(board.state(), 110, 120),
              ElementsAre("gspo seed 1 [====>               ] 25/100  500 tok/s  0:30 left  reward 0.41",
                          "all runs    [                    ] 0/2  500 tok/s  1:10 left  1 running"));
  // Time passes without news: the estimate runs down, and not below zero.
  EXPECT_THAT(RenderBars(board.state(), 115, 120)[0], HasSubstr("0:25 left"));
  EXPECT_THAT(RenderBars(board.state(), 999, 120)[0], HasSubstr("0:00 left"));
}

TEST(RenderBars, AResumedRunIsMeasuredFromItsFirstReport) {
  Stage stage(true);
  ProgressBoard board(stage.out, stage.options);
  const int bar = board.Add("run", 100);
  board.Report(bar, {80, 100, 0, ""});
  EXPECT_THAT(RenderBars(board.state(), 100, 120)[0], HasSubstr("80/100  -:-- left"));
  stage.now = 110;
  board.Report(bar, {90, 100, 0, ""});
  EXPECT_THAT(RenderBars(board.state(), 110, 120),
              ElementsAre(HasSubstr("90/100  0:10 left"), HasSubstr("0/1  0:10 left")));
}

TEST(RenderBars, ANewStageStartsTheMeasureAgain) {
  Stage stage(true);
  ProgressBoard board(stage.out, stage.options);
  const int bar = board.Add("run", 1000);
  board.Report(bar, {0, 1000, 0, "sft"});
  stage.now = 101;
  board.Report(bar, {1000, 1000, 100000, "sft"});
  stage.now = 102;
  board.Report(bar, {0, 10, 100000, "rl"});
  stage.now = 104;
  board.Report(bar, {1, 10, 100200, "rl"});
  EXPECT_THAT(RenderBars(board.state(), 104, 120)[0], HasSubstr("1/10  100 tok/s  0:18 left  rl"));
}

TEST(RenderBars, FitsEveryWidth) {
  Stage stage(true);
  ProgressBoard board(stage.out, stage.options);
  const int bar = board.Add("a very long name of a run that no terminal shows in full", 0);
  board.Report(bar, {5, 0, 0, std::string("N\xC3\xA4he ") + std::string(200, 'x') + "\n"});
  for (int width = 10; width < 200; ++width) {
    for (const auto& line : RenderBars(board.state(), 101, width)) {
      int columns = 0;
      for (const char byte : line) columns += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
      EXPECT_LT(columns, width);
      EXPECT_THAT(line, Not(HasSubstr("\n")));
    }
  }
  EXPECT_THAT(RenderBars(board.state(), 101, 120)[0], AllOf(HasSubstr("5/?"), HasSubstr("N\xC3\xA4he")));
  EXPECT_THAT(RenderBars(board.state(), 101, 60)[0], Not(HasSubstr("[")));
}

TEST(RenderBars, ARunThatWasAlreadyDoneIsNoPace) {
  Stage stage(true);
  ProgressBoard board(stage.out, stage.options);
  board.Finish(board.Add("run 1", 10), true, "complete since before");
  const int bar = board.Add("run 2", 10);
  EXPECT_THAT(RenderBars(board.state(), 100, 120).back(), HasSubstr("1/2  -:-- left"));
  board.Report(bar, {0, 10, 0, ""});
  stage.now = 110;
  board.Report(bar, {5, 10, 0, ""});
  EXPECT_THAT(RenderBars(board.state(), 110, 120).back(), HasSubstr("1/2  0:10 left"));
}

TEST(ProgressBoard, TerminalRedrawsInPlace) {
  Stage stage(true, .1);
  ProgressBoard board(stage.out, stage.options);
  const int bar = board.Add("run", 4);
  board.Report(bar, {1, 4, 0, ""});
  board.Draw();
  EXPECT_THAT(stage.out.str(), AllOf(HasSubstr("1/4"), Not(HasSubstr("\x1b"))));
  stage.out.str("");
  board.Draw();
  EXPECT_EQ(stage.out.str(), "") << "not before the interval has passed";
  stage.now += 1;
  board.Draw();
  EXPECT_THAT(stage.out.str(), testing::StartsWith("\x1b[2A\r\x1b[J"));
  stage.out.str("");
  board.Finish(bar, true, "ndcg@10 0.12");
  EXPECT_THAT(stage.out.str(), AllOf(testing::StartsWith("\x1b[2A\r\x1b[Jrun  done in 0:01  ndcg@10 0.12\nall runs"),
                                     HasSubstr("1/1  0:00 left  0 running\n")));
}

TEST(ProgressBoard, LogsGetFewPlainLines) {
  Stage stage(false);
  ProgressBoard board(stage.out, stage.options);
  const int bar = board.Add("run", 100);
  for (int step = 1; step <= 100; ++step) {
    stage.now += .125;
    board.Report(bar, {step, 100, step, ""});
    board.Draw();
  }
  const std::string log = stage.out.str();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 4) << log;  // two blocks of two lines in 12.5 seconds
  EXPECT_THAT(log, Not(HasSubstr("\x1b")));
  stage.out.str("");
  board.Finish(bar, false, "exit code 3");
  EXPECT_EQ(stage.out.str(), "run  FAILED after 0:12  exit code 3\n");
  stage.out.str("");
  board.Close();
  EXPECT_THAT(stage.out.str(), HasSubstr("1/1  0:00 left  0 running, 1 failed\n"));
  stage.out.str("");
  board.Close();
  EXPECT_EQ(stage.out.str(), "");
}

}  // namespace
}  // namespace suite
