#include "tests/house/build_files.h"

#include <algorithm>
#include <map>
#include <regex>

#include "base/files.h"
#include "tests/house/build_syntax.h"
#include "tests/house/source_tree.h"

namespace suite::house {
namespace {

// A glob's pattern as a regular expression over paths below the package.
std::regex GlobRegex(const std::string& pattern) {
  std::string regex;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.compare(i, 3, "**/") == 0) {
      regex += "(.*/)?";
      i += 2;
    } else if (pattern.compare(i, 2, "**") == 0) {
      regex += ".*";
      ++i;
    } else if (pattern[i] == '*') {
      regex += "[^/]*";
    } else {
      regex += std::string(".+?()[]{}|^$\\").find(pattern[i]) == std::string::npos ? "" : "\\";
      regex += pattern[i];
    }
  }
  return std::regex(regex);
}

// Turns calls into targets.
class TargetMaker {
 public:
  TargetMaker(std::string package, const std::vector<std::string>& files) : package_(std::move(package)) {
    const std::string prefix = package_.empty() ? "" : package_ + "/";
    for (const std::string& file : files) {
      if (file.compare(0, prefix.size(), prefix) == 0) files_.insert(file.substr(prefix.size()));
    }
  }

  Value OnCall(const Call& call) {
    if (call.function == "glob") return Glob(call);
    if (call.function == "select") return AllBranches(call);
    const auto name = call.keywords.find("name");
    if (name != call.keywords.end() && name->second.kind == Value::kString) AddTarget(call, name->second.text);
    // Of an unknown function the first argument: cuda_deps([...]) is its list.
    return call.positional.empty() ? Value() : call.positional[0];
  }

  std::vector<Target> targets;

 private:
  Value Glob(const Call& call) const {
    auto matches = [](const std::string& file, const std::vector<std::string>& patterns) {
      return std::any_of(patterns.begin(), patterns.end(),
                         [&](const std::string& pattern) { return std::regex_match(file, GlobRegex(pattern)); });
    };
    std::vector<std::string> wanted, unwanted;
    for (const Value& value : call.positional) wanted = Strings(value);
    for (const auto& [keyword, value] : call.keywords) {
      if (keyword == "include") wanted = Strings(value);
      if (keyword == "exclude") unwanted = Strings(value);
    }
    Value list{Value::kList};
    for (const std::string& file : files_) {
      if (matches(file, wanted) && !matches(file, unwanted)) list.items.push_back({Value::kString, file});
    }
    return list;
  }

  static Value AllBranches(const Call& call) {
    Value list{Value::kList};
    for (const Value& value : call.positional) {
      for (const Value& entry : value.items) {
        const auto& branch = entry.items.at(1).items;
        list.items.insert(list.items.end(), branch.begin(), branch.end());
      }
    }
    return list;
  }

  void AddTarget(const Call& call, const std::string& name) {
    Target target;
    target.label = FullLabel(":" + name, package_);
    target.rule = call.function;
    target.testonly = call.keywords.count("testonly") > 0 || std::regex_match(call.function, std::regex(".*_test"));
    for (const auto& [keyword, value] : call.keywords) {
      for (const std::string& text : Strings(value)) {
        if (keyword == "srcs" && files_.count(text)) target.sources.insert(Path(text));
        if ((keyword == "hdrs" || keyword == "textual_hdrs") && files_.count(text)) target.headers.insert(Path(text));
        if (keyword == "deps" || keyword == "actual") target.deps.insert(FullLabel(text, package_));
      }
    }
    targets.push_back(target);
  }

  std::string Path(const std::string& file) const { return package_.empty() ? file : package_ + "/" + file; }

  std::string package_;
  std::set<std::string> files_;  // relative to the package
};

}  // namespace

std::string FullLabel(const std::string& label, const std::string& package) {
  if (label[0] == '@') return label;
  if (label.compare(0, 2, "//") != 0) return "//" + package + ":" + label.substr(label[0] == ':');
  if (label.find(':') != std::string::npos) return label;
  return label + ":" + label.substr(label.rfind('/') + 1);
}

std::vector<Target> ParseTargets(const std::string& text, const std::string& package,
                                 const std::vector<std::string>& files) {
  TargetMaker maker(package, files);
  Evaluate(text, package + "/BUILD", [&](const Call& call) { return maker.OnCall(call); });
  return maker.targets;
}

std::vector<Target> ReadTargets(const std::string& root) {
  const std::vector<std::string> files = FilesUnder(root);
  std::vector<Target> targets;
  for (const std::string& file : files) {
    if (file != "BUILD" && (file.size() < 6 || file.compare(file.size() - 6, 6, "/BUILD") != 0)) continue;
    if (IsIn(file, "third_party")) continue;
    const std::vector<Target> found = ParseTargets(ReadFile(root + "/" + file), FolderOf(file), files);
    targets.insert(targets.end(), found.begin(), found.end());
  }
  return targets;
}

}  // namespace suite::house
