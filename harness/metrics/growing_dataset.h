// A dataset of a store that is open for writing: appends a row and hands it to the system at once.
//
//   GrowingDataset loss(file, root.id(), "series/loss", H5T_NATIVE_DOUBLE, 1);
//   loss.Append(&value);
//
// Used by this folder only. After Append returns, a kill of the process no longer loses the row.
#pragma once

#include <hdf5.h>

#include <string>

#include "harness/metrics/hdf5_handle.h"

namespace suite {

class GrowingDataset {
 public:
  // Opens `name`; a row is `width` values of `memory_type`.
  GrowingDataset(const Hdf5File& file, hid_t group, const std::string& name, hid_t memory_type, size_t width);

  void Append(const void* row);

  size_t width() const { return width_; }

 private:
  Hdf5File file_;
  std::string what_;
  Hdf5Handle dataset_;
  hid_t memory_type_;
  size_t width_;
  std::vector<hsize_t> extent_;
};

}  // namespace suite
