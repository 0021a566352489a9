// How many seeds does a comparison need? `bazel run //reports:power -- --effect=0.8`

#include <cmath>
#include <iostream>

#include "base/error.h"
#include "reports/statistics/power.h"
#include "reports/tables/text_table.h"
#include "reports/tools/command_line.h"

namespace suite {
namespace {

constexpr char kUsage[] =
    "Plans the seeds of a comparison by the two-sided test of reports/statistics/crossed_error.h.\n"
    "\n"
    "  bazel run //reports:power -- --effect=0.8               how many seeds see an effect of 0.8 spreads\n"
    "  bazel run //reports:power -- --difference=0.01 --spread=0.012 --claims=8\n"
    "  bazel run //reports:power -- --difference=0.02 --spread=0.004 --conversation_error=0.004 --claims=16\n"
    "  bazel run //reports:power -- --seeds=4                  the smallest effect that four seeds see\n"
    "\n"
    "An effect is the mean difference between two arms in units of the spread (sample standard deviation) of the\n"
    "seeds' differences. The conversation error is what other conversations would change for all seeds alike, and no\n"
    "number of seeds makes smaller: context_error in comparisons.csv. Where several claims are corrected together, "
    "each\n"
    "is planned at alpha / claims.\n"
    "\n";

// All in spreads.
struct Planned {
  double effect = 0;
  double conversation_error = 0;
};

std::string SeedsText(const Planned& planned, double alpha, double power) {
  const auto seeds = SeedsNeeded({planned.effect, 1, planned.conversation_error}, alpha, power);
  if (seeds) return std::to_string(*seeds) + " seeds";
  return planned.conversation_error > 0 ? "no number of seeds, the conversations are too few"
                                        : "more than " + std::to_string(kMostSeeds) + " seeds";
}

void PrintCurve(const Planned& planned, double alpha) {
  TextTable table{{"Seeds", "Power at effect " + Fixed("%g", planned.effect), "Smallest effect seen with power .8"}};
  for (int seeds : {2, 3, 4, 5, 6, 8, 10, 15, 20, 30}) {
    table.rows.push_back({{std::to_string(seeds)},
                          {Fixed("%.3f", PowerOf({planned.effect, 1, planned.conversation_error}, seeds, alpha))},
                          {Fixed("%.3f", MinimumDetectableEffect(seeds, alpha, 0.8, planned.conversation_error))}});
  }
  std::cout << ToTerminal(table);
}

double NotNegative(const CommandLine& line, const std::string& option) {
  const double value = line[option].as<double>();
  if (!(value >= 0)) throw InputError("--" + option, "below 0", "0 or more");
  return value;
}

Planned PlannedOf(const CommandLine& line) {
  if (line.count("effect")) return {line["effect"].as<double>(), NotNegative(line, "conversation_error")};
  if (!line.count("difference") || !line.count("spread")) {
    throw InputError("command line", "no effect to plan for", "--effect, --difference with --spread, or --seeds");
  }
  const double spread = line["spread"].as<double>();
  if (!(spread > 0)) throw InputError("--spread", "not above 0", "the spread of the seeds' differences");
  return {line["difference"].as<double>() / spread, NotNegative(line, "conversation_error") / spread};
}

void Plan(const CommandLine& line) {
  if (line["claims"].as<int>() < 1) throw InputError("--claims", "fewer than one", "1 or more");
  const double power = line["power"].as<double>();
  const double alpha = line["alpha"].as<double>() / line["claims"].as<int>();
  if (!(alpha > 0 && alpha < 1)) throw InputError("--alpha", "no level", "a number between 0 and 1");
  if (!(power > alpha && power < 1)) throw InputError("--power", "no power", "a number between alpha and 1");
  if (line.count("seeds")) {
    const int seeds = line["seeds"].as<int>();
    if (seeds < 2 || seeds > kMostSeeds) throw InputError("--seeds", std::to_string(seeds), "2 to 100000");
    const double effect = MinimumDetectableEffect(seeds, alpha, power, NotNegative(line, "conversation_error"));
    std::cout << seeds << " seeds detect an effect of " << Fixed("%.3f", effect) << " spreads with power " << power
              << " at alpha " << alpha << ".\n";
    return;
  }
  const Planned planned = PlannedOf(line);
  if (!(std::abs(planned.effect) <= 1e6)) throw InputError("--effect", "no number of spreads", "-1000000 to 1000000");
  std::cout << "Effect " << planned.effect << " spreads, alpha " << alpha << ", power " << power << ": "
            << SeedsText(planned, alpha, power) << ".\n\n";
  PrintCurve(planned, alpha);
}

int Run(int argc, char** argv) {
  options::options_description all("Options");
  all.add_options()("help", "this text")                                                                 //
      ("effect", options::value<double>(), "the effect in spreads (Cohen's d_z)")                        //
      ("difference", options::value<double>(), "instead: the difference in the score's own units, ...")  //
      ("spread", options::value<double>(), "... and the spread of the seeds' differences")               //
      ("conversation_error", options::value<double>()->default_value(0, "0"),
       "the standard error that other conversations give: in the unit of --difference, else in spreads")  //
      ("seeds", options::value<int>(), "instead: so many seeds; what do they see?")                       //
      ("alpha", options::value<double>()->default_value(0.05, "0.05"), "two-sided level")                 //
      ("power", options::value<double>()->default_value(0.8, "0.8"), "wanted chance of a rejection")      //
      ("claims", options::value<int>()->default_value(1), "claims that are corrected together");
  return ProgramMain(argc, argv, kUsage, all, /*positional=*/"", &Plan);
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::Run(argc, argv); }
