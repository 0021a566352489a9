// Redraws a report from stores alone: `bazel run //reports:report -- --out=DIR STORE...`

#include <boost/program_options.hpp>
#include <iostream>

#include "base/allocator.h"
#include "base/files.h"
#include "reports/report.h"
#include "reports/runs/find_stores.h"
#include "reports/runs/run_set.h"
#include "reports/statistics/contexts.h"
#include "reports/tools/command_line.h"

namespace suite {
namespace {

namespace options = boost::program_options;

constexpr char kUsage[] =
    "Draws tables, plots and verdicts from the stores of finished runs. Nothing is trained.\n"
    "\n"
    "  bazel run //reports:report -- --out=DIR STORE...\n"
    "\n"
    "A STORE is the .h5 file of a run, or a folder: then all .h5 files in and under it. Paths count from where you\n"
    "stand. DIR gets report.html, report.md, table.csv, .json and .tex, comparisons.csv,\n"
    "paper_table_N.csv and .tex, and plots/.\n"
    "\n"
    "  bazel run //reports:report -- --out=redrawn results/quickstart\n"
    "\n";

ReportSpec SpecOf(const options::variables_map& values, const ReadStores& stores) {
  ReportSpec spec = DefaultSpec(values["title"].as<std::string>(), stores);
  spec.scale = values["scale"].as<std::string>();
  spec.notes = values["note"].as<std::vector<std::string>>();
  spec.published = values["published"].as<std::vector<std::string>>();
  if (values.count("contexts")) {
    const std::string path = FromUsersFolder(values["contexts"].as<std::string>());
    spec.contexts = ParseContexts(ReadFile(path), path);
  }
  return spec;
}

int Run(int argc, char** argv) {
  options::options_description shown("Options");
  shown.add_options()                                                                          //
      ("help", "this text")                                                                    //
      ("out", options::value<std::string>(), "the folder to write; made when it is missing")   //
      ("title", options::value<std::string>()->default_value("Report"), "the report's title")  //
      ("scale", options::value<std::string>()->default_value(""),
       "the scale of the evidence in a word, such as miniature")  //
      ("note", options::value<std::vector<std::string>>()->default_value({}, ""),
       "a remark for the reader; may be given again")  //
      ("published", options::value<std::vector<std::string>>()->default_value({}, ""),
       "a result of reports/results/published.toml to show beside ours; may be given again")  //
      ("contexts", options::value<std::string>(),
       "a file of lines CONVERSATION<tab>CONTEXT: conversations of one context are resampled together");
  const auto parsed = ParseCommandLine(argc, argv, kUsage, shown, "store");
  if (!parsed) return 0;
  const options::variables_map& values = *parsed;
  const std::string out = OutFolder(values);
  ReadStores stores = ReadAllStores(FindStores(values["store"].as<std::vector<std::string>>()));
  const ReportSpec spec = SpecOf(values, stores);
  std::cout << WriteReport(spec, std::move(stores), out) << "\nReport: " << out << "/report.html\n";
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  suite::KeepFreedMemory();
  return suite::ProgramMain(&suite::Run, argc, argv);
}
