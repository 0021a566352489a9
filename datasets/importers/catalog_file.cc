#include "datasets/importers/catalog_file.h"

#include <filesystem>

#include "base/error.h"
#include "datasets/core/catalog.h"
#include "datasets/importers/python_pickle.h"

namespace suite {

std::vector<Item> ReadCatalogFile(const std::string& folder, const std::string& name, std::vector<DataFile>* files) {
  const std::string path = folder.empty() ? name : folder + "/" + name;
  const std::string ending = std::filesystem::path(name).extension().string();
  if (ending != ".tsv" && ending != ".pkl") {
    throw InputError(path, "a catalogue with the ending '" + ending + "'", ".tsv (title<TAB>year) or .pkl");
  }
  const std::string bytes = ReadDataFile(folder, name, files);
  if (ending == ".tsv") return Catalog::ParseTsv(bytes, path).items();
  return Catalog(ReadPickledItems(bytes, path)).items();
}

}  // namespace suite
