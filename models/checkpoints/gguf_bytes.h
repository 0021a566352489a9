// For tests: GGUF files put together field by field, whole ones and damaged ones.
//
//   GgufBytes bytes;
//   bytes.Text("general.architecture", "llama");
//   bytes.Tensor("norm", {3}, kGgufF32, LittleEndian(std::vector<float>{1, 2, 3}));
//   WriteFileAtomically(path, bytes.File());
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suite {

constexpr uint32_t kGgufF32 = 0, kGgufF16 = 1, kGgufQ40 = 2, kGgufQ41 = 3, kGgufQ80 = 8, kGgufBf16 = 30;

// The machine's own bytes, which are little endian wherever this suite runs.
template <typename T>
std::string LittleEndian(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}
template <typename T>
std::string LittleEndian(const std::vector<T>& values) {
  std::string bytes;
  for (const T& value : values) bytes += LittleEndian(value);
  return bytes;
}

inline std::string GgufString(const std::string& text) { return LittleEndian<uint64_t>(text.size()) + text; }

class GgufBytes {
 public:
  // A value whose bytes are given.
  void Key(const std::string& key, uint32_t type, const std::string& value) {
    keys_ += GgufString(key) + LittleEndian(type) + value;
    ++key_count_;
  }
  void Unsigned(const std::string& key, uint32_t value) { Key(key, 4, LittleEndian(value)); }
  void Real(const std::string& key, float value) { Key(key, 6, LittleEndian(value)); }
  void Bool(const std::string& key, bool value) { Key(key, 7, value ? "\x01" : std::string(1, '\0')); }
  void Text(const std::string& key, const std::string& value) { Key(key, 8, GgufString(value)); }
  void Array(const std::string& key, uint32_t type, uint64_t count, const std::string& items) {
    Key(key, 9, LittleEndian(type) + LittleEndian(count) + items);
  }
  void Texts(const std::string& key, const std::vector<std::string>& values) {
    std::string items;
    for (const std::string& value : values) items += GgufString(value);
    Array(key, 8, values.size(), items);
  }

  // `dims` in GGUF's order, the fastest first; `offset` only where it shall be wrong.
  void Tensor(const std::string& name, const std::vector<uint64_t>& dims, uint32_t type, const std::string& data,
              std::optional<uint64_t> offset = std::nullopt) {
    data_.append(Padding(data_.size()), '\0');
    tensors_ += GgufString(name) + LittleEndian(static_cast<uint32_t>(dims.size())) + LittleEndian(dims) +
                LittleEndian(type) + LittleEndian(offset.value_or(data_.size()));
    data_ += data;
    ++tensor_count;
  }

  std::string File() const {
    std::string file = "GGUF" + LittleEndian(version) + LittleEndian(tensor_count) + LittleEndian(key_count_);
    file += keys_ + tensors_;
    file.append(Padding(file.size()), '\0');
    return file + data_;
  }

  uint32_t version = 3;
  uint64_t alignment = 32;
  uint64_t tensor_count = 0;

 private:
  uint64_t Padding(uint64_t size) const { return (alignment - size % alignment) % alignment; }

  uint64_t key_count_ = 0;
  std::string keys_;
  std::string tensors_;
  std::string data_;
};

}  // namespace suite
