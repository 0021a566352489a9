// Kept results as stores again: `bazel run //reports/tools:unpack -- --out=DIR results/published/table1`

#include <iostream>

#include "base/files.h"
#include "reports/tools/command_line.h"
#include "reports/tools/kept_results.h"

namespace suite {
namespace {

constexpr char kUsage[] =
    "Writes the runs of a folder of kept results as stores, for the other tools and for h5py.\n"
    "\n"
    "  bazel run //reports:unpack -- --out=DIR results/published/table1\n"
    "\n"
    "Paths count from where you stand. DIR gets RUN/store.h5 for each run: all that reports read, every score to the\n"
    "bit. Not kept, and not there, are the items of lists and series that no report reads.\n"
    "\n";

void Unpack(const CommandLine& line) {
  const std::string out = OutFolder(line);
  size_t runs = 0;
  for (const std::string& folder : Words(line, "folder")) runs += UnpackKept(FromUsersFolder(folder), out).size();
  std::cout << runs << " stores in " << out << "\n";
}

int Run(int argc, char** argv) {
  options::options_description shown("Options");
  shown.add_options()        //
      ("help", "this text")  //
      ("out", options::value<std::string>(), "the folder to write; made when it is missing");
  return ProgramMain(argc, argv, kUsage, shown, "folder", &Unpack);
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::Run(argc, argv); }
