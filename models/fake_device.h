// A device that is not the CPU, on any machine: for tests that all tensors of a computation lie where its weights do.
//
//   const at::Device device = FakeDevice();
//   RlTrainer trainer(llama, weights.To(device, at::kFloat), options, ...);     // runs, on the CPU underneath
//
// Its tensors have addresses that nobody can read: a loop over const_data_ptr() that forgot to ask for the device ends
// the program. Each operator runs on the CPU; one that is given tensors of both devices throws c10::Error naming it, as
// a GPU's would, numbers (no dimensions) excepted.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>

namespace suite {

at::Device FakeDevice();

// Operators that have run on it.
int64_t FakeDeviceCalls();

}  // namespace suite
