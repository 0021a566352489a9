#include "harness/metrics/growing_dataset.h"

#include "base/check.h"

namespace suite {

GrowingDataset::GrowingDataset(const Hdf5File& file, hid_t group, const std::string& name, hid_t memory_type,
                               size_t width)
    : file_(file), what_("dataset '" + name + "'"), memory_type_(memory_type), width_(width) {
  dataset_ = file_.Id(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose, what_);
  const Hdf5Handle space = file_.Id(H5Dget_space(dataset_.id()), H5Sclose, what_);
  extent_.resize(static_cast<size_t>(H5Sget_simple_extent_ndims(space.id())));
  file_.Must(H5Sget_simple_extent_dims(space.id(), extent_.data(), nullptr), what_);
  SUITE_CHECK_EQ(width_, extent_.size() == 2 ? extent_[1] : 1);
}

void GrowingDataset::Append(const void* row) {
  std::vector<hsize_t> start(extent_.size(), 0);
  std::vector<hsize_t> count = extent_;
  start[0] = extent_[0]++;
  count[0] = 1;
  file_.Must(H5Dset_extent(dataset_.id(), extent_.data()), "growing " + what_);
  const Hdf5Handle space = file_.Id(H5Dget_space(dataset_.id()), H5Sclose, what_);
  file_.Must(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr), what_);
  const int dimensions = static_cast<int>(count.size());
  const Hdf5Handle memory = file_.Id(H5Screate_simple(dimensions, count.data(), nullptr), H5Sclose, what_);
  if (width_) {
    const auto written = H5Dwrite(dataset_.id(), memory_type_, memory.id(), space.id(), H5P_DEFAULT, row);
    file_.Must(written, "writing a row of " + what_);
  }
  file_.Must(H5Dflush(dataset_.id()), "flushing " + what_);
}

}  // namespace suite
