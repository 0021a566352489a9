// How often are verdicts wrong, and how often do they find an effect? `bazel run -c opt //reports:error_rates`

#include <iostream>

#include "base/error.h"
#include "reports/results/simulated_verdicts.h"
#include "reports/tables/text_table.h"
#include "reports/tools/command_line.h"

namespace suite {
namespace {

constexpr char kUsage[] =
    "Simulates comparisons with the variance components of the kept runs and prints, as the tables of\n"
    "docs/statistics.md, how often they end with a verdict: without an effect, and with one.\n"
    "\n"
    "  bazel run //reports:error_rates -- --trials=20000\n"
    "\n";

std::string Percent(double share) { return Fixed("%.2f", 100 * share); }

std::vector<TextCell> RowOf(const VarianceComponents& components, Simulation simulation, size_t tests) {
  std::vector<TextCell> row = {{components.name}};
  for (size_t seeds : {3, 4, 5, 8}) {
    simulation.seeds = seeds;
    const VerdictRates rates = RatesOf(components, simulation, tests);
    row.push_back({Percent(rates.verdicts) + " (" + Percent(rates.reproduced) + "), " + Percent(rates.by_seeds_alone)});
  }
  return row;
}

void PrintErrors(const Simulation& simulation, size_t tests) {
  const double level = 5.0 / static_cast<double>(tests);
  std::cout << "\nFalse verdicts in % at a level of " << Fixed("%.3g", level)
            << " %: \"better\" or \"worse\" (\"reproduced\", nominal " << Fixed("%.3g", level / 2)
            << " %), and what the seeds alone would give.\n\n";
  TextTable table{{"Components", "3 seeds", "4 seeds", "5 seeds", "8 seeds"}};
  for (VarianceComponents components : KeptComponents()) {
    table.rows.push_back(RowOf(components, simulation, tests));
    if (components.name.find("steady seeds") == std::string::npos) continue;
    components.name += "; of other starts (spread .006)";
    components.start = 0.006;
    table.rows.push_back(RowOf(components, simulation, tests));
  }
  Simulation skewed = simulation;
  skewed.skewed = true;
  for (VarianceComponents components : {KeptComponents()[0], KeptComponents()[3]}) {
    components.name += "; long tails";
    table.rows.push_back(RowOf(components, skewed, tests));
  }
  std::cout << ToMarkdown(table);
}

void PrintPower(Simulation simulation, size_t tests) {
  std::cout << "\nEffects found (\"better\") in % at a level of " << Fixed("%.3g", 5.0 / static_cast<double>(tests))
            << " %, of .01, .02 and .04.\n\n";
  TextTable table{{"Components", "3 seeds", "4 seeds", "5 seeds", "8 seeds"}};
  for (const VarianceComponents& components : KeptComponents()) {
    std::vector<TextCell> row = {{components.name}};
    for (size_t seeds : {3, 4, 5, 8}) {
      simulation.seeds = seeds;
      std::string found;
      for (double effect : {0.01, 0.02, 0.04}) {
        simulation.effect = effect;
        found += (found.empty() ? "" : ", ") + Fixed("%.0f", 100 * RatesOf(components, simulation, tests).better);
      }
      row.push_back({found});
    }
    table.rows.push_back(row);
  }
  std::cout << ToMarkdown(table);
}

void Print(const CommandLine& line) {
  Simulation simulation;
  simulation.trials = line["trials"].as<int>();
  const int contexts = line["contexts"].as<int>();
  if (simulation.trials < 1) throw InputError("--trials", "fewer than one", "1 or more");
  if (contexts < 2) throw InputError("--contexts", "fewer than two", "2 or more");
  simulation.contexts = static_cast<size_t>(contexts);
  for (size_t tests : {1, 16}) PrintErrors(simulation, tests);
  simulation.trials = (simulation.trials + 9) / 10;
  for (size_t tests : {1, 16}) PrintPower(simulation, tests);
}

int Run(int argc, char** argv) {
  options::options_description all("Options");
  all.add_options()("help", "this text")                                                                            //
      ("trials", options::value<int>()->default_value(20000), "simulated comparisons a number; a tenth for power")  //
      ("contexts", options::value<int>()->default_value(300), "contexts a comparison; the components are scaled");
  return ProgramMain(argc, argv, kUsage, all, /*positional=*/"", &Print);
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::Run(argc, argv); }
