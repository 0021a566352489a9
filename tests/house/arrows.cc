#include <algorithm>
#include <regex>
#include <set>

#include "tests/house/build_files.h"
#include "tests/house/rules.h"
#include "tests/house/source_tree.h"

namespace suite::house {
namespace {

struct Folder {
  std::string name;
  std::vector<std::string> may_use;  // beside itself
};

// A folder named before one that holds it comes first.
const std::vector<Folder>& Folders() {
  static const std::vector<Folder> kFolders = {
      {"base", {}},
      {"algorithms", {"base"}},
      {"datasets", {"base"}},
      {"models", {"base"}},
      {"harness/metrics", {"base"}},
      {"harness", {"base", "algorithms", "datasets", "models", "harness/metrics"}},
      {"reports", {"base", "harness/metrics"}},
      {"experiments", {"base", "harness", "harness/metrics", "reports"}},
      {"tests", {"base", "algorithms", "datasets", "models", "harness/metrics", "harness", "reports", "experiments"}},
  };
  return kFolders;
}

const std::vector<std::string>& WithoutLibTorch() {
  static const std::vector<std::string> kFolders = {"base", "datasets", "harness/metrics", "reports",
                                                    "models/tokenizer"};
  return kFolders;
}

const Folder* FolderHolding(const std::string& path) {
  for (const Folder& folder : Folders()) {
    if (path.compare(0, folder.name.size() + 1, folder.name + "/") == 0) return &folder;
  }
  return nullptr;
}

// Empty if `from` may use `to`; paths of files or of packages with a slash behind.
std::string ArrowBreach(const std::string& from, const std::string& to) {
  const Folder* user = FolderHolding(from);
  const Folder* used = FolderHolding(to);
  if (used == nullptr || user == used) return "";
  if (user == nullptr) return "nothing outside the house's folders may use " + used->name;
  const auto& allowed = user->may_use;
  if (std::find(allowed.begin(), allowed.end(), used->name) != allowed.end()) return "";
  std::string names;
  for (const std::string& name : allowed) names += " " + name;
  return user->name + " may not use " + used->name + "; allowed:" + (names.empty() ? " nothing" : names);
}

bool MustDoWithoutLibTorch(const std::string& path) {
  const auto& folders = WithoutLibTorch();
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) { return IsIn(path, folder); });
}

std::string IncludeBreach(const std::string& file, const Include& include, bool of_tests) {
  static const std::regex kLibTorch("(ATen|torch|c10|caffe2)/.*");
  static const std::regex kImpure(R"((fstream|filesystem|chrono|ctime|time\.h|base/files\.h|(.*/)?cuda.*))");
  if (include.quoted) {
    const std::string breach = ArrowBreach(file, include.path);
    if (!breach.empty()) return breach;
  }
  if (MustDoWithoutLibTorch(file) && std::regex_match(include.path, kLibTorch)) return "LibTorch may not be used here";
  if (IsIn(file, "algorithms") && !of_tests && std::regex_match(include.path, kImpure)) {
    return "algorithms are pure functions of tensors: no files, clocks or CUDA";
  }
  return "";
}

std::string DepBreach(const std::string& package, const std::string& dep) {
  if (dep[0] != '@') return ArrowBreach(package + "/", dep.substr(2, dep.find(':') - 2) + "/");
  if (MustDoWithoutLibTorch(package) && dep.compare(0, 9, "@libtorch") == 0) return "LibTorch may not be used here";
  return "";
}

}  // namespace

std::vector<std::string> WrongArrows(const std::string& root) {
  std::vector<std::string> breaches;
  const std::vector<Target> targets = ReadTargets(root);
  std::set<std::string> test_files;
  for (const Target& target : targets) {
    if (!target.testonly) continue;
    test_files.insert(target.sources.begin(), target.sources.end());
    test_files.insert(target.headers.begin(), target.headers.end());
  }
  for (const std::string& file : SourceFiles(root)) {
    for (const Include& include : IncludesOf(root, file)) {
      const std::string breach = IncludeBreach(file, include, test_files.count(file) > 0);
      if (!breach.empty()) breaches.push_back(include.where + ": includes " + include.path + ": " + breach);
    }
  }
  for (const Target& target : targets) {
    const std::string package = target.label.substr(2, target.label.find(':') - 2);
    for (const std::string& dep : target.deps) {
      const std::string breach = DepBreach(package, dep);
      if (!breach.empty()) breaches.push_back(target.label + ": depends on " + dep + ": " + breach);
    }
  }
  return breaches;
}

}  // namespace suite::house
