#include "reports/tools/kept_results.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/paths.h"
#include "harness/metrics/store_layout.h"
#include "harness/metrics/write_run.h"
#include "reports/kept/kept_record.h"
#include "reports/kept/pack_runs.h"
#include "reports/report.h"
#include "reports/results/diversity.h"
#include "reports/results/report_tables.h"
#include "reports/tools/gzip.h"

namespace suite {
namespace {

constexpr char kEnding[] = ".h5.gz";
constexpr char kShared[] = "shared";

// "0d7f23c78b70" of "0d7f23c78b70.h5.gz"; empty for other files.
std::string StemOf(const std::string& file) {
  const size_t end = file.size() - std::min(file.size(), sizeof(kEnding) - 1);
  return file.substr(end) == kEnding ? file.substr(0, end) : "";
}

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
  return !StemOf(name).empty();
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

bool IsAbout(const std::string& metric, const std::string& series) {
  const size_t at = metric.find("series:");
  if (at == std::string::npos) return false;
  const std::string about = metric.substr(at + 7);
  return about == series || about.compare(0, series.size() + 1, series + "/") == 0;
}

// Its lists would be lost: what is left of them stands in no store.
void RefuseUnpacked(const RunRecord& run) {
  for (const CountTable& table : run.counts) {
    if (table.name.compare(0, sizeof(kRecommended) - 1, kRecommended) != 0) continue;
    throw InputError(run.path, "unpacked from kept results, it cannot be kept again",
                     "the store that the run itself wrote, or the kept files, copied");
  }
}

// "series:reward_by_rank/1" is about reward_by_rank.
std::vector<std::string> SeriesOfClaims(const ReportSpec& spec, const std::vector<RunRecord>& runs) {
  std::set<std::string> names;
  for (const RunRecord& run : runs) {
    for (const StepSeries& series : run.series) names.insert(series.name);
  }
  std::vector<std::string> exact;
  for (const std::string& name : names) {
    for (const Claim& claim : spec.claims) {
      const bool is_meant = IsAbout(claim.metric, name) || IsAbout(claim.right_metric, name);
      if (is_meant && (exact.empty() || exact.back() != name)) exact.push_back(name);
    }
  }
  return exact;
}

void WritePacked(const KeptRecord& record, const std::string& folder, const std::string& stem) {
  const std::string path = folder + "/" + stem + ".h5";
  WriteKeptRecord(record, path);
  WriteFileAtomically(path + ".gz", Gzip(ReadFile(path)));
  std::filesystem::remove(path);
}

}  // namespace

std::string TableOf(ReadStores stores) {
  const ReportSpec spec = DefaultSpec("kept", stores);
  const RunSet set = MakeRunSet(spec, std::move(stores));
  return ToLongCsv(MainTable(spec, set));
}

void KeepResults(ReadStores stores, const ReportSpec& spec, const std::string& folder) {
  for (const SkippedStore& skipped : stores.skipped) throw InputError(skipped.store, skipped.reason);
  for (RunRecord& run : stores.records) {
    if (run.status != kStatusDone) throw InputError(run.path, "the run is '" + run.status + "'", "runs that are done");
    RefuseUnpacked(run);
    for (auto& [key, value] : run.provenance) value = WithoutFolders(value);
    run.config = WithoutFolders(run.config);
  }
  RefuseToReplaceAnythingElse(folder);
  std::vector<KeptRecord> runs = PackRuns(stores.records, SeriesOfClaims(spec, stores.records));
  std::filesystem::remove_all(folder);
  MakeFolder(folder);
  WritePacked(TakeShared(&runs), folder, kShared);
  for (size_t i = 0; i < runs.size(); ++i) WritePacked(runs[i], folder, stores.records[i].run_name);
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

std::vector<std::string> UnpackKept(const std::string& folder, const std::string& into) {
  MakeFolder(into);
  const auto gunzip = [&](const std::string& stem, const std::string& path) {
    const std::string packed = folder + "/" + stem + kEnding;
    WriteFileAtomically(path, Gunzip(ReadFile(packed), packed));
  };
  KeptRecord shared;
  if (std::filesystem::exists(folder + "/" + kShared + kEnding)) {
    const std::string path = into + "/" + kShared + ".h5";
    gunzip(kShared, path);
    shared = ReadKeptRecord(path);
    std::filesystem::remove(path);
  }
  std::vector<std::string> paths;
  for (const std::string& name : SortedNames(folder, false)) {
    const std::string stem = StemOf(name);
    if (stem.empty() || stem == kShared) continue;
    MakeFolder(into + "/" + stem);
    paths.push_back(into + "/" + stem + "/store.h5");
    gunzip(stem, paths.back());
    if (!IsKeptRecord(paths.back())) continue;
    KeptRecord run = ReadKeptRecord(paths.back());
    PutShared(shared, &run, folder + "/" + name);
    const RunRecord record = UnpackRun(run, folder + "/" + name);
    WriteRun(record, paths.back());
    WriteFileAtomically(into + "/" + stem + "/config.toml", record.config);
  }
  return paths;
}

ReadStores ReadKept(const std::string& folder, const std::string& scratch) {
  return ReadAllStores(UnpackKept(folder, scratch));
}

std::string WithoutFolders(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const bool begins = text[at] == '/' && (at == 0 || std::string(" ='\"").find(text[at - 1]) != std::string::npos);
    if (!begins) {
      out += text[at++];
      continue;
    }
    const size_t end = std::min(text.find_first_of(" '\"", at), text.size());
    const std::string path = text.substr(at, end - at);
    const size_t last = path.find_last_not_of('/');
    out += last == std::string::npos ? path : path.substr(path.rfind('/', last) + 1);
    at = end;
  }
  return out;
}

}  // namespace suite
