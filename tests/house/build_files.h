// Reads the targets of BUILD files without Bazel, so that a test can ask which target owns a file.
//
//   for (const Target& target : ReadTargets(root)) ...
//
// Understood is what BUILD files here are made of: calls, lists, dictionaries, strings, `+`, variables, glob, select
// (all branches together), `"...".format(x)` and list comprehensions. Another construct is an InputError that names the
// line; write it more plainly then.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace suite::house {

struct Target {
  std::string label;              // "//models:sampler"
  std::string rule;               // "cc_library"
  std::set<std::string> sources;  // paths of files in srcs
  std::set<std::string> headers;  // paths of files in hdrs and textual_hdrs
  std::set<std::string> deps;     // full labels in deps (and an alias's actual)
  bool testonly = false;          // a test, or marked so
};

// Targets of all BUILD files under `root`, third_party left out.
std::vector<Target> ReadTargets(const std::string& root);

// Targets of one BUILD file's text. `package` is its folder, `files` the paths that globs and srcs may mean.
std::vector<Target> ParseTargets(const std::string& text, const std::string& package,
                                 const std::vector<std::string>& files);

// ":a", "a" in package "x" and "//x:a" are all "//x:a"; "//x/y" is "//x/y:y"; "@r//:t" stays.
std::string FullLabel(const std::string& label, const std::string& package);

}  // namespace suite::house
