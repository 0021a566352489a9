// What every fuzz target here is made of: bytes as text or as a file, and the promise of every reader.
//
//   extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
//     const suite::fuzz::MemoryFile file(data, size);
//     suite::fuzz::OnlyInputError([&] { suite::SafetensorsFile opened(file.path()); });
//     return 0;
//   }
//
// The promise: hostile input is answered with an InputError or taken; any other exception, a failed SUITE_CHECK, a
// sanitizer's report, and memory out of proportion are crashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"

namespace suite::fuzz {

// Calls `read`, and lets nothing but an InputError pass by.
template <typename Read>
void OnlyInputError(const Read& read) {
  try {
    read();
  } catch (const InputError&) {
  }
}

inline std::string TextOf(const uint8_t* data, size_t size) {
  return std::string(reinterpret_cast<const char*>(data), size);
}

// A regular file that no disk holds, for readers that map or open what they read.
class MemoryFile {
 public:
  MemoryFile(const uint8_t* data, size_t size);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  int fd_;
  std::string path_;
};

}  // namespace suite::fuzz
