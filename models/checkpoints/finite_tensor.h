// Are all numbers of a tensor finite? In one pass and without a second tensor: a checkpoint's may be large.
//
//   RefuseNotFinite(file.Load(name), path, name);     // throws for a damaged checkpoint
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace suite {

// Of any float type, shape and device.
bool AllFinite(const at::Tensor& tensor);

// Throws InputError naming `where` (the file) and the tensor of weights that holds NaN or infinity.
void RefuseNotFinite(const at::Tensor& tensor, const std::string& where, const std::string& name);

}  // namespace suite
