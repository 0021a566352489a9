#include "reports/kept/kept_record.h"

#include <zlib.h>

#include <algorithm>
#include <string_view>
#include <type_traits>

#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"
#include "harness/metrics/hdf5_handle.h"

namespace suite {
namespace {

constexpr char kFormat[] = "rank_grpo_suite.kept";
constexpr char kFormatVersion[] = "1";
constexpr char kSharedGroup[] = "shared";
constexpr char kSharedArrays[] = "arrays/";
constexpr char kTexts[] = "texts";
// A smaller array weighs less than the reference to it.
constexpr size_t kFewestSharedBytes = 256;
constexpr size_t kKeyLength = 16;

size_t Count(const KeptArray& array) {
  size_t count = 1;
  for (uint64_t n : array.shape) count *= n;
  return count;
}

// Of the values, each text ended by a zero.
std::string BytesOf(const KeptArray& array) {
  return std::visit(
      [](const auto& values) {
        using T = typename std::decay_t<decltype(values)>::value_type;
        std::string bytes;
        if constexpr (std::is_same_v<T, std::string>) {
          for (const std::string& text : values) bytes += text + '\0';
        } else {
          bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
        }
        return bytes;
      },
      array.values);
}

std::string KeyOf(const KeptArray& array, const std::string& bytes) {
  std::string head = std::to_string(array.values.index());
  for (uint64_t n : array.shape) head += " " + std::to_string(n);
  return Sha256Hex(head + "\n" + bytes).substr(0, kKeyLength);
}

template <typename T>
hid_t FileType() {
  if constexpr (std::is_same_v<T, uint8_t>) return H5T_STD_U8LE;
  if constexpr (std::is_same_v<T, uint16_t>) return H5T_STD_U16LE;
  if constexpr (std::is_same_v<T, int64_t>) return H5T_STD_I64LE;
  if constexpr (std::is_same_v<T, float>) return H5T_IEEE_F32LE;
  return H5T_IEEE_F64LE;
}

Hdf5Handle MakeGroup(const Hdf5File& file, hid_t parent, const std::string& name) {
  const Hdf5Handle properties = file.Id(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, name);
  file.Must(H5Pset_obj_track_times(properties.id(), false), name);
  file.Must(H5Pset_attr_creation_order(properties.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), name);
  return file.Id(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), H5Gclose, name);
}

void MakeGroupsOf(const Hdf5File& file, hid_t root, const std::string& name) {
  for (size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
    const std::string group = name.substr(0, slash);
    if (H5Lexists(root, group.c_str(), H5P_DEFAULT) <= 0) MakeGroup(file, root, group);
  }
}

size_t PackedSize(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  const int status = compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                               reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), Z_BEST_COMPRESSION);
  SUITE_CHECK_EQ(status, Z_OK);
  return size;
}

// Measured values pack better with the first bytes of all of them first, then the second ones; shares of few ranks do
// not.
template <typename T>
bool PacksBetterShuffled(const std::vector<T>& values) {
  if (sizeof(T) == 1 || values.size() < 2) return false;
  const std::string bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  std::string shuffled;
  for (size_t byte = 0; byte < sizeof(T); ++byte) {
    for (size_t i = 0; i < values.size(); ++i) shuffled += bytes[i * sizeof(T) + byte];
  }
  return PackedSize(shuffled) < PackedSize(bytes);
}

template <typename T>
void WriteNumbers(const Hdf5File& file, hid_t root, const std::string& name, const std::vector<uint64_t>& shape,
                  const std::vector<T>& values) {
  const std::vector<hsize_t> extent(shape.begin(), shape.end());
  const int dimensions = static_cast<int>(extent.size());
  const Hdf5Handle space = file.Id(H5Screate_simple(dimensions, extent.data(), nullptr), H5Sclose, name);
  const Hdf5Handle properties = file.Id(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, name);
  file.Must(H5Pset_obj_track_times(properties.id(), false), name);
  if (PacksBetterShuffled(values)) {
    file.Must(H5Pset_chunk(properties.id(), dimensions, extent.data()), name);
    file.Must(H5Pset_shuffle(properties.id()), name);
  }
  const hid_t type = FileType<T>();
  const Hdf5Handle dataset =
      file.Id(H5Dcreate2(root, name.c_str(), type, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), H5Dclose,
              "dataset '" + name + "'");
  if (values.empty()) return;
  file.Must(H5Dwrite(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "writing '" + name + "'");
}

void WriteArray(const Hdf5File& file, hid_t root, const std::string& name, const KeptArray& array) {
  MakeGroupsOf(file, root, name);
  std::visit(
      [&](const auto& values) {
        SUITE_CHECK_EQ(values.size(), Count(array));
        using T = typename std::decay_t<decltype(values)>::value_type;
        if constexpr (std::is_same_v<T, std::string>) {
          file.WriteStrings(root, name, values);
        } else {
          WriteNumbers(file, root, name, array.shape, values);
        }
      },
      array.values);
}

template <typename T>
KeptArray ReadNumbers(const Hdf5File& file, hid_t dataset, const std::string& name) {
  const Hdf5Handle space = file.Id(H5Dget_space(dataset), H5Sclose, name);
  const int dimensions = static_cast<int>(file.Must(H5Sget_simple_extent_ndims(space.id()), name));
  std::vector<hsize_t> extent(static_cast<size_t>(dimensions));
  file.Must(H5Sget_simple_extent_dims(space.id(), extent.data(), nullptr), name);
  KeptArray array{{extent.begin(), extent.end()}, {}};
  std::vector<T> values(Count(array));
  if (!values.empty()) {
    file.Must(H5Dread(dataset, FileType<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "reading '" + name + "'");
  }
  array.values = std::move(values);
  return array;
}

KeptArray ReadArray(const Hdf5File& file, hid_t root, const std::string& name) {
  const Hdf5Handle dataset = file.Id(H5Dopen2(root, name.c_str(), H5P_DEFAULT), H5Dclose, "dataset '" + name + "'");
  const Hdf5Handle type = file.Id(H5Dget_type(dataset.id()), H5Tclose, name);
  const size_t size = H5Tget_size(type.id());
  switch (H5Tget_class(type.id())) {
    case H5T_STRING: {
      std::vector<std::string> texts = file.ReadStrings(root, name);
      return {{texts.size()}, std::move(texts)};
    }
    case H5T_FLOAT:
      return size == 4 ? ReadNumbers<float>(file, dataset.id(), name) : ReadNumbers<double>(file, dataset.id(), name);
    case H5T_INTEGER:
      if (size == 1) return ReadNumbers<uint8_t>(file, dataset.id(), name);
      if (size == 2) return ReadNumbers<uint16_t>(file, dataset.id(), name);
      return ReadNumbers<int64_t>(file, dataset.id(), name);
    default:
      throw InputError(file.path(), "dataset '" + name + "' holds neither numbers nor texts");
  }
}

herr_t CollectName(hid_t, const char* name, const H5L_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

Hdf5Handle OpenToRead(const Hdf5File& file) {
  const Hdf5Handle access = FileAccess();
  return file.Id(H5Fopen(file.path().c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose, "the file");
}

bool HasFormat(const Hdf5File& file, hid_t root) {
  return H5Aexists(root, "format") > 0 && file.ReadText(root, "format") == kFormat;
}

}  // namespace

KeptArray SmallestIntegers(std::vector<uint64_t> shape, const std::vector<int64_t>& values) {
  int64_t least = 0, most = 0;
  for (const int64_t value : values) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
  if (least < 0 || most > UINT16_MAX) return {std::move(shape), values};
  if (most > UINT8_MAX) return {std::move(shape), std::vector<uint16_t>(values.begin(), values.end())};
  return {std::move(shape), std::vector<uint8_t>(values.begin(), values.end())};
}

std::vector<int64_t> IntegersOf(const KeptArray& array, const std::string& where) {
  return std::visit(
      [&](const auto& values) -> std::vector<int64_t> {
        if constexpr (std::is_integral_v<typename std::decay_t<decltype(values)>::value_type>) {
          return {values.begin(), values.end()};
        }
        throw InputError(where, "an array that should hold integers holds others");
      },
      array.values);
}

KeptRecord TakeShared(std::vector<KeptRecord>* runs) {
  std::map<std::string, int> times;
  std::vector<std::map<std::string, std::string>> keys(runs->size());  // of each run, by name
  for (size_t i = 0; i < runs->size(); ++i) {
    for (const auto& [name, array] : (*runs)[i].arrays) {
      const std::string bytes = BytesOf(array);
      if (bytes.size() < kFewestSharedBytes) continue;
      keys[i][name] = KeyOf(array, bytes);
      ++times[keys[i][name]];
    }
  }
  KeptRecord shared;
  for (size_t i = 0; i < runs->size(); ++i) {
    for (const auto& [name, key] : keys[i]) {
      if (times[key] < 2) continue;
      const auto array = (*runs)[i].arrays.find(name);
      shared.arrays[kSharedArrays + key] = std::move(array->second);
      (*runs)[i].arrays.erase(array);
      (*runs)[i].texts[kSharedGroup].emplace_back(name, key);
    }
  }
  return shared;
}

void PutShared(const KeptRecord& shared, KeptRecord* run, const std::string& where) {
  for (const auto& [name, key] : run->texts[kSharedGroup]) {
    const auto found = shared.arrays.find(kSharedArrays + key);
    if (found == shared.arrays.end()) {
      throw InputError(where, "its " + name + " (" + key + ") is not among what the runs of its folder share",
                       "the folder's shared.h5.gz of the same --keep");
    }
    run->arrays[name] = found->second;
  }
  run->texts.erase(kSharedGroup);
}

void WriteKeptRecord(const KeptRecord& record, const std::string& path) {
  WriteHdf5File(path, [&](const Hdf5File& file, hid_t root) {
    file.WriteText(root, "format", kFormat);
    file.WriteText(root, "format_version", kFormatVersion);
    for (const auto& [name, array] : record.arrays) WriteArray(file, root, name, array);
    const Hdf5Handle texts = MakeGroup(file, root, kTexts);
    for (const auto& [group, named] : record.texts) {
      const Hdf5Handle opened = MakeGroup(file, texts.id(), group);
      for (const auto& [key, value] : named) file.WriteText(opened.id(), key, value);
    }
  });
}

KeptRecord ReadKeptRecord(const std::string& path) {
  const QuietHdf5 quiet;
  const Hdf5File file(path);
  const Hdf5Handle root = OpenToRead(file);
  if (!HasFormat(file, root.id()))
    throw InputError(path, "no kept record of this suite", "a .h5.gz of --keep, unpacked");
  const std::string version = file.ReadText(root.id(), "format_version");
  if (version != kFormatVersion) throw InputError(path, "kept in format version '" + version + "'", kFormatVersion);
  std::vector<std::string> names;
  file.Must(H5Lvisit(root.id(), H5_INDEX_NAME, H5_ITER_INC, CollectName, &names), "listing datasets");
  KeptRecord record;
  const std::string texts = std::string(kTexts) + "/";
  for (const std::string& name : names) {
    const Hdf5Handle object = file.Id(H5Oopen(root.id(), name.c_str(), H5P_DEFAULT), H5Oclose, name);
    if (H5Iget_type(object.id()) == H5I_DATASET) {
      record.arrays[name] = ReadArray(file, root.id(), name);
    } else if (name.compare(0, texts.size(), texts) == 0) {
      record.texts[name.substr(texts.size())] = file.ReadTexts(object.id());
    }
  }
  return record;
}

bool IsKeptRecord(const std::string& path) {
  const QuietHdf5 quiet;
  const Hdf5File file(path);
  return HasFormat(file, OpenToRead(file).id());
}

}  // namespace suite
