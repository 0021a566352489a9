// The reproducibility checklist of runs: `bazel run //reports:checklist -- STORE...`

#include "reports/runs/run_set.h"
#include "reports/tools/checklist.h"
#include "reports/tools/command_line.h"

namespace suite {
namespace {

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
  return ProgramMain(argc, argv, kUsage, shown, "store", [](const CommandLine& line) {
    ShowPage(ChecklistPage(FillChecklist(ReadAllStores(FindStores(Words(line, "store"))))), line);
  });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::Run(argc, argv); }
