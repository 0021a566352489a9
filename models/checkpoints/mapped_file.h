// A whole file mapped into memory, read-only to the file.
//
//   const MappedFile file(path, "a safetensors file");
//   std::string_view(file.data(), file.size())
//
// The pages are the file's own until somebody writes to them, which never reaches the file. A file that another process
// cuts short while it is mapped ends this one with SIGBUS, as any mapping does.
#pragma once

#include <cstddef>
#include <string>

namespace suite {

class MappedFile {
 public:
  // Throws InputError, in which `allowed` says what was hoped for, for a path that cannot be opened, is no regular
  // file, or has no bytes.
  MappedFile(const std::string& path, const std::string& allowed);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  char* data() const { return static_cast<char*>(data_); }
  size_t size() const { return size_; }

 private:
  void* data_;
  size_t size_ = 0;
};

}  // namespace suite
