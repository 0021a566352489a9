#include "datasets/teachers/vector_file.h"

#include <hdf5.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"
#include "datasets/core/unicode_text.h"

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

// [rows, columns]
std::vector<hsize_t> ReadMatrixShape(const std::string& path, const std::string& name) {
  const Quiet quiet;
  return OpenMatrix(path, name).shape;
}

// The given rows in the given order, [rows.size(), columns]; each is below the shape's.
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

void CheckCount(const std::string& where, int64_t found, int64_t wanted, const std::string& of) {
  if (found != wanted) {
    throw InputError(where, std::to_string(found) + " rows", std::to_string(wanted) + ", as " + of + " has");
  }
}

template <typename Key>
void AddRow(std::map<Key, int64_t>* rows, Key key, int64_t row, const std::string& where, const std::string& name) {
  const auto [place, is_new] = rows->emplace(std::move(key), row);
  if (is_new) return;
  throw InputError(where,
                   "'" + name + "' stands in the rows " + std::to_string(place->second) + " and " + std::to_string(row),
                   "each name once");
}

template <typename Key>
int64_t FindRow(const std::map<Key, int64_t>& rows, const Key& key, const std::string& where, const std::string& name) {
  const auto row = rows.find(key);
  if (row == rows.end()) {
    throw InputError(where, "no vector for '" + name + "'",
                     "one for each that is asked for; the file has " + std::to_string(rows.size()));
  }
  return row->second;
}

std::map<Item, int64_t> ItemRows(const VectorFileSettings& settings, int64_t count) {
  const std::vector<std::string> titles = ReadTextDataset(settings.path, settings.item_titles);
  const std::vector<int64_t> years = ReadIntegerDataset(settings.path, settings.item_years);
  const std::string where = settings.path + ": ";
  CheckCount(where + settings.item_titles, static_cast<int64_t>(titles.size()), count, settings.item_vectors);
  CheckCount(where + settings.item_years, static_cast<int64_t>(years.size()), count, settings.item_vectors);
  std::map<Item, int64_t> rows;
  for (size_t i = 0; i < titles.size(); ++i) {
    if (years[i] < 0 || years[i] > 9999) {
      throw InputError(where + settings.item_years, std::to_string(years[i]) + " in row " + std::to_string(i),
                       "0 to 9999");
    }
    const Item item{Composed(titles[i]), static_cast<int>(years[i])};
    AddRow(&rows, item, static_cast<int64_t>(i), where + settings.item_titles, FormatItem(item));
  }
  return rows;
}

std::map<std::string, int64_t> ConversationRows(const VectorFileSettings& settings, int64_t count) {
  const std::vector<std::string> ids = ReadTextDataset(settings.path, settings.conversation_ids);
  const std::string where = settings.path + ": " + settings.conversation_ids;
  CheckCount(where, static_cast<int64_t>(ids.size()), count, settings.conversation_vectors);
  std::map<std::string, int64_t> rows;
  for (size_t i = 0; i < ids.size(); ++i) AddRow(&rows, ids[i], static_cast<int64_t>(i), where, ids[i]);
  return rows;
}

}  // namespace

VectorFile::VectorFile(VectorFileSettings settings) : settings_(std::move(settings)) {
  const std::vector<hsize_t> items = ReadMatrixShape(settings_.path, settings_.item_vectors);
  const std::vector<hsize_t> conversations = ReadMatrixShape(settings_.path, settings_.conversation_vectors);
  const std::string where = settings_.path + ": ";
  if (items[1] < 1) throw InputError(where + settings_.item_vectors, "vectors of no numbers", "at least one");
  if (items[1] != conversations[1]) {
    throw InputError(where + settings_.conversation_vectors, std::to_string(conversations[1]) + " columns",
                     std::to_string(items[1]) + ", as " + settings_.item_vectors + " has");
  }
  dimension_ = static_cast<int64_t>(items[1]);
  item_rows_ = ItemRows(settings_, static_cast<int64_t>(items[0]));
  conversation_rows_ = ConversationRows(settings_, static_cast<int64_t>(conversations[0]));
  identity_ = "vectors sha256=" + Sha256HexOfFile(settings_.path) + " titles=" + settings_.item_titles +
              " years=" + settings_.item_years + " items=" + settings_.item_vectors +
              " ids=" + settings_.conversation_ids + " conversations=" + settings_.conversation_vectors;
}

EmbeddingRows VectorFile::Items(const std::vector<Item>& items) {
  std::vector<int64_t> rows;
  const std::string where = settings_.path + ": " + settings_.item_titles;
  for (const Item& item : items) {
    const Item key{item.title, item.year == kNoYear ? 0 : item.year};
    rows.push_back(FindRow(item_rows_, key, where, FormatItem(item)));
  }
  return Rows(settings_.item_vectors, rows);
}

EmbeddingRows VectorFile::Conversations(const std::vector<Conversation>& conversations) {
  std::vector<int64_t> rows;
  const std::string where = settings_.path + ": " + settings_.conversation_ids;
  for (const Conversation& c : conversations) rows.push_back(FindRow(conversation_rows_, c.id, where, c.id));
  return Rows(settings_.conversation_vectors, rows);
}

EmbeddingRows VectorFile::Rows(const std::string& dataset, const std::vector<int64_t>& rows) const {
  EmbeddingRows found;
  found.dimension = dimension_;
  found.values = ReadMatrixRows(settings_.path, dataset, rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (ToUnitLength(found.values.data() + static_cast<int64_t>(i) * dimension_, dimension_)) continue;
    throw InputError(settings_.path + ": " + dataset, "row " + std::to_string(rows[i]) + " is all zeros or not finite",
                     "finite numbers, not all 0");
  }
  return found;
}

}  // namespace suite
