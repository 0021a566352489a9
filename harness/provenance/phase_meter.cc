#include "harness/provenance/phase_meter.h"

#include <algorithm>
#include <cstdio>

#include "harness/provenance/gpu_meter.h"

namespace suite {
namespace {

std::string Seconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", seconds);
  return text;
}

std::string Mib(int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.0f", static_cast<double>(bytes) / (1 << 20));
  return text;
}

}  // namespace

PhaseMeter::PhaseMeter(const at::Device& device, const std::string& first) : device_(device), phases_{{first}} {
  StartPeaks();
}

void PhaseMeter::StartPeaks() {
  resets_ = ResetPeakMemory() && resets_;
  ResetPeakGpuMemory(device_);
}

void PhaseMeter::Enter(const std::string& name) {
  Take();
  const auto found =
      std::find_if(phases_.begin(), phases_.end(), [&](const Phase& phase) { return phase.name == name; });
  present_ = static_cast<size_t>(found - phases_.begin());
  if (found == phases_.end()) phases_.push_back({name});
}

void PhaseMeter::Take() {
  Phase& phase = phases_[present_];
  phase.seconds += since_taken_.Seconds();
  since_taken_.Restart();
  phase.rss_bytes = std::max(phase.rss_bytes, PeakMemoryBytes());
  phase.gpu_bytes = std::max(phase.gpu_bytes, PeakGpuMemoryBytes(device_).value_or(0));
  StartPeaks();
}

std::vector<std::pair<std::string, std::string>> PhaseMeter::Summary() {
  Take();
  const bool has_gpu = PeakGpuMemoryBytes(device_).has_value();
  Phase whole;
  for (const Phase& phase : phases_) {
    whole.seconds += phase.seconds;
    whole.rss_bytes = std::max(whole.rss_bytes, phase.rss_bytes);
    whole.gpu_bytes = std::max(whole.gpu_bytes, phase.gpu_bytes);
  }
  std::vector<std::pair<std::string, std::string>> summary = {{"wall_s", Seconds(whole.seconds)},
                                                              {"peak_rss_mib", Mib(whole.rss_bytes)}};
  if (has_gpu) summary.emplace_back("peak_gpu_mib", Mib(whole.gpu_bytes));
  for (const Phase& phase : phases_) {
    summary.emplace_back(phase.name + "_s", Seconds(phase.seconds));
    if (resets_) summary.emplace_back(phase.name + "_peak_rss_mib", Mib(phase.rss_bytes));
    if (has_gpu) summary.emplace_back(phase.name + "_peak_gpu_mib", Mib(phase.gpu_bytes));
  }
  return summary;
}

}  // namespace suite
