// Redraws a report from stores alone: `bazel run //reports:report -- --out=DIR STORE...`

#include <iostream>

#include "base/allocator.h"
#include "base/files.h"
#include "reports/report.h"
#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tools/command_line.h"

namespace suite {
namespace {

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

ReportSpec SpecOf(const CommandLine& line, const ReadStores& stores) {
  ReportSpec spec = DefaultSpec(line["title"].as<std::string>(), stores);
  spec.scale = line["scale"].as<std::string>();
  for (const std::string& note : Words(line, "note")) spec.notes.emplace_back(note);
  spec.published = Words(line, "published");
  if (line.count("contexts")) {
    const std::string path = FromUsersFolder(line["contexts"].as<std::string>());
    spec.contexts = ParseContexts(ReadFile(path), path);
  }
  return spec;
}

void Redraw(const CommandLine& line) {
  const std::string out = OutFolder(line);
  ReadStores stores = ReadAllStores(FindStores(Words(line, "store")));
  const ReportSpec spec = SpecOf(line, stores);
  std::cout << WriteReport(spec, std::move(stores), out) << "\nReport: " << out << "/report.html\n";
}

int Run(int argc, char** argv) {
  KeepFreedMemory();
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
  return ProgramMain(argc, argv, kUsage, shown, "store", &Redraw);
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::Run(argc, argv); }
