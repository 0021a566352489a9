#include "models/checkpoints/safetensors.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>

#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json/checked_json.h"
#include "base/text/format.h"

namespace suite {
namespace {

using nlohmann::json;

const std::vector<std::pair<std::string, at::ScalarType>>& DtypeNames() {
  static const std::vector<std::pair<std::string, at::ScalarType>> kNames = {
      {"F32", at::kFloat}, {"BF16", at::kBFloat16}, {"F16", at::kHalf}, {"F64", at::kDouble},
      {"I64", at::kLong},  {"I32", at::kInt},       {"U8", at::kByte},  {"BOOL", at::kBool}};
  return kNames;
}

at::ScalarType DtypeFromName(const std::string& where, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [known_name, dtype] : DtypeNames()) {
    if (known_name == name) return dtype;
    known.push_back(known_name);
  }
  // Types of the format that are not read are no misspelling of another.
  for (const char* other : {"F8_E4M3", "F8_E5M2", "F8_E8M0", "F6_E2M3", "F6_E3M2", "F4"}) {
    if (name == other) throw InputError(where, "dtype '" + name + "' is of a quantised checkpoint", Join(known, ", "));
  }
  for (const char* other : {"I8", "I16", "U16", "U32", "U64", "C64"}) {
    if (name == other) throw InputError(where, "dtype '" + name + "' is not read", Join(known, ", "));
  }
  throw UnknownName(where, "dtype", name, known);
}

std::string NameOfDtype(at::ScalarType dtype) {
  for (const auto& [name, known] : DtypeNames()) {
    if (known == dtype) return name;
  }
  SUITE_CHECK(false && "this dtype cannot be written to safetensors");
  return "";
}

// As in Hugging Face's own reader.
constexpr uint64_t kLongestHeader = 100000000;

size_t ReadUnsigned(const std::string& where, const json& value) {
  if (!value.is_number_unsigned()) throw InputError(where, "holds " + ShownJson(value), "whole numbers from 0");
  return value.get<size_t>();
}

}  // namespace

// The whole file in memory, read-only to the file: the pages are the file's own until they are written to, which never
// reaches the file. A file that another process cuts short while it is mapped ends this one with SIGBUS, as any mapping
// does.
class SafetensorsFile::Mapping {
 public:
  explicit Mapping(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_NONBLOCK);  // a pipe must not make us wait
    if (fd < 0) throw InputError(path, std::string("cannot be read: ") + std::strerror(errno));
    struct stat status = {};
    const bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    size_ = regular ? static_cast<size_t>(status.st_size) : 0;
    // Private and writable: at::from_blob wants a mutable pointer.
    if (size_ > 0) data_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, 0);
    const std::string reason = std::strerror(errno);
    close(fd);
    if (!regular) throw InputError(path, "is not a regular file", "a safetensors file");
    if (size_ == 0) throw InputError(path, "is empty", "a safetensors file");
    if (data_ == MAP_FAILED) throw InputError(path, "cannot be mapped: " + reason);
  }
  ~Mapping() { munmap(data_, size_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  char* data() const { return static_cast<char*>(data_); }
  size_t size() const { return size_; }

 private:
  void* data_ = MAP_FAILED;
  size_t size_ = 0;
};

SafetensorsFile::SafetensorsFile(const std::string& path)
    : path_(path), mapping_(std::make_shared<const Mapping>(path)) {
  ReadHeader();
  CheckThatDataIsCovered();
}

void SafetensorsFile::ReadHeader() {
  // What a clone without Git LFS has in the place of large files.
  constexpr std::string_view kPointer = "version https://git-lfs";
  if (std::string_view(mapping_->data(), std::min(mapping_->size(), kPointer.size())) == kPointer) {
    throw InputError(path_, "is a Git LFS pointer", "the file that it points to (git lfs pull)");
  }
  if (mapping_->size() < 8) {
    throw InputError(path_, "has " + std::to_string(mapping_->size()) + " bytes", "a safetensors file");
  }
  uint64_t length = 0;
  std::memcpy(&length, mapping_->data(), sizeof(length));
  if (length > mapping_->size() - 8) {
    throw InputError(path_, "header of " + std::to_string(length) + " bytes in a file of " +
                                std::to_string(mapping_->size()) + ": truncated or not a safetensors file");
  }
  if (length > kLongestHeader) {
    throw InputError(path_, "header of " + std::to_string(length) + " bytes", "at most 100000000");
  }
  data_start_ = 8 + length;
  const json header = ParseJson({mapping_->data() + 8, length}, path_ + ": header");
  if (!header.is_object()) throw InputError(path_ + ": header", "is " + ShownJson(header), "a JSON object");
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") continue;
    const std::string where = WhereOf(name);
    if (!value.is_object() || !value.contains("dtype") || !value["dtype"].is_string() || !value.contains("shape") ||
        !value["shape"].is_array() || !value.contains("data_offsets") || !value["data_offsets"].is_array() ||
        value["data_offsets"].size() != 2) {
      throw InputError(where, "is " + value.dump().substr(0, 100), "an object with dtype, shape and two data_offsets");
    }
    Entry entry;
    entry.dtype = DtypeFromName(where, value["dtype"].get<std::string>());
    for (const json& size : value["shape"]) entry.shape.push_back(static_cast<int64_t>(ReadUnsigned(where, size)));
    entry.begin = ReadUnsigned(where, value["data_offsets"][0]);
    entry.end = ReadUnsigned(where, value["data_offsets"][1]);
    CheckEntry(name, entry);
    entries_[name] = entry;
  }
}

void SafetensorsFile::CheckEntry(const std::string& name, const Entry& entry) const {
  const std::string where = WhereOf(name);
  const size_t available = mapping_->size() - data_start_;
  if (entry.begin > entry.end) {
    throw InputError(where, "data_offsets [" + std::to_string(entry.begin) + ", " + std::to_string(entry.end) + "]",
                     "a begin that is not after its end");
  }
  if (entry.end > available) {
    throw InputError(where, "data_offsets [" + std::to_string(entry.begin) + ", " + std::to_string(entry.end) +
                                "] reach past the " + std::to_string(available) + " bytes of data: truncated file");
  }
  unsigned __int128 bytes = c10::elementSize(entry.dtype), reach = bytes;
  for (const int64_t size : entry.shape) {
    bytes *= static_cast<uint64_t>(size);
    // Strides are taken as if no size were zero.
    reach *= std::max<uint64_t>(1, static_cast<uint64_t>(size));
    if (reach > INT64_MAX) throw InputError(where, "shape has more elements than 64 bits count");
  }
  if (bytes != entry.end - entry.begin) {
    throw InputError(
        where, "data_offsets hold " + std::to_string(entry.end - entry.begin) + " bytes",
        std::to_string(static_cast<uint64_t>(bytes)) + ", by its shape and dtype " + NameOfDtype(entry.dtype));
  }
}

void SafetensorsFile::CheckThatDataIsCovered() const {
  using Range = std::tuple<size_t, size_t, std::string>;  // begin, end, name
  std::vector<Range> ranges;
  for (const auto& [name, entry] : entries_) ranges.emplace_back(entry.begin, entry.end, name);
  std::sort(ranges.begin(), ranges.end());
  size_t reached = 0;
  for (const auto& [begin, end, name] : ranges) {
    if (begin != reached) {
      const char* fault = begin < reached ? "overlap those of the tensor before it" : "leave a hole before them";
      throw InputError(WhereOf(name), "its bytes begin at " + std::to_string(begin) + ": they " + fault,
                       std::to_string(reached) + ", where the tensor before it ends");
    }
    reached = end;
  }
  if (reached != mapping_->size() - data_start_) {
    throw InputError(path_, std::to_string(mapping_->size() - data_start_ - reached) + " bytes belong to no tensor");
  }
}

std::string SafetensorsFile::WhereOf(const std::string& name) const { return path_ + ": " + name.substr(0, 100); }

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return entries_.at(a).begin < entries_.at(b).begin;
  });
  return names;
}

at::Tensor SafetensorsFile::Load(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) throw InputError(path_, "has no tensor '" + name + "'");
  const Entry& entry = found->second;
  char* data = mapping_->data() + data_start_ + entry.begin;
  if (reinterpret_cast<uintptr_t>(data) % c10::elementSize(entry.dtype) != 0) {
    at::Tensor copy = at::empty(entry.shape, at::dtype(entry.dtype));
    std::copy(data, data + copy.nbytes(), static_cast<char*>(copy.mutable_data_ptr()));
    return copy;
  }
  return at::from_blob(
      data, entry.shape, [mapping = mapping_](void*) {}, at::dtype(entry.dtype));
}

void WriteSafetensors(const std::string& path, const NamedTensors& tensors) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  header["__metadata__"] = {{"format", "pt"}};
  size_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    SUITE_CHECK(!header.contains(name));
    header[name] = {{"dtype", NameOfDtype(tensor.scalar_type())},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + tensor.nbytes()}}};
    offset += tensor.nbytes();
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  const std::string temporary = path + "." + std::to_string(getpid()) + ".tmp";
  std::ofstream out(temporary, std::ios::binary);
  const uint64_t length = text.size();
  out.write(reinterpret_cast<const char*>(&length), sizeof(length));
  out << text;
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor bytes = tensor.detach().cpu().contiguous();
    out.write(static_cast<const char*>(bytes.const_data_ptr()), static_cast<std::streamsize>(bytes.nbytes()));
  }
  out.close();
  if (!out) {
    const std::string reason = std::strerror(errno);
    std::remove(temporary.c_str());
    throw InputError(path, "cannot be written: " + reason);
  }
  PublishFile(temporary, path);
}

}  // namespace suite
