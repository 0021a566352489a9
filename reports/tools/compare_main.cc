// What differs between two runs or two sweeps: `bazel run //reports:compare -- A B`

#include "base/error.h"
#include "reports/runs/run_set.h"
#include "reports/tools/command_line.h"
#include "reports/tools/run_comparison.h"

namespace suite {
namespace {

constexpr char kUsage[] =
    "Shows on one page how two runs, or two sweeps, differ: config, data, code, numerics and results.\n"
    "\n"
    "  bazel run //reports:compare -- A B\n"
    "  bazel run //reports:compare -- --html=page.html results/before results/after\n"
    "\n"
    "A and B are .h5 files, or folders: then all .h5 files in and under each. Prints Markdown.\n"
    "\n";

int Run(int argc, char** argv) {
  options::options_description shown("Options");
  shown.add_options()("help", "this text")("html", options::value<std::string>(), "writes the page to this file too");
  return ProgramMain(argc, argv, kUsage, shown, "side", [](const CommandLine& line) {
    const std::vector<std::string> sides = Words(line, "side");
    if (sides.size() != 2) {
      throw InputError("command line", std::to_string(sides.size()) + " things to compare", "two: A and B");
    }
    ShowPage(CompareRuns({"A", ReadAllStores(FindStores({sides[0]}))}, {"B", ReadAllStores(FindStores({sides[1]}))}),
             line);
  });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::Run(argc, argv); }
