// The little of HDF5's C API that our files need: handles that close themselves, strings, and errors that carry a
// file.
//
// Used by this folder and by harness/demonstrations/artifact.cc. Every call that can fail goes through Hdf5File::Id or
// Hdf5File::Must, which turn HDF5's error stack into one InputError naming the file; HDF5's own printing is off while a
// QuietHdf5 lives.
//
//   QuietHdf5 quiet;
//   Hdf5File file(path);
//   Hdf5Handle step = file.Id(H5Dopen2(root.id(), "step", H5P_DEFAULT), H5Dclose, "dataset step");
#pragma once

#include <hdf5.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace suite {

class Hdf5Handle {
 public:
  using Closer = herr_t (*)(hid_t);

  Hdf5Handle() = default;
  Hdf5Handle(hid_t id, Closer closer) : id_(id), closer_(closer) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), closer_(other.closer_) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept;
  ~Hdf5Handle() { Close(); }

  void Close();
  hid_t id() const { return id_; }

 private:
  hid_t id_ = -1;
  Closer closer_ = nullptr;
};

// Silences HDF5's printing to stderr in this thread, and puts back what was there.
class QuietHdf5 {
 public:
  QuietHdf5();
  ~QuietHdf5();
  QuietHdf5(const QuietHdf5&) = delete;
  QuietHdf5& operator=(const QuietHdf5&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

// The name of a file, which every error of its handles carries.
class Hdf5File {
 public:
  explicit Hdf5File(std::string path) : path_(std::move(path)) {}

  // Wraps the result of a call that makes or opens `what`. Throws InputError when it failed.
  Hdf5Handle Id(hid_t id, Hdf5Handle::Closer closer, const std::string& what) const;
  // Throws InputError when `result` is negative, else returns it.
  long long Must(long long result, const std::string& what) const;
  [[noreturn]] void Fail(const std::string& what) const;

  // Texts are UTF-8 of fixed size, padded with NUL. (HDF5 1.10 keeps texts of variable size in a heap that has no
  // checksum, and crashes when a damaged one is read.)
  void WriteText(hid_t object, const std::string& name, const std::string& text) const;
  std::string ReadText(hid_t object, const std::string& name) const;
  // All text attributes of `object` in the order in which they were made (the object must track that order).
  std::vector<std::pair<std::string, std::string>> ReadTexts(hid_t object) const;
  // One-dimensional datasets of UTF-8 strings.
  void WriteStrings(hid_t group, const std::string& name, const std::vector<std::string>& strings) const;
  std::vector<std::string> ReadStrings(hid_t group, const std::string& name) const;

  const std::string& path() const { return path_; }

 private:
  size_t SizeOfText(hid_t type, const std::string& what) const;

  std::string path_;
};

// File access: newest format, no HDF5 file lock (the store has its own), everything closed with the file.
Hdf5Handle FileAccess();

// Writes a whole new file: `fill` gets it open, with its root; then it is flushed, closed and moved over `path`. A kill
// at any moment leaves the old file or the new one. Throws InputError.
void WriteHdf5File(const std::string& path, const std::function<void(const Hdf5File& file, hid_t root)>& fill);

}  // namespace suite
