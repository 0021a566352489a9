#include "datasets/teachers/request_timing.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace suite {

void RatePacer::Started(double now) { next_ = std::max(next_, now + spacing_); }

void RatePacer::HoldUntil(double time) { next_ = std::max(next_, time); }

double BackoffSeconds(const EndpointSettings& settings, const std::string& request_hash, int64_t retry) {
  const double doubled = settings.backoff_seconds * std::ldexp(1.0, static_cast<int>(std::min<int64_t>(retry, 64)));
  const RandomStream stream(settings.jitter_seed, "backoff of " + request_hash);
  return std::min(settings.max_backoff_seconds, doubled) * (0.5 + 0.5 * stream.UniformAt(static_cast<uint64_t>(retry)));
}

}  // namespace suite
