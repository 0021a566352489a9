#include "tests/house/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>

#include "base/files.h"

namespace suite::house {
namespace {

namespace fs = std::filesystem;

bool IsLeftOut(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename();
  return entry.is_symlink() || (entry.is_directory() && (name[0] == '.' || name == "results"));
}

}  // namespace

std::vector<std::string> FilesUnder(const std::string& root) {
  std::vector<std::string> files;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator(); ++it) {
    if (IsLeftOut(*it)) {
      it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      files.push_back(it->path().lexically_relative(root));
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> SourceFiles(const std::string& root) {
  std::vector<std::string> sources;
  for (const std::string& path : FilesUnder(root)) {
    const std::string extension = fs::path(path).extension();
    if (extension == ".h" || extension == ".cc" || extension == ".cu" || extension == ".cuh") sources.push_back(path);
  }
  return sources;
}

std::vector<Include> IncludesOf(const std::string& root, const std::string& path) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*(["<])([^">]+)[">].*)re");
  std::vector<Include> includes;
  std::istringstream lines(ReadFile(root + "/" + path));
  std::string line;
  std::smatch match;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.find("include") == std::string::npos || !std::regex_match(line, match, kInclude)) continue;
    includes.push_back({match[2], match[1] == "\"", path + ":" + std::to_string(number)});
  }
  return includes;
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

bool IsIn(const std::string& path, const std::string& folder) {
  if (path.compare(0, folder.size(), folder) != 0) return false;
  return path.size() == folder.size() || path.find_first_of("/._", folder.size()) == folder.size();
}

}  // namespace suite::house
