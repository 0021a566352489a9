// Keeps finished runs in the tree: `bazel run //reports:keep -- --out=results/published/NAME STORE...`

#include <boost/program_options.hpp>
#include <iostream>

#include "reports/command_line.h"
#include "reports/find_stores.h"
#include "reports/kept_results.h"
#include "reports/run_set.h"

namespace suite {
namespace {

namespace options = boost::program_options;

constexpr char kUsage[] =
    "Packs the stores of finished runs and writes the tables they give, for the tree. A test redraws the tables.\n"
    "\n"
    "  bazel run //reports:keep -- --out=results/published/quickstart results/quickstart/runs\n"
    "\n"
    "A STORE is the .h5 file of a run, or a folder: then all .h5 files in and under it. What lies in --out is "
    "removed.\n"
    "Absolute paths in the stores' provenance are cut to their last part.\n"
    "\n";

int Run(int argc, char** argv) {
  options::options_description shown("Options");
  shown.add_options()("help", "this text")("out", options::value<std::string>(), "the folder to write");
  const auto parsed = ParseCommandLine(argc, argv, kUsage, shown, "store");
  if (!parsed) return 0;
  const options::variables_map& values = *parsed;
  const std::string out = OutFolder(values);
  ReadStores stores = ReadAllStores(FindStores(values["store"].as<std::vector<std::string>>()));
  const size_t count = stores.records.size();
  KeepResults(std::move(stores), out);
  std::cout << count << " runs kept in " << out << "\n";
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::ProgramMain(&suite::Run, argc, argv); }
