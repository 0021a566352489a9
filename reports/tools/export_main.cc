// Runs in the forms of other tools: `bazel run //reports:export -- --out=DIR STORE...`

#include <iostream>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/paths.h"
#include "reports/runs/run_set.h"
#include "reports/tools/command_line.h"
#include "reports/tools/run_export.h"

namespace suite {
namespace {

constexpr char kUsage[] =
    "Writes runs in the forms that other tools read.\n"
    "\n"
    "  bazel run //reports:export -- --out=exported results/quickstart\n"
    "\n"
    "A STORE is the .h5 file of a run, or a folder: then all .h5 files in and under it. DIR gets a folder for each\n"
    "run, named by its config hash, with events.out.tfevents.0.suite (TensorBoard: tensorboard --logdir=DIR),\n"
    "series.csv, scores.csv, run.jsonl and mllog.txt.\n"
    "\n";

void Export(const RunRecord& run, const CommandLine& line, const std::string& out) {
  const std::string folder = out + "/" + run.run_name;
  MakeFolder(folder);
  WriteFileAtomically(folder + "/events.out.tfevents.0.suite", ToTensorBoard(run));
  WriteFileAtomically(folder + "/series.csv", SeriesCsv(run));
  WriteFileAtomically(folder + "/scores.csv", ScoresCsv(run));
  WriteFileAtomically(folder + "/run.jsonl", ToJsonLines(run));
  WriteFileAtomically(folder + "/mllog.txt",
                      ToMllog(run, line["split"].as<std::string>(), line["metric"].as<std::string>()));
}

void ExportAll(const CommandLine& line) {
  const std::string out = OutFolder(line);
  const ReadStores stores = ReadAllStores(FindStores(Words(line, "store")));
  std::set<std::string> names;
  for (const RunRecord& run : stores.records) {
    if (!names.insert(run.run_name).second) throw InputError(run.path, "a second store of run " + run.run_name);
    Export(run, line, out);
  }
  for (const SkippedStore& skipped : stores.skipped) {
    std::cerr << "left out: " << skipped.store << " (" << skipped.reason << ")\n";
  }
  std::cout << stores.records.size() << " runs exported to " << out << "\n";
}

int Run(int argc, char** argv) {
  options::options_description shown("Options");
  shown.add_options()("help", "this text")("out", options::value<std::string>(), "the folder to write")(
      "split", options::value<std::string>()->default_value("validation"), "MLLOG: the split of eval_accuracy")(
      "metric", options::value<std::string>()->default_value("ndcg@10"), "MLLOG: the score that is eval_accuracy");
  return ProgramMain(argc, argv, kUsage, shown, "store", &ExportAll);
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::Run(argc, argv); }
