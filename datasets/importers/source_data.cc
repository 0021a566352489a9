#include "datasets/importers/source_data.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/text/utf8.h"
#include "datasets/core/catalog.h"

namespace suite {
namespace {

// SHA-256 of reddit_catalog/gt_catalog.pkl in the authors' repository: the list of datasets/reddit_v2_catalog.tsv.
constexpr char kAuthorsPickle[] = "496671651664fb4111a7dd6d9b807e67bf5909a538988828e874da63ca4901f5";

// Quoted for a shell.
std::string Quoted(std::string text) {
  for (size_t at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 4)) text.replace(at, 1, "'\\''");
  return "'" + text + "'";
}

[[noreturn]] void RefusePickle(const std::string& path) {
  const std::string tsv = std::filesystem::path(path).replace_extension(".tsv").string();
  throw InputError(path, "a Python pickle, which can run any code when it is read",
                   "a .tsv file; if you trust the pickle, this writes it: "
                   R"py(python3 -X utf8 -c "import pickle, sys; print('title\tyear', )py"
                   R"py(*('%s\t%s' % film for film in pickle.load(open(sys.argv[1], 'rb'))), sep='\n')" )py" +
                       Quoted(path) + " > " + Quoted(tsv));
}

}  // namespace

void CheckRole(const std::string& role, const std::string& where) {
  if (role == "system" || role == "user" || role == "assistant") return;
  throw UnknownName(where, "role", ShownText(role), {"assistant", "system", "user"});
}

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

std::vector<Item> ReadCatalogFile(const std::string& folder, const std::string& name, std::vector<DataFile>* files) {
  const std::string path = folder.empty() ? name : folder + "/" + name;
  const std::string ending = std::filesystem::path(name).extension().string();
  if (ending == ".pkl") RefusePickle(path);
  if (ending != ".tsv") throw InputError(path, "a catalogue with the ending '" + ending + "'", ".tsv (title<TAB>year)");
  return Catalog::ParseTsv(ReadDataFile(folder, name, files), path).items();
}

std::vector<Item> ReadOwnCatalog(const std::string& folder, const std::string& catalog_file, SourceData* source) {
  if (!catalog_file.empty()) return ReadCatalogFile("", catalog_file, &source->files);
  if (folder.empty()) return {};
  for (const char* name : {"catalog.tsv", "gt_catalog.pkl", "catalog.pkl"}) {
    const std::string path = folder + "/" + name;
    if (!std::filesystem::exists(path)) continue;
    if (Sha256HexOfFile(path) != kAuthorsPickle) return ReadCatalogFile(folder, name, &source->files);
    ReadDataFile(folder, name, &source->files);
    source->notes.push_back(std::string(name) + " is the authors' own: its list was taken from " +
                            kRedditV2CatalogPath);
    return Catalog::FromTsv(kRedditV2CatalogPath).items();
  }
  return {};
}

}  // namespace suite
