#include "harness/provenance/phase_meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "harness/provenance/gpu_meter.h"
#include "harness/provenance/provenance.h"

namespace suite {
namespace {

std::map<std::string, double> Numbers(const std::vector<std::pair<std::string, std::string>>& summary) {
  std::map<std::string, double> numbers;
  for (const auto& [name, text] : summary) numbers[name] = std::atof(text.c_str());
  return numbers;
}

TEST(PhaseMeter, PhasesAddUpToTheWholeAndGoOn) {
  PhaseMeter meter(at::kCPU, "training");
  usleep(400000);
  meter.Enter("evaluation");
  usleep(200000);
  meter.Enter("training");
  usleep(200000);
  const auto numbers = Numbers(meter.Summary());
  EXPECT_GE(numbers.at("training_s"), .6);
  EXPECT_GE(numbers.at("evaluation_s"), .2);
  // Each is rounded to a tenth.
  EXPECT_NEAR(numbers.at("wall_s"), numbers.at("training_s") + numbers.at("evaluation_s"), .15);
}

TEST(PhaseMeter, NamesInTheOrderOfTheirFirstBeginnings) {
  PhaseMeter meter(at::kCPU, "preparation");
  for (const char* name : {"training", "evaluation", "training"}) meter.Enter(name);
  std::vector<std::string> names;
  for (const auto& [name, value] : meter.Summary()) {
    if (name.find("_peak_rss_mib") == std::string::npos) names.push_back(name);
  }
  EXPECT_THAT(names, testing::ElementsAre("wall_s", "peak_rss_mib", "preparation_s", "training_s", "evaluation_s"));
}

TEST(PhaseMeter, MemoryBelongsToThePhaseThatTookIt) {
  constexpr double kBlockMib = 64;
  PhaseMeter meter(at::kCPU, "preparation");
  meter.Enter("training");
  { const std::vector<char> block(static_cast<size_t>(kBlockMib) << 20, 'x'); }
  meter.Enter("evaluation");
  const auto numbers = Numbers(meter.Summary());
  // Sanitizers keep freed memory.
  if (BuildMode() != "opt" && BuildMode() != "debug") GTEST_SKIP() << BuildMode();
  if (!numbers.count("training_peak_rss_mib")) GTEST_SKIP() << "the kernel does not let a process reset its peak";
  EXPECT_GE(numbers.at("training_peak_rss_mib"), numbers.at("preparation_peak_rss_mib") + kBlockMib - 1);
  EXPECT_LE(numbers.at("evaluation_peak_rss_mib"), numbers.at("training_peak_rss_mib") - kBlockMib + 1);
  EXPECT_EQ(numbers.at("peak_rss_mib"), numbers.at("training_peak_rss_mib"));
}

TEST(GpuMeter, TheCpuIsNone) {
  EXPECT_EQ(DescribeGpu(at::kCPU), "none");
  EXPECT_FALSE(PeakGpuMemoryBytes(at::kCPU).has_value());
  PhaseMeter meter(at::kCPU, "training");
  for (const auto& [name, value] : meter.Summary()) EXPECT_EQ(name.find("gpu"), std::string::npos) << name;
}

}  // namespace
}  // namespace suite
