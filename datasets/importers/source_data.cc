#include "datasets/importers/source_data.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"

namespace suite {

std::vector<std::string_view> LinesOf(std::string_view text, const std::string& name) {
  if (text.empty()) throw InputError(name, "the file is empty", "one JSON object a line");
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::map<std::string, std::string> SplitFiles(const std::string& folder) {
  std::map<std::string, std::string> found;
  for (const std::string_view split : kSplitNames) {
    const std::string file = std::string(split) + ".jsonl";
    if (std::filesystem::exists(folder + "/" + file)) found[std::string(split)] = file;
  }
  if (std::filesystem::exists(folder + "/valid.jsonl")) {
    if (found.count("validation") > 0) {
      throw InputError(folder, "both valid.jsonl and validation.jsonl are there", "one of them");
    }
    found["validation"] = "valid.jsonl";
  }
  if (found.empty()) {
    throw InputError(folder, "no split is there", "at least one of train.jsonl, validation.jsonl and test.jsonl");
  }
  return found;
}

std::string ReadDataFile(const std::string& folder, const std::string& name, std::vector<DataFile>* files) {
  std::string bytes = ReadFile(folder.empty() ? name : folder + "/" + name);
  files->push_back({name, Sha256Hex(bytes), static_cast<int64_t>(bytes.size())});
  return bytes;
}

}  // namespace suite
