// The files of a checkout and what they include.
//
//   for (const std::string& path : SourceFiles(root)) {
//     for (const Include& include : IncludesOf(root, path)) ...
//   }
#pragma once

#include <string>
#include <vector>

namespace suite::house {

// Paths relative to `root`, in order, of all regular files; Bazel's links, hidden folders and `results` are left out.
std::vector<std::string> FilesUnder(const std::string& root);

// Those of them that are C++ or CUDA: .h, .cc, .cu, .cuh.
std::vector<std::string> SourceFiles(const std::string& root);

struct Include {
  std::string path;   // as written between the quotes or brackets
  bool quoted;        // "base/check.h", not <vector>
  std::string where;  // "models/sampler.cc:12"
};

std::vector<Include> IncludesOf(const std::string& root, const std::string& path);

// The folder of a path, "" for a file at the root.
std::string FolderOf(const std::string& path);

// Whether `path` is `folder`, lies below it, or is a file whose name begins so ("models/tokenizer" holds
// models/tokenizer/bpe.h and models/tokenizer.h).
bool IsIn(const std::string& path, const std::string& folder);

}  // namespace suite::house
