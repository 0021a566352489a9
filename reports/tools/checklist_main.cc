// The reproducibility checklist of runs: `bazel run //reports:checklist -- STORE...`

#include <boost/program_options.hpp>
#include <iostream>

#include "base/files.h"
#include "reports/page/document.h"
#include "reports/runs/find_stores.h"
#include "reports/runs/run_set.h"
#include "reports/tools/checklist.h"
#include "reports/tools/command_line.h"

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
  const auto parsed = ParseCommandLine(argc, argv, kUsage, shown, "store");
  if (!parsed) return 0;
  const options::variables_map& values = *parsed;
  const ReadStores stores = ReadAllStores(FindStores(values["store"].as<std::vector<std::string>>()));
  const Document page = ChecklistPage(FillChecklist(stores));
  std::cout << ToMarkdown(page);
  if (values.count("html")) WriteFileAtomically(FromUsersFolder(values["html"].as<std::string>()), ToHtml(page));
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::ProgramMain(&suite::Run, argc, argv); }
