// llama.cpp's GGUF format, versions 2 and 3, little endian: one file with metadata, a directory of tensors and their
// data. For whole models see gguf_policy.h.
//
//   GgufFile file("SmolLM2-135M-Instruct.Q4_1.gguf");             // memory-mapped
//   file.Integer("llama.block_count") == 30
//   at::Tensor q = file.Load("blk.0.attn_q.weight");              // float32, dequantised
//
// Tensor types: F32, F16, BF16, and the blocks of 32 values along the fastest dimension Q4_0, Q4_1 and Q8_0. A file
// with a tensor of another type is refused on opening.
//
// The whole directory is checked when a file is opened, every count, length and offset against the file's size, before
// anything is allocated for it: truncated and hostile files throw InputError naming file, key or tensor, and reason.
// Source: ggml's docs/gguf.md; the block layouts are those of ggml-common.h.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "models/checkpoints/mapped_file.h"

namespace suite {

// Integers keep their signedness only; arrays of arrays are refused.
using GgufValue = std::variant<bool, uint64_t, int64_t, double, std::string, std::vector<bool>, std::vector<uint64_t>,
                               std::vector<int64_t>, std::vector<double>, std::vector<std::string>>;

struct GgufTensor {
  std::string type;            // "F32", "Q4_1", ...
  std::vector<int64_t> shape;  // in Hugging Face's order, the fastest dimension last: GGUF's reversed
  uint64_t offset = 0;         // from data_start()
  uint64_t bytes = 0;
};

class GgufFile {
 public:
  explicit GgufFile(const std::string& path);

  const std::map<std::string, GgufValue>& metadata() const { return metadata_; }
  bool HasKey(const std::string& key) const { return metadata_.count(key) > 0; }

  // The value of a key that must be there and of this kind; else InputError. An integer may be stored in any width.
  bool Bool(const std::string& key) const;
  int64_t Integer(const std::string& key) const;
  double Real(const std::string& key) const;
  const std::string& Text(const std::string& key) const;
  std::vector<int64_t> Integers(const std::string& key) const;
  const std::vector<std::string>& Texts(const std::string& key) const;

  const std::map<std::string, GgufTensor>& tensors() const { return tensors_; }
  bool Has(const std::string& name) const { return tensors_.count(name) > 0; }

  // A new float32 tensor; every type is converted exactly. Throws InputError when absent.
  at::Tensor Load(const std::string& name) const;

  // Where the tensors' data begin in the file.
  uint64_t data_start() const { return data_start_; }
  const std::string& path() const { return path_; }

 private:
  class Reader;

  void ReadMetadata(Reader& reader, uint64_t count);
  void ReadTensor(Reader& reader, uint64_t* data_end);
  void CheckData(uint64_t header_end, uint64_t data_end);
  const GgufValue& Value(const std::string& key) const;
  uint64_t Alignment() const;

  std::string path_;
  std::shared_ptr<const MappedFile> mapping_;
  std::map<std::string, GgufValue> metadata_;
  std::map<std::string, GgufTensor> tensors_;
  uint64_t data_start_ = 0;
};

}  // namespace suite
