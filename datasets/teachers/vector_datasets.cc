#include "datasets/teachers/vector_datasets.h"

#include <hdf5.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace suite {
namespace {

constexpr int64_t kBlockRows = 4096;  // read at a time

class Handle {
 public:
  using Closer = herr_t (*)(hid_t);
  Handle(hid_t id, Closer closer) : id_(id), closer_(closer) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), closer_(other.closer_) {}
  ~Handle() {
    if (id_ >= 0) closer_(id_);
  }
  hid_t id() const { return id_; }

 private:
  hid_t id_;
  Closer closer_;
};

// HDF5 prints its error stack unless told otherwise.
class Quiet {
 public:
  Quiet() {
    H5open();
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Quiet() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

// One dataset, open for reading. Members close in the reverse order.
struct OpenDataset {
  std::string where;
  Handle file;
  Handle dataset;
  Handle type;
  Handle space;
  std::vector<hsize_t> shape;
};

Handle Opened(hid_t id, Handle::Closer closer, const std::string& where, const std::string& found) {
  if (id < 0) throw InputError(where, found);
  return Handle(id, closer);
}

// Throws InputError unless it has `rank` dimensions and is of type class `kind`.
OpenDataset Open(const std::string& path, const std::string& name, int rank, H5T_class_t kind,
                 const std::string& allowed) {
  const std::string where = path + ": " + name;
  Handle file =
      Opened(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, path, "cannot be opened as an HDF5 file");
  Handle dataset = Opened(H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT), H5Dclose, where, "no such dataset");
  Handle type = Opened(H5Dget_type(dataset.id()), H5Tclose, where, "its type cannot be read");
  Handle space = Opened(H5Dget_space(dataset.id()), H5Sclose, where, "its shape cannot be read");
  const int found_rank = H5Sget_simple_extent_ndims(space.id());
  if (found_rank != rank || H5Tget_class(type.id()) != kind) {
    throw InputError(where, "of another type, or of " + std::to_string(found_rank) + " dimensions", allowed);
  }
  std::vector<hsize_t> shape(static_cast<size_t>(rank));
  H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr);
  return {where, std::move(file), std::move(dataset), std::move(type), std::move(space), std::move(shape)};
}

void MustRead(herr_t result, const OpenDataset& open) {
  if (result < 0) throw InputError(open.where, "cannot be read: the file is damaged, or its compression unknown");
}

std::vector<std::string> ReadVariableTexts(const OpenDataset& open, hid_t type) {
  std::vector<char*> pointers(open.shape[0], nullptr);
  MustRead(H5Dread(open.dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), open);
  std::vector<std::string> texts;
  for (const char* text : pointers) texts.emplace_back(text == nullptr ? "" : text);
  H5Dvlen_reclaim(type, open.space.id(), H5P_DEFAULT, pointers.data());
  return texts;
}

std::vector<std::string> ReadFixedTexts(const OpenDataset& open, hid_t type) {
  const size_t size = H5Tget_size(type);
  std::vector<char> bytes(open.shape[0] * size);
  MustRead(H5Dread(open.dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), open);
  const bool by_spaces = H5Tget_strpad(type) == H5T_STR_SPACEPAD;
  std::vector<std::string> texts;
  for (size_t i = 0; i < open.shape[0]; ++i) {
    const char* start = bytes.data() + i * size;
    std::string text(start, strnlen(start, size));
    while (by_spaces && !text.empty() && text.back() == ' ') text.pop_back();
    texts.push_back(std::move(text));
  }
  return texts;
}

OpenDataset OpenMatrix(const std::string& path, const std::string& name) {
  return Open(path, name, 2, H5T_FLOAT, "floats [rows, dimension]");
}

void ReadBlock(const OpenDataset& open, hsize_t first, hsize_t count, float* out) {
  const hsize_t start[2] = {first, 0};
  const hsize_t extent[2] = {count, open.shape[1]};
  const Handle memory(H5Screate_simple(2, extent, nullptr), H5Sclose);
  MustRead(H5Sselect_hyperslab(open.space.id(), H5S_SELECT_SET, start, nullptr, extent, nullptr), open);
  MustRead(H5Dread(open.dataset.id(), H5T_NATIVE_FLOAT, memory.id(), open.space.id(), H5P_DEFAULT, out), open);
}

}  // namespace

std::vector<std::string> ReadTextDataset(const std::string& path, const std::string& name) {
  const Quiet quiet;
  const OpenDataset open = Open(path, name, 1, H5T_STRING, "a list of texts");
  if (open.shape[0] == 0) return {};
  const bool variable = H5Tis_variable_str(open.type.id()) > 0;
  return variable ? ReadVariableTexts(open, open.type.id()) : ReadFixedTexts(open, open.type.id());
}

std::vector<int64_t> ReadIntegerDataset(const std::string& path, const std::string& name) {
  const Quiet quiet;
  const OpenDataset open = Open(path, name, 1, H5T_INTEGER, "a list of integers");
  std::vector<int64_t> values(open.shape[0]);
  if (values.empty()) return values;
  MustRead(H5Dread(open.dataset.id(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), open);
  return values;
}

MatrixShape ReadMatrixShape(const std::string& path, const std::string& name) {
  const Quiet quiet;
  const OpenDataset open = OpenMatrix(path, name);
  return {static_cast<int64_t>(open.shape[0]), static_cast<int64_t>(open.shape[1])};
}

std::vector<float> ReadMatrixRows(const std::string& path, const std::string& name, const std::vector<int64_t>& rows) {
  const Quiet quiet;
  const OpenDataset open = OpenMatrix(path, name);
  const auto total = static_cast<int64_t>(open.shape[0]);
  const size_t columns = open.shape[1];
  std::vector<size_t> order(rows.size());  // places in `rows`, by row
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return rows[a] < rows[b]; });
  std::vector<float> values(rows.size() * columns);
  std::vector<float> block;
  int64_t first = 0;  // row of the block's start; the block is empty at first
  for (const size_t place : order) {
    const int64_t row = rows[place];
    SUITE_CHECK(row >= 0 && row < total);
    if (block.empty() || row >= first + kBlockRows) {
      first = row;
      const int64_t count = std::min(kBlockRows, total - first);
      block.resize(static_cast<size_t>(count) * columns);
      ReadBlock(open, static_cast<hsize_t>(first), static_cast<hsize_t>(count), block.data());
    }
    const float* start = block.data() + static_cast<size_t>(row - first) * columns;
    std::copy(start, start + columns, values.data() + place * columns);
  }
  return values;
}

}  // namespace suite
