// Keeps finished runs in the tree: `bazel run //reports:keep -- --out=results/published/NAME STORE...`

#include <boost/program_options.hpp>
#include <iostream>

#include "base/error.h"
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
  options::options_description all;
  all.add(shown).add_options()("store", options::value<std::vector<std::string>>()->default_value({}, ""));
  options::positional_options_description positions;
  positions.add("store", -1);
  options::variables_map values;
  try {
    options::store(options::command_line_parser(argc, argv).options(all).positional(positions).run(), values);
  } catch (const options::error& error) {
    throw InputError("command line", error.what(), "the options that --help lists");
  }
  if (values.count("help")) {
    std::cout << kUsage << shown;
    return 0;
  }
  if (!values.count("out")) throw InputError("command line", "--out is missing", "--out=DIR, the folder to write");
  ReadStores stores = ReadAllStores(FindStores(values["store"].as<std::vector<std::string>>()));
  const size_t count = stores.records.size();
  const std::string out = FromUsersFolder(values["out"].as<std::string>());
  KeepResults(std::move(stores), out);
  std::cout << count << " runs kept in " << out << "\n";
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  try {
    return suite::Run(argc, argv);
  } catch (const suite::InputError& error) {
    std::cerr << error.what() << std::endl;
    return 2;
  }
}
