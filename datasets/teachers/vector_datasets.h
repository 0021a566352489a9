// The three kinds of HDF5 datasets that a file of vectors holds, read whole or by rows.
//
// Used by vector_file only. HDF5's own printing is off during each call; every failure is one InputError naming file
// and dataset. Texts of variable size are read as h5py writes them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace suite {

std::vector<std::string> ReadTextDataset(const std::string& path, const std::string& dataset);
std::vector<int64_t> ReadIntegerDataset(const std::string& path, const std::string& dataset);

struct MatrixShape {
  int64_t rows = 0;
  int64_t columns = 0;
};

// Of a two-dimensional dataset of floats.
MatrixShape ReadMatrixShape(const std::string& path, const std::string& dataset);

// The given rows in the given order, [rows.size(), columns]; each is below the shape's.
std::vector<float> ReadMatrixRows(const std::string& path, const std::string& dataset,
                                  const std::vector<int64_t>& rows);

}  // namespace suite
