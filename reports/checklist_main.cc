// The reproducibility checklist of runs: `bazel run //reports:checklist -- STORE...`

#include <boost/program_options.hpp>
#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "reports/checklist.h"
#include "reports/document.h"
#include "reports/find_stores.h"
#include "reports/run_set.h"

namespace suite {
namespace {

namespace options = boost::program_options;

constexpr char kUsage[] =
    "Fills in a reproducibility checklist from what runs recorded of themselves, and prints it as Markdown.\n"
    "\n"
    "  bazel run //reports:checklist -- results/quickstart\n"
    "\n"
    "A STORE is the .h5 file of a run, or a folder: then all .h5 files in and under it.\n"
    "\n";

int Run(int argc, char** argv) {
  options::options_description shown("Options");
  shown.add_options()("help", "this text")("html", options::value<std::string>(), "writes the page to this file too");
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
  const ReadStores stores = ReadAllStores(FindStores(values["store"].as<std::vector<std::string>>()));
  const Document page = ChecklistPage(FillChecklist(stores));
  std::cout << ToMarkdown(page);
  if (values.count("html")) WriteFileAtomically(FromUsersFolder(values["html"].as<std::string>()), ToHtml(page));
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
