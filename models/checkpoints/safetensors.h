// Hugging Face's safetensors format: 8 bytes of header length (little endian), a JSON header, then the raw tensors.
//
//   SafetensorsFile file("model.safetensors");                  // memory-mapped
//   at::Tensor norm = file.Load("model.norm.weight");           // a view of the mapping; clone it to keep or change it
//   WriteSafetensors("model.safetensors", {{"model.norm.weight", norm}});
//
// The whole header is checked when a file is opened: a truncated file, a header that is not JSON or has a name twice,
// an unknown dtype, or offsets that overlap, leave holes, or do not fit shape and dtype throw InputError naming file,
// tensor and reason.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace suite {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::string& path);

  // Names in the order of their data.
  std::vector<std::string> names() const;
  bool Has(const std::string& name) const { return entries_.count(name) > 0; }

  // A view of the mapping with the stored dtype (a copy where the file does not align it); it keeps the mapping alive.
  // Writing to it does not reach the file. Throws InputError when absent.
  at::Tensor Load(const std::string& name) const;

  const std::string& path() const { return path_; }

 private:
  class Mapping;
  struct Entry {
    at::ScalarType dtype;
    std::vector<int64_t> shape;
    size_t begin;
    size_t end;
  };

  void ReadHeader();
  void CheckEntry(const std::string& name, const Entry& entry) const;
  void CheckThatDataIsCovered() const;
  std::string WhereOf(const std::string& name) const;  // in errors

  std::string path_;
  std::shared_ptr<const Mapping> mapping_;
  size_t data_start_ = 0;
  std::map<std::string, Entry> entries_;
};

// Writes tensors (any device, made contiguous on the CPU) in the order given, data starting on 8 bytes, by way of a
// temporary file and a rename. Float32, float64, bfloat16, float16, int64, int32, uint8 and bool are written as they
// are.
void WriteSafetensors(const std::string& path, const NamedTensors& tensors);

}  // namespace suite
