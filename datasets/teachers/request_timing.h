// When a request may start, and how long to wait before it is tried again. Time is a number of seconds that the caller
// brings along, so that both are plain arithmetic.
//
//   RatePacer pacer(120);                          // two a second, half a second apart
//   if (now >= pacer.NextStart()) pacer.Started(now);
//   pacer.HoldUntil(now + 30);                     // the server said "Retry-After: 30"
//
//   BackoffSeconds(settings, hash, 0)              // in [0.5, 1) for backoff_seconds = 1, always the same for a hash
#pragma once

#include <cstdint>
#include <string>

#include "datasets/teachers/endpoint_settings.h"

namespace suite {

// Evenly spaced starts: never two within 60 / requests_per_minute seconds, and no burst after a pause.
class RatePacer {
 public:
  explicit RatePacer(double requests_per_minute)
      : spacing_(requests_per_minute > 0 ? 60.0 / requests_per_minute : 0.0) {}

  double NextStart() const { return next_; }
  void Started(double now);
  void HoldUntil(double time);

 private:
  double spacing_;
  double next_ = 0.0;
};

// The wait before retry `retry` (0 for the first): min(max_backoff, backoff 2^retry) times u, where u in [0.5, 1) is
// drawn from (jitter_seed, request hash, retry), so that clients that failed together do not come back together.
double BackoffSeconds(const EndpointSettings& settings, const std::string& request_hash, int64_t retry);

}  // namespace suite
