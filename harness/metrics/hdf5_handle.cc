#include "harness/metrics/hdf5_handle.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"

namespace suite {
namespace {

// Done before HDF5's first call, which would have it tidy up at the end of the process. After it has given up on a
// damaged file it fails at that, though all our handles are closed, and prints "HDF5: infinite loop closing library".
[[maybe_unused]] const herr_t no_exit_handler = H5dont_atexit();

// The innermost entry of the error stack says what really happened ("unable to open file", "bad object header").
herr_t KeepDescription(unsigned /*depth*/, const H5E_error2_t* entry, void* out) {
  if (entry->desc && *entry->desc) *static_cast<std::string*>(out) = entry->desc;
  return 0;
}

std::string LastReason() {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, KeepDescription, &reason);
  H5Eclear2(H5E_DEFAULT);
  return reason.empty() ? "no reason given by HDF5" : reason;
}

herr_t CollectName(hid_t /*object*/, const char* name, const H5A_info_t* /*info*/, void* out) {
  static_cast<std::vector<std::string>*>(out)->push_back(name);
  return 0;
}

// UTF-8 of `size` bytes, padded with NUL.
Hdf5Handle Utf8Type(size_t size) {
  Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), std::max<size_t>(size, 1));
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  H5Tset_strpad(type.id(), H5T_STR_NULLPAD);
  return type;
}

std::string Unpadded(const char* bytes, size_t size) {
  while (size && bytes[size - 1] == '\0') --size;
  return std::string(bytes, size);
}

}  // namespace

Hdf5Handle& Hdf5Handle::operator=(Hdf5Handle&& other) noexcept {
  if (this != &other) {
    Close();
    id_ = std::exchange(other.id_, -1);
    closer_ = other.closer_;
  }
  return *this;
}

void Hdf5Handle::Close() {
  if (id_ >= 0) closer_(id_);
  id_ = -1;
}

QuietHdf5::QuietHdf5() {
  H5open();
  H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

QuietHdf5::~QuietHdf5() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }

void Hdf5File::Fail(const std::string& what) const { throw InputError(path_, what + ": " + LastReason()); }

Hdf5Handle Hdf5File::Id(hid_t id, Hdf5Handle::Closer closer, const std::string& what) const {
  if (id < 0) Fail(what + " cannot be opened");
  return Hdf5Handle(id, closer);
}

long long Hdf5File::Must(long long result, const std::string& what) const {
  if (result < 0) Fail(what + " failed");
  return result;
}

size_t Hdf5File::SizeOfText(hid_t type, const std::string& what) const {
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0) {
    throw InputError(path_, what + " is not a text of fixed size");
  }
  return H5Tget_size(type);
}

void Hdf5File::WriteText(hid_t object, const std::string& name, const std::string& text) const {
  const std::string what = "attribute '" + name + "'";
  const Hdf5Handle type = Utf8Type(text.size());
  const Hdf5Handle space = Id(H5Screate(H5S_SCALAR), H5Sclose, what);
  const Hdf5Handle attribute =
      Id(H5Acreate2(object, name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, what);
  Must(H5Awrite(attribute.id(), type.id(), text.c_str()), "writing " + what);
}

std::string Hdf5File::ReadText(hid_t object, const std::string& name) const {
  const std::string what = "attribute '" + name + "'";
  const Hdf5Handle attribute = Id(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, what);
  const Hdf5Handle type = Id(H5Aget_type(attribute.id()), H5Tclose, what);
  const Hdf5Handle space = Id(H5Aget_space(attribute.id()), H5Sclose, what);
  if (H5Sget_simple_extent_npoints(space.id()) != 1) throw InputError(path_, what + " is not one text");
  std::vector<char> bytes(SizeOfText(type.id(), what));
  Must(H5Aread(attribute.id(), type.id(), bytes.data()), "reading " + what);
  return Unpadded(bytes.data(), bytes.size());
}

std::vector<std::pair<std::string, std::string>> Hdf5File::ReadTexts(hid_t object) const {
  std::vector<std::string> names;
  hsize_t index = 0;
  Must(H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, &index, CollectName, &names), "listing attributes");
  std::vector<std::pair<std::string, std::string>> texts;
  for (const std::string& name : names) texts.emplace_back(name, ReadText(object, name));
  return texts;
}

void Hdf5File::WriteStrings(hid_t group, const std::string& name, const std::vector<std::string>& strings) const {
  size_t size = 1;
  for (const std::string& string : strings) size = std::max(size, string.size());
  std::vector<char> bytes(strings.size() * size, '\0');
  for (size_t i = 0; i < strings.size(); ++i) {
    std::copy(strings[i].begin(), strings[i].end(), bytes.begin() + static_cast<long>(i * size));
  }
  const std::string what = "dataset '" + name + "'";
  const Hdf5Handle type = Utf8Type(size);
  const hsize_t count = strings.size();
  const Hdf5Handle space = Id(H5Screate_simple(1, &count, nullptr), H5Sclose, what);
  const Hdf5Handle properties = Id(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, what);
  Must(H5Pset_obj_track_times(properties.id(), false), what);
  const Hdf5Handle dataset =
      Id(H5Dcreate2(group, name.c_str(), type.id(), space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), H5Dclose,
         what);
  if (count) Must(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "writing " + what);
}

std::vector<std::string> Hdf5File::ReadStrings(hid_t group, const std::string& name) const {
  const std::string what = "dataset '" + name + "'";
  const Hdf5Handle dataset = Id(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose, what);
  const Hdf5Handle type = Id(H5Dget_type(dataset.id()), H5Tclose, what);
  const Hdf5Handle space = Id(H5Dget_space(dataset.id()), H5Sclose, what);
  if (H5Sget_simple_extent_ndims(space.id()) != 1) throw InputError(path_, what + " is not a list of texts");
  const size_t size = SizeOfText(type.id(), what);
  const size_t count = static_cast<size_t>(H5Sget_simple_extent_npoints(space.id()));
  std::vector<char> bytes(count * size);
  if (count) Must(H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "reading " + what);
  std::vector<std::string> strings;
  for (size_t i = 0; i < count; ++i) strings.push_back(Unpadded(bytes.data() + i * size, size));
  return strings;
}

Hdf5Handle FileAccess() {
  Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access.id(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  H5Pset_file_locking(access.id(), false, true);
  H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG);
  return access;
}

void WriteHdf5File(const std::string& path, const std::function<void(const Hdf5File& file, hid_t root)>& fill) {
  const QuietHdf5 quiet;
  const std::string temporary = path + ".tmp";
  const Hdf5File file(temporary);
  {
    const Hdf5Handle access = FileAccess();
    // The root group, too, would bear the time at which it was made.
    const Hdf5Handle creation = file.Id(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "a new file");
    file.Must(H5Pset_obj_track_times(creation.id(), false), "a new file");
    const Hdf5Handle root =
        file.Id(H5Fcreate(temporary.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), H5Fclose, "a new file");
    fill(file, root.id());
    file.Must(H5Fflush(root.id(), H5F_SCOPE_GLOBAL), "flushing");
  }
  PublishFile(temporary, path);
}

}  // namespace suite
