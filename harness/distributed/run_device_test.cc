#include "harness/distributed/run_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace suite {
namespace {

std::string ErrorOf(const std::string& name, int local_rank) {
  try {
    DeviceOfRun(name, local_rank);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(DeviceOfRun, IsTheCpuForEveryProcess) {
  EXPECT_EQ(DeviceOfRun("cpu", 0), at::Device(at::kCPU));
  EXPECT_EQ(DeviceOfRun("cpu", 7), at::Device(at::kCPU));
}

// Built with CUDA or not: a process beyond the last GPU gets an error that names the setting.
TEST(DeviceOfRun, SaysThatThereIsNoSuchGpu) {
  const std::string error = ErrorOf("cuda", CountGpus());
  EXPECT_THAT(error, ::testing::HasSubstr("run.device: cuda, but "));
  EXPECT_THAT(error, ::testing::AnyOf(::testing::HasSubstr("this program was built without CUDA"),
                                      ::testing::HasSubstr("no GPU found"), ::testing::HasSubstr("found for process")));
}

}  // namespace
}  // namespace suite
