// Asks a server many questions in JSON and gets every answer that can be had, once.
//
//   Endpoint endpoint(settings, "/chat/completions", "teacher", size_t{4} << 20);   // no answer beyond 4 MiB
//   EndpointJob job;
//   job.count = 1000;
//   job.body = [&](int64_t i, int64_t attempt) { return nlohmann::json{{"model", settings.model}, ...}; };
//   job.read = [&](int64_t i, const nlohmann::json& response) { answers[i] = ...; return Reading{}; };
//   job.fail = [&](int64_t i, const Failure& failure) { errors[i] = FailureText(failure); };
//   endpoint.Ask(job);                                   // every i has been read or failed
//   EndpointUsageText(endpoint.usage());
//
// For each question: if the answer is in the cache (answer_cache.h) it is read from there. Else the question is sent,
// `concurrency` at a time and not faster than the rate allows; an answer is on disk before the next thing is done.
// Equal questions of one job are sent once.
//
// Tried again, with backoff (endpoint_settings.h): a cut connection, no answer in time, the statuses 408, 409, 425, 429
// and 5xx, a body that is not JSON or longer than it may be, a response with status 200 that is an error
// (server_message.h), and one that `read` calls kBadResponse; none of these is kept. A "Retry-After" holds all requests
// back. An answer in the wrong form (kWrongForm) is kept, since it was paid for, and the question is asked again as the
// next attempt, up to `attempts` in all; attempts have cache entries of their own. Any other status fails at once.
// Before the first answer, 401, 403 and 404 throw InputError: then it is the settings that are wrong.
//
// Callbacks run in the caller's thread, in no certain order of i; what they store by i does not depend on that order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "datasets/teachers/answer_cache.h"
#include "datasets/teachers/api_key.h"
#include "datasets/teachers/endpoint_settings.h"
#include "datasets/teachers/failure_report.h"

namespace suite {

// Counts since the endpoint was made.
struct EndpointUsage {
  int64_t asked = 0;       // questions sent over the network (attempts count one by one)
  int64_t retried = 0;     // further sendings of these
  int64_t from_cache = 0;  // answers read from the cache
  int64_t wrong_form = 0;  // answers in the wrong form, from the network or the cache
  int64_t failed = 0;      // questions that ended without an answer
  int64_t damaged = 0;     // cache files that had to be passed over

  // Of answers that came over the network, as the server counts them; `cost` by the settings' prices.
  int64_t input_tokens = 0;
  int64_t output_tokens = 0;
  double cost = 0;
  // What the answers from the cache had used: not paid again.
  int64_t cached_input_tokens = 0;
  int64_t cached_output_tokens = 0;
  double cached_cost = 0;
};

// "asked 12 (retries: 3), from cache 988, ...", one line.
std::string EndpointUsageText(const EndpointUsage& usage);

enum class ReadVerdict { kAccepted, kWrongForm, kBadResponse };

struct Reading {
  ReadVerdict verdict = ReadVerdict::kAccepted;
  std::string reason;  // what is wrong
};

struct EndpointJob {
  int64_t count = 0;     // questions 0 .. count - 1
  int64_t attempts = 1;  // at most so many, for answers in the wrong form
  std::function<nlohmann::json(int64_t index, int64_t attempt)> body;
  std::function<Reading(int64_t index, const nlohmann::json& response)> read;
  std::function<void(int64_t index, const Failure& failure)> fail;
};

struct EndpointProgress {
  int64_t done = 0;  // questions of this job that were answered or failed
  int64_t count = 0;
  const EndpointUsage* usage = nullptr;
};

class Endpoint {
 public:
  // Takes the key from the environment. A body beyond `longest_answer` bytes is not read on (http_transfers.h). Throws
  // InputError for bad settings, naming `where`.key.
  Endpoint(EndpointSettings settings, const std::string& path, const std::string& where, size_t longest_answer);

  // Throws InputError when the settings turn out wrong (see above) or the cache cannot be written.
  void Ask(const EndpointJob& job);

  // Called after each question that is done.
  void set_progress(std::function<void(const EndpointProgress&)> progress) { progress_ = std::move(progress); }

  const EndpointUsage& usage() const { return usage_; }
  const EndpointSettings& settings() const { return settings_; }
  // Of the URL: "/v1/chat/completions".
  const std::string& path() const { return path_; }

 private:
  friend class EndpointRun;

  EndpointSettings settings_;
  std::string path_;
  std::string url_;
  ApiKey key_;
  AnswerCache cache_;
  RatePacer pacer_;  // lives on between jobs: the rate is the account's
  size_t longest_answer_;
  EndpointUsage usage_;
  std::function<void(const EndpointProgress&)> progress_;
  bool ever_answered_ = false;
};

}  // namespace suite
