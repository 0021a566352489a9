// Where a run's weights and batches lie: run.device.
//
//   at::Device device = DeviceOfRun(config.run.device, place.local_rank);     // "cuda" and 3 give cuda:3
//
// CPU: what is read, judged, recorded and saved. On the device: weights, optimizer state, packed tokens, log-probs, the
// objective's tensors, the sampler's cache.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace suite {

// `name`: "cpu" or "cuda". Of the GPUs that this process sees, the one numbered `local_rank` is taken and made the
// current one; operators that have a deterministic implementation then use it. Throws InputError when this program was
// built without CUDA, or when there is no such GPU.
at::Device DeviceOfRun(const std::string& name, int local_rank);

// Throws as DeviceOfRun, and takes nothing.
void CheckDevice(const std::string& name, int local_rank);

// GPUs that this process sees; 0 in a program without CUDA.
int CountGpus();

}  // namespace suite
