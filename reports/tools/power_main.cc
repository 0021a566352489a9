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
    "Plans the seeds of a comparison by a two-sided paired t test over seeds.\n"
    "\n"
    "  bazel run //reports:power -- --effect=0.8               how many seeds see an effect of 0.8 spreads\n"
    "  bazel run //reports:power -- --difference=0.01 --spread=0.012 --claims=8\n"
    "  bazel run //reports:power -- --seeds=4                  the smallest effect that four seeds see\n"
    "\n"
    "An effect is the mean difference between two arms in units of the spread (sample standard deviation) of the\n"
    "seeds' differences. Where several claims are corrected together, each is planned at alpha / claims.\n"
    "\n";

std::string SeedsText(double effect, double alpha, double power) {
  const auto seeds = SeedsNeeded(effect, alpha, power);
  return seeds ? std::to_string(*seeds) : "more than " + std::to_string(kMostSeeds);
}

void PrintCurve(double effect, double alpha) {
  TextTable table{{"Seeds", "Power at effect " + Fixed("%g", effect), "Smallest effect seen with power .8"}};
  for (int seeds : {2, 3, 4, 5, 6, 8, 10, 15, 20, 30}) {
    table.rows.push_back({{std::to_string(seeds)},
                          {Fixed("%.3f", PairedTPower(effect, seeds, alpha))},
                          {Fixed("%.3f", MinimumDetectableEffect(seeds, alpha, 0.8))}});
  }
  std::cout << ToTerminal(table);
}

double EffectOf(const CommandLine& line) {
  if (line.count("effect")) return line["effect"].as<double>();
  if (!line.count("difference") || !line.count("spread")) {
    throw InputError("command line", "no effect to plan for", "--effect, --difference with --spread, or --seeds");
  }
  const double spread = line["spread"].as<double>();
  if (!(spread > 0)) throw InputError("--spread", "not above 0", "the spread of the seeds' differences");
  return line["difference"].as<double>() / spread;
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
    std::cout << seeds << " seeds detect an effect of " << Fixed("%.3f", MinimumDetectableEffect(seeds, alpha, power))
              << " spreads with power " << power << " at alpha " << alpha << ".\n";
    return;
  }
  const double effect = EffectOf(line);
  if (!(std::abs(effect) <= 1e6)) throw InputError("--effect", "no number of spreads", "-1000000 to 1000000");
  std::cout << "Effect " << effect << " spreads, alpha " << alpha << ", power " << power << ": "
            << SeedsText(effect, alpha, power) << " seeds.\n\n";
  PrintCurve(effect, alpha);
}

int Run(int argc, char** argv) {
  options::options_description all("Options");
  all.add_options()("help", "this text")                                                                 //
      ("effect", options::value<double>(), "the effect in spreads (Cohen's d_z)")                        //
      ("difference", options::value<double>(), "instead: the difference in the score's own units, ...")  //
      ("spread", options::value<double>(), "... and the spread of the seeds' differences")               //
      ("seeds", options::value<int>(), "instead: so many seeds; what do they see?")                      //
      ("alpha", options::value<double>()->default_value(0.05, "0.05"), "two-sided level")                //
      ("power", options::value<double>()->default_value(0.8, "0.8"), "wanted chance of a rejection")     //
      ("claims", options::value<int>()->default_value(1), "claims that are corrected together");
  return ProgramMain(argc, argv, kUsage, all, /*positional=*/"", &Plan);
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::Run(argc, argv); }
