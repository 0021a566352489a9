#include "harness/demonstrations/artifact.h"

#include <hdf5.h>

#include <algorithm>

#include "base/error.h"
#include "harness/metrics/hdf5_handle.h"

namespace suite {
namespace {

constexpr char kFormat[] = "suite demonstrations artifact 1";
constexpr hsize_t kMostInChunk = 1 << 16;

Hdf5Handle MakeGroup(const Hdf5File& file, hid_t root, const std::string& name) {
  const Hdf5Handle properties = file.Id(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, name);
  file.Must(H5Pset_obj_track_times(properties.id(), false), name);
  file.Must(H5Pset_attr_creation_order(properties.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), name);
  return file.Id(H5Gcreate2(root, name.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), H5Gclose, name);
}

template <typename T>
void WriteValues(const Hdf5File& file, hid_t group, const std::string& name, hid_t type, const std::vector<T>& values) {
  const std::string what = "dataset '" + name + "'";
  const hsize_t count = values.size();
  const Hdf5Handle space = file.Id(H5Screate_simple(1, &count, nullptr), H5Sclose, what);
  const Hdf5Handle properties = file.Id(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, what);
  file.Must(H5Pset_obj_track_times(properties.id(), false), what);
  if (count > 0) {
    const hsize_t chunk = std::min(count, kMostInChunk);
    file.Must(H5Pset_chunk(properties.id(), 1, &chunk), what);
    file.Must(H5Pset_shuffle(properties.id()), what);
    file.Must(H5Pset_deflate(properties.id(), 1), what);
    file.Must(H5Pset_fletcher32(properties.id()), what);
  }
  const Hdf5Handle dataset = file.Id(
      H5Dcreate2(group, name.c_str(), type, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), H5Dclose, what);
  if (count == 0) return;
  file.Must(H5Dwrite(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "writing " + what);
}

template <typename T>
void WriteGroup(const Hdf5File& file, hid_t root, const std::string& name, hid_t type,
                const std::map<std::string, std::vector<T>>& arrays) {
  const Hdf5Handle group = MakeGroup(file, root, name);
  for (const auto& [array, values] : arrays) WriteValues(file, group.id(), array, type, values);
}

herr_t CollectLink(hid_t /*group*/, const char* name, const H5L_info_t* /*info*/, void* out) {
  static_cast<std::vector<std::string>*>(out)->push_back(name);
  return 0;
}

std::vector<std::string> NamesIn(const Hdf5File& file, hid_t group) {
  std::vector<std::string> names;
  hsize_t index = 0;
  file.Must(H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &index, CollectLink, &names), "listing datasets");
  return names;
}

template <typename T>
void ReadGroup(const Hdf5File& file, hid_t root, const std::string& name, hid_t type,
               std::map<std::string, std::vector<T>>* arrays) {
  const Hdf5Handle group = file.Id(H5Gopen2(root, name.c_str(), H5P_DEFAULT), H5Gclose, "group '" + name + "'");
  for (const std::string& array : NamesIn(file, group.id())) {
    const std::string what = "dataset '" + array + "'";
    const Hdf5Handle dataset = file.Id(H5Dopen2(group.id(), array.c_str(), H5P_DEFAULT), H5Dclose, what);
    const Hdf5Handle space = file.Id(H5Dget_space(dataset.id()), H5Sclose, what);
    std::vector<T>& values = (*arrays)[array];
    values.resize(static_cast<size_t>(file.Must(H5Sget_simple_extent_npoints(space.id()), what)));
    if (values.empty()) continue;
    file.Must(H5Dread(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "reading " + what);
  }
}

template <typename T>
void PutRowsInto(const std::string& name, const std::vector<std::vector<T>>& rows,
                 std::map<std::string, std::vector<T>>* arrays, Artifact* artifact) {
  std::vector<T>& values = (*arrays)[name];
  std::vector<int64_t>& begin = artifact->integers[name + "_begin"];
  values.clear();
  begin.assign(1, 0);
  for (const std::vector<T>& row : rows) {
    values.insert(values.end(), row.begin(), row.end());
    begin.push_back(static_cast<int64_t>(values.size()));
  }
}

template <typename T>
std::vector<std::vector<T>> RowsOf(const std::string& name, const std::map<std::string, std::vector<T>>& arrays,
                                   const Artifact& artifact, const std::string& path) {
  const auto values = arrays.find(name);
  const auto begin = artifact.integers.find(name + "_begin");
  if (values == arrays.end() || begin == artifact.integers.end() || begin->second.empty()) {
    throw InputError(path, "has no rows '" + name + "'");
  }
  std::vector<std::vector<T>> rows;
  for (size_t i = 0; i + 1 < begin->second.size(); ++i) {
    const int64_t from = begin->second[i], to = begin->second[i + 1];
    if (from < 0 || to < from || to > static_cast<int64_t>(values->second.size())) {
      throw InputError(path, "row " + std::to_string(i) + " of '" + name + "' does not lie in its values");
    }
    rows.emplace_back(values->second.begin() + from, values->second.begin() + to);
  }
  return rows;
}

}  // namespace

void WriteArtifact(const Artifact& artifact, const std::string& path) {
  WriteHdf5File(path, [&](const Hdf5File& file, hid_t root) {
    file.WriteText(root, "format", kFormat);
    const Hdf5Handle texts = MakeGroup(file, root, "texts");
    for (const auto& [name, text] : artifact.texts) file.WriteText(texts.id(), name, text);
    WriteGroup(file, root, "integers", H5T_NATIVE_INT64, artifact.integers);
    WriteGroup(file, root, "floats", H5T_NATIVE_FLOAT, artifact.floats);
    WriteGroup(file, root, "doubles", H5T_NATIVE_DOUBLE, artifact.doubles);
    const Hdf5Handle strings = MakeGroup(file, root, "strings");
    for (const auto& [name, values] : artifact.strings) file.WriteStrings(strings.id(), name, values);
  });
}

Artifact ReadArtifact(const std::string& path) {
  const QuietHdf5 quiet;
  const Hdf5File file(path);
  const Hdf5Handle access = FileAccess();
  const Hdf5Handle root = file.Id(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose, "the file");
  if (const std::string format = file.ReadText(root.id(), "format"); format != kFormat) {
    throw InputError(path, "its format is '" + format + "'", kFormat);
  }
  Artifact artifact;
  const Hdf5Handle texts = file.Id(H5Gopen2(root.id(), "texts", H5P_DEFAULT), H5Gclose, "group 'texts'");
  artifact.texts = file.ReadTexts(texts.id());
  ReadGroup(file, root.id(), "integers", H5T_NATIVE_INT64, &artifact.integers);
  ReadGroup(file, root.id(), "floats", H5T_NATIVE_FLOAT, &artifact.floats);
  ReadGroup(file, root.id(), "doubles", H5T_NATIVE_DOUBLE, &artifact.doubles);
  const Hdf5Handle strings = file.Id(H5Gopen2(root.id(), "strings", H5P_DEFAULT), H5Gclose, "group 'strings'");
  for (const std::string& name : NamesIn(file, strings.id())) {
    artifact.strings[name] = file.ReadStrings(strings.id(), name);
  }
  return artifact;
}

void PutRows(const std::string& name, const std::vector<std::vector<int64_t>>& rows, Artifact* artifact) {
  PutRowsInto(name, rows, &artifact->integers, artifact);
}

void PutRows(const std::string& name, const std::vector<std::vector<float>>& rows, Artifact* artifact) {
  PutRowsInto(name, rows, &artifact->floats, artifact);
}

std::vector<std::vector<int64_t>> IntegerRows(const std::string& name, const Artifact& artifact,
                                              const std::string& path) {
  return RowsOf(name, artifact.integers, artifact, path);
}

std::vector<std::vector<float>> FloatRows(const std::string& name, const Artifact& artifact, const std::string& path) {
  return RowsOf(name, artifact.floats, artifact, path);
}

}  // namespace suite
