#include "datasets/teachers/endpoint_settings.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "base/random.h"

namespace suite {
namespace {

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", value);
  return text;
}

// Where host and port begin; npos unless the scheme is http or https.
size_t HostStart(const std::string& url) {
  for (const std::string scheme : {"http://", "https://"}) {
    if (url.compare(0, scheme.size(), scheme) == 0) return scheme.size();
  }
  return std::string::npos;
}

void CheckUrl(const std::string& url, const std::string& where) {
  const std::string allowed = "http://host[:port]/path or https://..., without user, query or fragment";
  const size_t host = HostStart(url);
  if (host == std::string::npos) throw InputError(where, "no http:// or https:// at its start", allowed);
  const std::string authority = url.substr(host, url.find('/', host) - host);
  // A password or a key may stand in these places, so the value is not shown.
  if (authority.find('@') != std::string::npos) throw InputError(where, "holds a user or a password", allowed);
  if (url.find_first_of("?#") != std::string::npos) throw InputError(where, "holds a query or a fragment", allowed);
  if (authority.empty() || authority[0] == ':') throw InputError(where, "names no host", allowed);
  for (const char c : url) {
    if (c <= 0x20 || c >= 0x7f) throw InputError(where, "holds white space or characters outside ASCII", allowed);
  }
}

}  // namespace

void CheckRange(double value, double lowest, double highest, const std::string& where) {
  if (value >= lowest && value <= highest) return;
  throw InputError(where, Number(value), Number(lowest) + " to " + Number(highest));
}

void CheckEndpointSettings(const EndpointSettings& settings, const std::string& where) {
  CheckUrl(settings.url, where + ".url");
  if (settings.model.empty()) throw InputError(where + ".model", "empty", "the model's name at this endpoint");
  if (settings.cache_folder.empty()) throw InputError(where + ".cache_folder", "empty", "a folder for the answers");
  CheckRange(static_cast<double>(settings.concurrency), 1, 1024, where + ".concurrency");
  CheckRange(settings.requests_per_minute, 0, 1e6, where + ".requests_per_minute");
  CheckRange(settings.timeout_seconds, 0.001, 86400, where + ".timeout_seconds");
  CheckRange(settings.connect_seconds, 0.001, 86400, where + ".connect_seconds");
  CheckRange(static_cast<double>(settings.retries), 0, 100, where + ".retries");
  CheckRange(settings.backoff_seconds, 0, 3600, where + ".backoff_seconds");
  CheckRange(settings.max_backoff_seconds, settings.backoff_seconds, 86400, where + ".max_backoff_seconds");
  CheckRange(settings.max_retry_after, 0, 86400, where + ".max_retry_after");
  CheckRange(static_cast<double>(settings.give_up_after), 0, 1e9, where + ".give_up_after");
  CheckRange(settings.price_per_million_input, 0, 1e9, where + ".price_per_million_input");
  CheckRange(settings.price_per_million_output, 0, 1e9, where + ".price_per_million_output");
}

std::string UrlPath(const std::string& url) {
  const size_t slash = url.find('/', HostStart(url));
  std::string path = slash == std::string::npos ? "" : url.substr(slash);
  while (!path.empty() && path.back() == '/') path.pop_back();
  return path;
}

void RatePacer::Started(double now) { next_ = std::max(next_, now + spacing_); }

void RatePacer::HoldUntil(double time) { next_ = std::max(next_, time); }

double BackoffSeconds(const EndpointSettings& settings, const std::string& request_hash, int64_t retry) {
  const double doubled = settings.backoff_seconds * std::ldexp(1.0, static_cast<int>(std::min<int64_t>(retry, 64)));
  const RandomStream stream(settings.jitter_seed, "backoff of " + request_hash);
  return std::min(settings.max_backoff_seconds, doubled) * (0.5 + 0.5 * stream.UniformAt(static_cast<uint64_t>(retry)));
}

}  // namespace suite
