#include "reports/tools/kept_results.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/paths.h"
#include "harness/metrics/store_layout.h"
#include "harness/metrics/write_run.h"
#include "reports/report.h"
#include "reports/results/report_tables.h"
#include "reports/tools/gzip.h"

namespace suite {
namespace {

std::vector<std::string> SortedNames(const std::string& folder, bool folders) {
  std::vector<std::string> names;
  if (!std::filesystem::is_directory(folder)) throw InputError(folder, "no such folder");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_directory() == folders) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// What stands in a folder of kept results, and nothing that anyone would miss.
bool IsKept(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  for (const char* known : {"table.csv", "comparisons.csv", "report.md", "claims.json", "plots", "scratch"}) {
    if (name == known) return true;
  }
  return name.size() > 6 && name.compare(name.size() - 6, 6, ".h5.gz") == 0;
}

void RefuseToReplaceAnythingElse(const std::string& folder) {
  CheckFolderPath(folder);
  if (!std::filesystem::exists(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!IsKept(entry.path())) {
      throw InputError(folder, "holds '" + entry.path().filename().string() + "', which is no kept result",
                       "a new or empty folder, or one of kept results, which are replaced");
    }
  }
}

}  // namespace

std::string TableOf(ReadStores stores) {
  const ReportSpec spec = DefaultSpec("kept", stores);
  const RunSet set = MakeRunSet(spec, std::move(stores));
  return ToLongCsv(MainTable(spec, set));
}

void KeepResults(ReadStores stores, const std::string& folder) {
  for (const SkippedStore& skipped : stores.skipped) throw InputError(skipped.store, skipped.reason);
  for (RunRecord& run : stores.records) {
    if (run.status != kStatusDone) throw InputError(run.path, "the run is '" + run.status + "'", "runs that are done");
    for (auto& [key, value] : run.provenance) value = WithoutFolders(value);
  }
  RefuseToReplaceAnythingElse(folder);
  std::filesystem::remove_all(folder);
  MakeFolder(folder);
  for (const RunRecord& run : stores.records) {
    const std::string path = folder + "/" + run.run_name + ".h5";
    WriteRun(run, path);
    WriteFileAtomically(path + ".gz", Gzip(ReadFile(path)));
    std::filesystem::remove(path);
  }
  WriteFileAtomically(folder + "/table.csv", TableOf(std::move(stores)));
}

void KeepReport(const ReportSpec& spec, const std::string& folder) {
  const std::filesystem::path scratch = folder + "/scratch";
  std::vector<std::string> stores;
  for (const RunRecord& run : ReadKept(folder, scratch).records) stores.push_back(run.path);
  const std::filesystem::path drawn = scratch / "report";
  WriteReport(spec, stores, drawn);
  for (const char* file : {"report.md", "comparisons.csv", "claims.json"}) {
    if (std::filesystem::exists(drawn / file)) std::filesystem::copy(drawn / file, folder);
  }
  std::filesystem::create_directories(folder + "/plots");
  for (const auto& plot : std::filesystem::directory_iterator(drawn / "plots")) {
    if (plot.path().extension() == ".svg") std::filesystem::copy(plot.path(), folder + "/plots");
  }
  std::filesystem::remove_all(scratch);
}

std::vector<std::string> KeptNames(const std::string& folder) { return SortedNames(folder, true); }

ReadStores ReadKept(const std::string& folder, const std::string& scratch) {
  MakeFolder(scratch);
  std::vector<std::string> paths;
  for (const std::string& name : SortedNames(folder, false)) {
    const std::filesystem::path file(name);
    if (file.extension() != ".gz" || file.stem().extension() != ".h5") continue;
    const std::string packed = folder + "/" + name;
    paths.push_back(scratch + "/" + file.stem().string());
    WriteFileAtomically(paths.back(), Gunzip(ReadFile(packed), packed));
  }
  return ReadAllStores(paths);
}

std::string WithoutFolders(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const bool begins =
        text[at] == '/' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '=' || text[at - 1] == '\'');
    if (!begins) {
      out += text[at++];
      continue;
    }
    const size_t end = std::min(text.find_first_of(" '", at), text.size());
    const std::string path = text.substr(at, end - at);
    const size_t last = path.find_last_not_of('/');
    out += last == std::string::npos ? path : path.substr(path.rfind('/', last) + 1);
    at = end;
  }
  return out;
}

}  // namespace suite
