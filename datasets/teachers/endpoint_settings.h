// Where a model is served and how politely it is asked: shared by chat and embeddings. When a request may start, and
// how long to wait before it is tried again, is plain arithmetic on seconds that the caller brings along.
//
//   EndpointSettings settings;
//   settings.url = "http://127.0.0.1:8000/v1";
//   settings.key_variable = "";                     // a server of one's own wants no key
//   settings.model = "qwen2.5-7b-instruct";
//   settings.cache_folder = "results/teacher_answers";
//   CheckEndpointSettings(settings, "teacher");     // InputError: "teacher.concurrency: 0; allowed: 1 to 1024"
//
//   RatePacer pacer(120);                           // two a second, half a second apart
//   if (now >= pacer.NextStart()) pacer.Started(now);
//   pacer.HoldUntil(now + 30);                      // the server said "Retry-After: 30"
//   BackoffSeconds(settings, hash, 0)               // in [0.5, 1) for backoff_seconds = 1, always the same for a hash
#pragma once

#include <cstdint>
#include <string>

namespace suite {

struct EndpointSettings {
  // The base that the protocol's paths ("/chat/completions", "/embeddings") are put behind; http or https, without
  // user, query or fragment. Its path is part of every request's hash; its host is not, so that a mirror can take over.
  std::string url = "https://api.openai.com/v1";
  std::string key_variable = "OPENAI_API_KEY";  // name of the environment variable with the key; empty: no key
  std::string model;
  std::string cache_folder;  // answers are kept here (answer_cache.h)

  int64_t concurrency = 8;          // requests under way or waiting to be tried again
  double requests_per_minute = 0;   // starts are this evenly spaced; 0: no limit
  double timeout_seconds = 120;     // for one whole answer
  double connect_seconds = 10;      // of which for the connection
  int64_t retries = 5;              // after the first try; the waits: BackoffSeconds
  double backoff_seconds = 1;       // before the first retry, doubled for each further one
  double max_backoff_seconds = 60;  // the longest of these waits
  double max_retry_after = 600;     // seconds; a server that asks for more patience has failed
  uint64_t jitter_seed = 0;
  // After so many questions in a row that failed for good, nothing more is asked: the network or the account is gone,
  // and what is in the cache stays there. 0: go on to the end.
  int64_t give_up_after = 20;

  double price_per_million_input = 0;  // in the reader's currency; 0: free, or not known
  double price_per_million_output = 0;
};

// Throws InputError naming `where`.key, what was found and what is allowed.
void CheckEndpointSettings(const EndpointSettings& settings, const std::string& where);

// Throws InputError("where.key: value; allowed: lowest to highest") unless lowest <= value <= highest; NaN is outside.
void CheckRange(double value, double lowest, double highest, const std::string& where);

// The path of a URL that passed the check, without a slash at its end: "/v1".
std::string UrlPath(const std::string& url);

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
