#include "datasets/teachers/endpoint.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/json/checked_json.h"
#include "datasets/teachers/http_transfers.h"
#include "datasets/teachers/server_message.h"

namespace suite {
namespace {

using nlohmann::json;

double Now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string Shortest(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

bool IsSuccess(int64_t status) { return status >= 200 && status < 300; }

bool IsWorthRetrying(int64_t status) {
  return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
}

FailureKind KindOfStatus(int64_t status) {
  if (status == 429) return FailureKind::kRateLimited;
  return status >= 500 ? FailureKind::kServerError : FailureKind::kRefused;
}

int64_t TokenCount(const json& response, const char* key) {
  if (!response.is_object() || !response.contains("usage") || !response["usage"].is_object()) return 0;
  const json& usage = response["usage"];
  return usage.contains(key) && usage[key].is_number_integer() ? usage[key].get<int64_t>() : 0;
}

double Cost(const EndpointSettings& settings, int64_t input_tokens, int64_t output_tokens) {
  return (static_cast<double>(input_tokens) * settings.price_per_million_input +
          static_cast<double>(output_tokens) * settings.price_per_million_output) /
         1e6;
}

HttpOptions OptionsOf(const EndpointSettings& settings, const ApiKey& key, size_t longest_answer) {
  HttpOptions options;
  options.max_response_bytes = longest_answer;
  options.timeout_seconds = settings.timeout_seconds;
  options.connect_seconds = settings.connect_seconds;
  if (!key.Header().empty()) options.headers.push_back(key.Header());
  return options;
}

// JSON may also hide the key behind escapes of single letters, which are gone once it is written anew.
std::string WithoutKey(const ApiKey& key, std::string body) {
  body = key.Scrub(std::move(body));
  if (key.Header().empty() || body.find("\\u") == std::string::npos) return body;
  const json value = TryParseJson(body);
  return value.is_discarded() ? "(withheld: escapes might hide the key)" : key.Scrub(value.dump());
}

struct Attempt {
  int64_t index = 0;
  int64_t attempt = 0;
};

struct Question {
  Attempt attempt;
  CachedRequest request;
  int64_t sendings = 0;
};

}  // namespace

// One job from its first question to its last. Every question is in one place: not begun (next_, ready_), at the door
// (front_), under way (sent_), waiting to be tried again (waiting_), or following an equal one (followers_).
class EndpointRun {
 public:
  EndpointRun(Endpoint* endpoint, const EndpointJob& job)
      : endpoint_(*endpoint),
        job_(job),
        transfers_(OptionsOf(endpoint->settings_, endpoint->key_, endpoint->longest_answer_)) {}

  void Run() {
    while (done_ < job_.count) {
      const bool started = StartOne();
      for (HttpResult& result : transfers_.Wait(started ? 0 : PatienceMilliseconds())) Receive(&result);
    }
  }

 private:
  // Does one thing that needs no waiting; false when there is none.
  bool StartOne() {
    const double now = Now();
    const bool may_send = now >= endpoint_.pacer_.NextStart();
    if (!waiting_.empty() && waiting_.begin()->first <= now) {
      if (may_send) Send(std::move(waiting_.extract(waiting_.begin()).mapped()));
      return may_send;
    }
    if (!front_) {
      // Those that wait count as well: a server in trouble is asked less.
      const size_t open = sent_.size() + waiting_.size();
      if (open >= static_cast<size_t>(endpoint_.settings_.concurrency) || !PrepareNext()) return false;
    }
    if (!front_) return true;
    if (may_send) {
      Question question = std::move(*front_);
      front_.reset();
      Send(std::move(question));
    }
    return may_send;
  }

  // Takes up the next question: it is answered at once, follows an equal one, or comes to the front. False: no more.
  bool PrepareNext() {
    Attempt attempt;
    if (!ready_.empty()) {
      attempt = ready_.front();
      ready_.pop_front();
    } else if (next_ < job_.count) {
      attempt.index = next_++;
    } else {
      return false;
    }
    Question question{
        attempt, MakeCachedRequest(endpoint_.path_, job_.body(attempt.index, attempt.attempt), attempt.attempt), 0};
    const std::string& hash = question.request.hash;
    if (const auto open = followers_.find(hash); open != followers_.end()) {
      open->second.push_back(attempt);
    } else if (const auto lost = lost_.find(hash); lost != lost_.end()) {
      Fail(attempt.index, lost->second);
    } else if (!AnswerFromCache(question)) {
      if (!gave_up_.empty()) {
        Fail(attempt.index, {FailureKind::kNotAsked, gave_up_});
      } else {
        followers_[hash];
        front_ = std::move(question);
      }
    }
    return true;
  }

  bool AnswerFromCache(const Question& question) {
    const int64_t damaged = endpoint_.cache_.damaged();
    const std::optional<json> response = endpoint_.cache_.Find(question.request);
    endpoint_.usage_.damaged += endpoint_.cache_.damaged() - damaged;
    if (!response) return false;
    const Reading reading = job_.read(question.attempt.index, *response);
    if (reading.verdict == ReadVerdict::kBadResponse) {
      ++endpoint_.usage_.damaged;
      return false;
    }
    ++endpoint_.usage_.from_cache;
    CountTokens(*response, true);
    Settle(question.attempt, reading);
    return true;
  }

  void Send(Question question) {
    endpoint_.pacer_.Started(Now());
    ++(question.sendings == 0 ? endpoint_.usage_.asked : endpoint_.usage_.retried);
    ++question.sendings;
    const int64_t id = next_id_++;
    transfers_.Start(id, endpoint_.url_, question.request.body.dump(-1, ' ', false, json::error_handler_t::replace));
    sent_.emplace(id, std::move(question));
  }

  int PatienceMilliseconds() const {
    double until = Now() + 1.0;
    const double may_send = endpoint_.pacer_.NextStart();
    if (front_) until = std::min(until, may_send);
    if (!waiting_.empty()) until = std::min(until, std::max(waiting_.begin()->first, may_send));
    return static_cast<int>(std::ceil(std::max(0.0, until - Now()) * 1000.0));
  }

  void Receive(HttpResult* result) {
    Question question = std::move(sent_.extract(result->id).mapped());
    // What the server sends is not let any further while the key is in it.
    result->body = WithoutKey(endpoint_.key_, std::move(result->body));
    result->reason = endpoint_.key_.Scrub(std::move(result->reason));
    if (result->outcome == HttpOutcome::kTimedOut) {
      TryAgain(std::move(question), {FailureKind::kTimeout, result->reason}, std::nullopt);
    } else if (result->outcome == HttpOutcome::kCut) {
      TryAgain(std::move(question), {FailureKind::kConnection, result->reason}, std::nullopt);
    } else if (result->outcome == HttpOutcome::kTooLong) {
      TryAgain(std::move(question), {FailureKind::kInvalidResponse, result->reason}, std::nullopt);
    } else if (!IsSuccess(result->status)) {
      const Failure failure = FailureOfStatus(*result);
      if (IsWorthRetrying(result->status)) {
        TryAgain(std::move(question), failure, result->retry_after);
      } else {
        Lose(question, failure);
      }
    } else if (const auto failure = Accept(question, result)) {
      TryAgain(std::move(question), *failure, std::nullopt);
    }
  }

  // Reads and keeps an answer; or says why it is none.
  std::optional<Failure> Accept(const Question& question, HttpResult* result) {
    const json response = TryParseJson(result->body);
    if (response.is_discarded()) return Failure{FailureKind::kInvalidJson, "not JSON: " + Excerpt(result->body)};
    if (const auto error = ErrorIn(response)) {
      return Failure{FailureKind::kServerError,
                     "status " + std::to_string(result->status) + ", but an error: " + *error};
    }
    const Reading reading = job_.read(question.attempt.index, response);
    if (reading.verdict == ReadVerdict::kBadResponse) return Failure{FailureKind::kInvalidResponse, reading.reason};
    endpoint_.cache_.Store(question.request, response);
    endpoint_.ever_answered_ = true;
    lost_in_a_row_ = 0;
    CountTokens(response, false);
    Release(question.request.hash);
    Settle(question.attempt, reading);
    return std::nullopt;
  }

  // Throws InputError for a status that says that the settings are wrong, unless answers have come before.
  Failure FailureOfStatus(const HttpResult& result) const {
    const std::string message = "status " + std::to_string(result.status) + ": " + ServerMessage(result.body);
    const std::string& variable = endpoint_.settings_.key_variable;
    if (!endpoint_.ever_answered_ && (result.status == 401 || result.status == 403)) {
      throw InputError(endpoint_.url_, message,
                       "a valid key in the environment variable that key_variable names" +
                           (variable.empty() ? "" : " (" + variable + ")"));
    }
    if (!endpoint_.ever_answered_ && result.status == 404) {
      throw InputError(endpoint_.url_, message,
                       "a url and a model ('" + endpoint_.settings_.model + "') that are there");
    }
    return {KindOfStatus(result.status), message};
  }

  void TryAgain(Question question, const Failure& failure, std::optional<double> retry_after) {
    const EndpointSettings& settings = endpoint_.settings_;
    const double wait = retry_after.value_or(0.0);
    if (wait > settings.max_retry_after) {
      Lose(question, {failure.kind, failure.reason + " (the server asks to wait for " + Shortest(wait) + " s)"});
      return;
    }
    if (retry_after) endpoint_.pacer_.HoldUntil(Now() + wait);
    if (question.sendings > settings.retries || !gave_up_.empty()) {
      Lose(question, {failure.kind, failure.reason + " (tries: " + std::to_string(question.sendings) + ")"});
      return;
    }
    const double backoff = BackoffSeconds(settings, question.request.hash, question.sendings - 1);
    waiting_.emplace(Now() + std::max(wait, backoff), std::move(question));
  }

  // The end of an attempt whose answer is there.
  void Settle(const Attempt& attempt, const Reading& reading) {
    if (reading.verdict == ReadVerdict::kAccepted) {
      Done();
      return;
    }
    ++endpoint_.usage_.wrong_form;
    if (attempt.attempt + 1 < job_.attempts) {
      ready_.push_back({attempt.index, attempt.attempt + 1});
    } else {
      Fail(attempt.index,
           {FailureKind::kWrongForm, reading.reason + " (attempts: " + std::to_string(attempt.attempt + 1) + ")"});
    }
  }

  void Lose(const Question& question, const Failure& failure) {
    lost_[question.request.hash] = failure;
    Release(question.request.hash);
    Fail(question.attempt.index, failure);
    const int64_t limit = endpoint_.settings_.give_up_after;
    if (++lost_in_a_row_ >= limit && limit > 0 && gave_up_.empty()) {
      GiveUp(std::to_string(lost_in_a_row_) + " questions in a row had failed, the last by " + FailureText(failure));
    }
  }

  // Nothing more is sent; what is under way may still end well.
  void GiveUp(const std::string& reason) {
    gave_up_ = reason;
    std::vector<Question> open;
    if (front_) open.push_back(std::move(*front_));
    front_.reset();
    for (auto& [time, question] : waiting_) open.push_back(std::move(question));
    waiting_.clear();
    for (const Question& question : open) Lose(question, {FailureKind::kNotAsked, reason});
  }

  // Equal questions are taken up again: they now find the answer in the cache, or the failure in lost_.
  void Release(const std::string& hash) {
    const auto followers = followers_.extract(hash);
    SUITE_CHECK(!followers.empty());
    ready_.insert(ready_.end(), followers.mapped().begin(), followers.mapped().end());
  }

  void Fail(int64_t index, const Failure& failure) {
    ++endpoint_.usage_.failed;
    job_.fail(index, failure);
    Done();
  }

  void Done() {
    ++done_;
    if (endpoint_.progress_) endpoint_.progress_({done_, job_.count, &endpoint_.usage_});
  }

  void CountTokens(const json& response, bool from_cache) {
    EndpointUsage& usage = endpoint_.usage_;
    int64_t& input = from_cache ? usage.cached_input_tokens : usage.input_tokens;
    int64_t& output = from_cache ? usage.cached_output_tokens : usage.output_tokens;
    input += TokenCount(response, "prompt_tokens");
    output += TokenCount(response, "completion_tokens");
    (from_cache ? usage.cached_cost : usage.cost) = Cost(endpoint_.settings_, input, output);
  }

  Endpoint& endpoint_;
  const EndpointJob& job_;
  HttpTransfers transfers_;

  int64_t next_ = 0;
  int64_t done_ = 0;
  int64_t next_id_ = 0;
  std::deque<Attempt> ready_;
  std::optional<Question> front_;
  std::map<int64_t, Question> sent_;                       // by transfer
  std::multimap<double, Question> waiting_;                // by the time of the next try
  std::map<std::string, std::vector<Attempt>> followers_;  // by hash; a key for every question that is open
  std::map<std::string, Failure> lost_;
  int64_t lost_in_a_row_ = 0;
  std::string gave_up_;  // why, once it has
};

std::string EndpointUsageText(const EndpointUsage& usage) {
  std::string text = "asked " + std::to_string(usage.asked) + " (retries: " + std::to_string(usage.retried) +
                     "), from cache " + std::to_string(usage.from_cache) + ", wrong form " +
                     std::to_string(usage.wrong_form) + ", failed " + std::to_string(usage.failed) + "; tokens in " +
                     std::to_string(usage.input_tokens) + ", out " + std::to_string(usage.output_tokens) + ", cost " +
                     Shortest(usage.cost) + " (from cache: in " + std::to_string(usage.cached_input_tokens) + ", out " +
                     std::to_string(usage.cached_output_tokens) + ", had cost " + Shortest(usage.cached_cost) + ")";
  if (usage.damaged) text += "; damaged cache files " + std::to_string(usage.damaged);
  return text;
}

namespace {

EndpointSettings Checked(EndpointSettings settings, const std::string& where) {
  CheckEndpointSettings(settings, where);
  return settings;
}

}  // namespace

Endpoint::Endpoint(EndpointSettings settings, const std::string& path, const std::string& where, size_t longest_answer)
    : settings_(Checked(std::move(settings), where)),
      path_(UrlPath(settings_.url) + path),
      url_(settings_.url.substr(0, settings_.url.find_last_not_of('/') + 1) + path),
      key_(ApiKey::FromEnvironment(settings_.key_variable, where + ".key_variable")),
      cache_(settings_.cache_folder),
      pacer_(settings_.requests_per_minute),
      longest_answer_(longest_answer) {}

void Endpoint::Ask(const EndpointJob& job) { EndpointRun(this, job).Run(); }

}  // namespace suite
