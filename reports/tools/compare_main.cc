// What differs between two runs or two sweeps: `bazel run //reports:compare -- A B`

#include <boost/program_options.hpp>
#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "reports/page/document.h"
#include "reports/runs/find_stores.h"
#include "reports/runs/run_set.h"
#include "reports/tools/command_line.h"
#include "reports/tools/run_comparison.h"

namespace suite {
namespace {

namespace options = boost::program_options;

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
  const auto parsed = ParseCommandLine(argc, argv, kUsage, shown, "side");
  if (!parsed) return 0;
  const options::variables_map& values = *parsed;
  const auto sides = values["side"].as<std::vector<std::string>>();
  if (sides.size() != 2) {
    throw InputError("command line", std::to_string(sides.size()) + " things to compare", "two: A and B");
  }
  const RunGroup a = MakeRunGroup("A", ReadAllStores(FindStores({sides[0]})));
  const RunGroup b = MakeRunGroup("B", ReadAllStores(FindStores({sides[1]})));
  const Document page = CompareRuns(a, b);
  std::cout << ToMarkdown(page);
  if (values.count("html")) WriteFileAtomically(FromUsersFolder(values["html"].as<std::string>()), ToHtml(page));
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::ProgramMain(&suite::Run, argc, argv); }
