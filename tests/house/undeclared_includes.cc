#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "tests/house/build_files.h"
#include "tests/house/rules.h"
#include "tests/house/source_tree.h"

namespace suite::house {
namespace {

struct External {
  std::regex include;
  std::vector<std::string> deps;  // beginnings of labels, any of which brings it
};

const std::vector<External>& Externals() {
  static const std::vector<External> kExternals = {
      {std::regex("(gtest|gmock)/.*"), {"//third_party/googletest"}},
      {std::regex("benchmark/.*"), {"//third_party/google_benchmark"}},
      {std::regex("nlohmann/.*"), {"//third_party/nlohmann_json"}},
      {std::regex("toml\\+\\+/.*"), {"//third_party/tomlplusplus"}},
      {std::regex("boost/.*"), {"//third_party/boost"}},
      {std::regex("openssl/.*"), {"//third_party/openssl"}},
      {std::regex("unicode/.*"), {"//third_party/icu"}},
      {std::regex("pcre2\\.h"), {"//third_party/pcre2"}},
      {std::regex("zlib\\.h"), {"//third_party/zlib"}},
      {std::regex("curl/.*"), {"//third_party/curl"}},
      {std::regex("arrow/.*"), {"@arrow"}},
      {std::regex("gloo/.*"), {"//third_party/gloo_declarations"}},
      {std::regex("(hdf5|H5[A-Za-z]*).*\\.h"), {"@hdf5"}},
      {std::regex("c10/cuda/.*"), {"@libtorch_cuda"}},
      {std::regex("(ATen|torch|c10|caffe2)/.*"), {"@libtorch"}},
      {std::regex("nccl\\.h"), {"@libtorch_cuda"}},
      {std::regex("cuda[^/]*"), {"@cuda_toolkit", "@libtorch_cuda"}},
  };
  return kExternals;
}

class IncludeChecker {
 public:
  explicit IncludeChecker(const std::string& root) : root_(root), targets_(ReadTargets(root)) {
    const std::vector<std::string> files = FilesUnder(root);
    files_.insert(files.begin(), files.end());
    for (const Target& target : targets_) {
      by_label_[target.label] = &target;
      for (const std::string& header : target.headers) owner_.emplace(header, target.label);
    }
  }

  std::vector<std::string> Breaches() {
    std::set<std::string> owned;
    for (const Target& target : targets_) {
      for (const auto* files : {&target.sources, &target.headers}) {
        owned.insert(files->begin(), files->end());
        for (const std::string& file : *files) Check(target, file);
      }
    }
    for (const std::string& file : SourceFiles(root_)) {
      if (file.rfind("third_party/", 0) == 0) continue;  // as their BUILD files, which are not read
      if (!owned.count(file)) breaches_.push_back(file + ": no target of a BUILD file owns it");
    }
    return breaches_;
  }

 private:
  void Check(const Target& target, const std::string& file) {
    static const std::regex kSource(R"(.*\.(h|cc|cu|cuh))");
    if (!std::regex_match(file, kSource)) return;
    for (const Include& include : IncludesOf(root_, file)) {
      const bool ours = include.quoted && files_.count(include.path) > 0;
      const std::string missing = ours ? MissingDep(target, include) : MissingExternal(target, include);
      if (missing.empty()) continue;
      breaches_.push_back(include.where + ": includes " + include.path + ", which no direct dependency of " +
                          target.label + " brings; " + missing);
    }
  }

  // What to do about a header of ours, empty if nothing.
  std::string MissingDep(const Target& target, const Include& include) const {
    if (target.sources.count(include.path) || target.headers.count(include.path)) return "";
    for (const std::string& dep : target.deps) {
      if (Brings(dep, include.path)) return "";
    }
    const auto owner = owner_.find(include.path);
    return owner == owner_.end() ? "no target has it in hdrs" : "add " + owner->second;
  }

  bool Brings(const std::string& label, const std::string& header) const {
    const auto found = by_label_.find(label);
    if (found == by_label_.end()) return false;
    const Target& dep = *found->second;
    if (dep.rule != "alias") return dep.headers.count(header) > 0;
    return std::any_of(dep.deps.begin(), dep.deps.end(), [&](const std::string& to) { return Brings(to, header); });
  }

  static std::string MissingExternal(const Target& target, const Include& include) {
    for (const External& external : Externals()) {
      if (!std::regex_match(include.path, external.include)) continue;
      for (const std::string& dep : target.deps) {
        for (const std::string& beginning : external.deps) {
          if (dep.compare(0, beginning.size(), beginning) == 0) return "";
        }
      }
      return "add a target of " + external.deps[0];
    }
    return include.quoted ? "there is no such file" : "";  // else the standard library or the system
  }

  std::string root_;
  std::set<std::string> files_;
  std::vector<Target> targets_;
  std::map<std::string, const Target*> by_label_;
  std::map<std::string, std::string> owner_;  // of headers
  std::vector<std::string> breaches_;
};

}  // namespace

std::vector<std::string> UndeclaredIncludes(const std::string& root) { return IncludeChecker(root).Breaches(); }

}  // namespace suite::house
