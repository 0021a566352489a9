#include "models/checkpoints/gguf.h"

#include <ATen/ops/empty.h>

#include <cstring>
#include <iterator>

#include "base/error.h"
#include "models/checkpoints/gguf_tensor_types.h"

namespace suite {
namespace {

constexpr uint64_t kDefaultAlignment = 32;
constexpr uint32_t kMostDims = 4;  // GGML_MAX_DIMS

const GgufTensorType& TypeOfId(uint32_t id, const std::string& where) {
  std::string known;
  for (const GgufTensorType& type : GgufTensorTypes()) {
    if (type.id == id) return type;
    known += (known.empty() ? "" : ", ") + std::to_string(type.id) + " (" + type.name + ")";
  }
  throw InputError(where, "has ggml type " + std::to_string(id), known);
}

// Names and keys in errors: not whole megabytes, and no bytes that upset a terminal.
std::string Printable(const std::string& text) {
  std::string shown;
  for (const char c : text.substr(0, 80)) shown += static_cast<unsigned char>(c) < 32 || c == 127 ? '?' : c;
  return shown + (text.size() > 80 ? "..." : "");
}

}  // namespace

// Reads the header from front to back; `where` says in errors what was being read.
class GgufFile::Reader {
 public:
  Reader(const std::string& path, const MappedFile& mapping) : path_(path), mapping_(mapping), where_(path) {}

  void Enter(const std::string& part) { where_ = path_ + ": " + Printable(part); }
  const std::string& where() const { return where_; }
  uint64_t place() const { return place_; }
  uint64_t left() const { return mapping_.size() - place_; }

  const uint8_t* Bytes(uint64_t count) {
    if (count > left()) {
      throw InputError(where_, std::to_string(count) + " bytes wanted at byte " + std::to_string(place_) +
                                   ", but the file ends at byte " + std::to_string(mapping_.size()));
    }
    place_ += count;
    return reinterpret_cast<const uint8_t*>(mapping_.data()) + place_ - count;
  }

  template <typename T>
  T Scalar() {
    T value;
    std::memcpy(&value, Bytes(sizeof(T)), sizeof(T));
    return value;
  }

  // A number of things that take `least` bytes or more each, so that what is reserved for them is bounded by the file.
  uint64_t Count(const std::string& things, uint64_t least) {
    const auto count = Scalar<uint64_t>();
    if (count > left() / least) {
      throw InputError(where_, "claims " + std::to_string(count) + " " + things + ", but " + std::to_string(left()) +
                                   " bytes are left in the file");
    }
    return count;
  }

  std::string String(const std::string& thing) {
    const uint64_t length = Count("bytes of " + thing, 1);
    return std::string(reinterpret_cast<const char*>(Bytes(length)), length);
  }

  bool Bool() {
    const auto byte = Scalar<uint8_t>();
    if (byte > 1) throw InputError(where_, "a bool is " + std::to_string(byte), "0, 1");
    return byte == 1;
  }

  GgufValue Value(uint32_t type) {
    return type == kArray ? Array() : OfType(type, [](auto read) { return read(); });
  }

 private:
  static constexpr uint32_t kArray = 9;

  // What `use` makes of a function that reads one value of `type` as the alternative of GgufValue that holds it.
  template <typename Use>
  GgufValue OfType(uint32_t type, const Use& use) {
    const auto as = [&](auto stored, auto kept) {
      return use([this] { return static_cast<decltype(kept)>(Scalar<decltype(stored)>()); });
    };
    switch (type) {
      case 0:
        return as(uint8_t{}, uint64_t{});
      case 1:
        return as(int8_t{}, int64_t{});
      case 2:
        return as(uint16_t{}, uint64_t{});
      case 3:
        return as(int16_t{}, int64_t{});
      case 4:
        return as(uint32_t{}, uint64_t{});
      case 5:
        return as(int32_t{}, int64_t{});
      case 6:
        return as(float{}, double{});
      case 7:
        return use([this] { return Bool(); });
      case 8:
        return use([this] { return String("text"); });
      case 10:
        return as(uint64_t{}, uint64_t{});
      case 11:
        return as(int64_t{}, int64_t{});
      case 12:
        return as(double{}, double{});
      default:
        throw InputError(where_, "has value type " + std::to_string(type), "0 to 12, in an array not 9 (array)");
    }
  }

  GgufValue Array() {
    const auto type = Scalar<uint32_t>();
    static constexpr uint64_t kLeast[] = {1, 1, 2, 2, 4, 4, 4, 1, 8, 1, 8, 8, 8};  // bytes, by type
    const uint64_t count = Count("items", type < std::size(kLeast) ? kLeast[type] : 1);
    return OfType(type, [count](auto read) -> GgufValue {
      std::vector<decltype(read())> items;
      items.reserve(count);
      for (uint64_t i = 0; i < count; ++i) items.push_back(read());
      return items;
    });
  }

  std::string path_;
  const MappedFile& mapping_;
  std::string where_;
  uint64_t place_ = 0;
};

GgufFile::GgufFile(const std::string& path)
    : path_(path), mapping_(std::make_shared<const MappedFile>(path, "a GGUF file")) {
  Reader reader(path, *mapping_);
  if (mapping_->size() < 4 || std::memcmp(reader.Bytes(4), "GGUF", 4) != 0) {
    throw InputError(path, "does not begin with GGUF", "a GGUF file");
  }
  const auto version = reader.Scalar<uint32_t>();
  if (version != 2 && version != 3) {
    const bool swapped = version == 0x02000000 || version == 0x03000000;
    throw InputError(path, swapped ? "is big endian" : "is of GGUF version " + std::to_string(version),
                     "versions 2 and 3, little endian");
  }
  const uint64_t tensors = reader.Count("tensors", 8 + 4 + 8 + 4 + 8);
  ReadMetadata(reader, reader.Count("metadata keys", 8 + 4 + 1));
  uint64_t data_end = 0;
  for (uint64_t i = 0; i < tensors; ++i) ReadTensor(reader, &data_end);
  if (tensors > 0) CheckData(reader.place(), data_end);
}

// `data_end` counts the padding of the last tensor, which a file may leave out.
void GgufFile::CheckData(uint64_t header_end, uint64_t data_end) {
  const uint64_t alignment = Alignment(), size = mapping_->size();
  data_start_ = (header_end + alignment - 1) / alignment * alignment;
  const uint64_t available = size < data_start_ ? 0 : size - data_start_;
  for (const auto& [name, tensor] : tensors_) {
    if (tensor.offset + tensor.bytes <= available) continue;
    throw InputError(path_ + ": " + Printable(name), "its " + std::to_string(tensor.bytes) + " bytes at offset " +
                                                         std::to_string(tensor.offset) + " reach past the " +
                                                         std::to_string(available) + " bytes of data: truncated file");
  }
  if (available > data_end) {
    throw InputError(path_, std::to_string(available - data_end) + " bytes at its end belong to no tensor");
  }
}

void GgufFile::ReadMetadata(Reader& reader, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    reader.Enter("metadata key " + std::to_string(i));
    const std::string key = reader.String("a key");
    reader.Enter(key);
    if (HasKey(key)) throw InputError(reader.where(), "is there twice", "each key once");
    const auto type = reader.Scalar<uint32_t>();
    metadata_.emplace(key, reader.Value(type));
  }
}

// Like ggml, takes tensors only in the order of their data, each right after the padding of the one before: so none
// overlap and none is misaligned. `data_end` is where the next must begin.
void GgufFile::ReadTensor(Reader& reader, uint64_t* data_end) {
  reader.Enter("tensor " + std::to_string(tensors_.size()));
  const std::string name = reader.String("a name");
  reader.Enter(name);
  const std::string& where = reader.where();
  if (Has(name)) throw InputError(where, "is there twice", "each tensor once");
  const auto n_dims = reader.Scalar<uint32_t>();
  if (n_dims < 1 || n_dims > kMostDims) throw InputError(where, "has " + std::to_string(n_dims) + " dims", "1 to 4");
  std::vector<uint64_t> dims;
  for (uint32_t i = 0; i < n_dims; ++i) dims.push_back(reader.Scalar<uint64_t>());
  const GgufTensorType& type = TypeOfId(reader.Scalar<uint32_t>(), where);
  if (dims[0] % type.values != 0) {
    throw InputError(where, "dims[0] is " + std::to_string(dims[0]) + " and its type " + type.name,
                     "a multiple of " + std::to_string(type.values));
  }
  GgufTensor tensor;
  tensor.type = type.name;
  uint64_t blocks = 1;
  const uint64_t most = mapping_->size() / type.bytes;
  for (uint32_t i = 0; i < n_dims; ++i) {
    const uint64_t factor = i == 0 ? dims[0] / type.values : dims[i];
    if (factor == 0 || factor > most / blocks) {  // blocks <= most, so the product cannot overflow
      throw InputError(where, "dims[" + std::to_string(i) + "] is " + std::to_string(dims[i]),
                       "from 1, and all data within the file's " + std::to_string(mapping_->size()) + " bytes");
    }
    blocks *= factor;
    tensor.shape.insert(tensor.shape.begin(), static_cast<int64_t>(dims[i]));
  }
  tensor.bytes = blocks * type.bytes;
  tensor.offset = reader.Scalar<uint64_t>();
  if (tensor.offset != *data_end) {
    throw InputError(where, "its data are at offset " + std::to_string(tensor.offset),
                     std::to_string(*data_end) + ", after the tensor before it and padding");
  }
  const uint64_t alignment = Alignment();
  *data_end += (tensor.bytes + alignment - 1) / alignment * alignment;
  tensors_.emplace(name, std::move(tensor));
}

uint64_t GgufFile::Alignment() const {
  if (!HasKey("general.alignment")) return kDefaultAlignment;
  const int64_t alignment = Integer("general.alignment");
  if (alignment < 8 || alignment > (int64_t{1} << 30) || (alignment & (alignment - 1)) != 0) {
    throw InputError(path_ + ": general.alignment", "is " + std::to_string(alignment), "a power of 2 from 8 to 2^30");
  }
  return static_cast<uint64_t>(alignment);
}

const GgufValue& GgufFile::Value(const std::string& key) const {
  const auto found = metadata_.find(key);
  if (found == metadata_.end()) throw InputError(path_, "has no metadata key '" + key + "'");
  return found->second;
}

bool GgufFile::Bool(const std::string& key) const {
  if (const bool* value = std::get_if<bool>(&Value(key))) return *value;
  throw InputError(path_ + ": " + key, "is not a bool", "true, false");
}

int64_t GgufFile::Integer(const std::string& key) const {
  const GgufValue& value = Value(key);
  if (const int64_t* number = std::get_if<int64_t>(&value)) return *number;
  const uint64_t* number = std::get_if<uint64_t>(&value);
  if (number != nullptr && *number <= INT64_MAX) return static_cast<int64_t>(*number);
  throw InputError(path_ + ": " + key, number == nullptr ? "is not an integer" : "is above 2^63 - 1", "a whole number");
}

double GgufFile::Real(const std::string& key) const {
  if (const double* value = std::get_if<double>(&Value(key))) return *value;
  throw InputError(path_ + ": " + key, "is not a floating-point number", "f32, f64");
}

const std::string& GgufFile::Text(const std::string& key) const {
  if (const std::string* value = std::get_if<std::string>(&Value(key))) return *value;
  throw InputError(path_ + ": " + key, "is not a string", "a string");
}

std::vector<int64_t> GgufFile::Integers(const std::string& key) const {
  const GgufValue& value = Value(key);
  if (const auto* numbers = std::get_if<std::vector<int64_t>>(&value)) return *numbers;
  if (const auto* numbers = std::get_if<std::vector<uint64_t>>(&value)) {
    std::vector<int64_t> result;
    for (const uint64_t number : *numbers) {
      if (number > INT64_MAX) throw InputError(path_ + ": " + key, "holds a number above 2^63 - 1", "whole numbers");
      result.push_back(static_cast<int64_t>(number));
    }
    return result;
  }
  throw InputError(path_ + ": " + key, "is not an array of integers", "an array of integers");
}

const std::vector<std::string>& GgufFile::Texts(const std::string& key) const {
  if (const auto* value = std::get_if<std::vector<std::string>>(&Value(key))) return *value;
  throw InputError(path_ + ": " + key, "is not an array of strings", "an array of strings");
}

at::Tensor GgufFile::Load(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw InputError(path_, "has no tensor '" + Printable(name) + "'");
  const GgufTensor& entry = found->second;
  const GgufTensorType* type = &GgufTensorTypes().front();
  while (type->name != entry.type) ++type;
  at::Tensor result = at::empty(entry.shape, at::dtype(at::kFloat));
  type->widen(reinterpret_cast<const uint8_t*>(mapping_->data()) + data_start_ + entry.offset,
              entry.bytes / type->bytes, result.mutable_data_ptr<float>());
  return result;
}

}  // namespace suite
