// What went wrong with single requests, by kind, for the report at the end of a run.
//
//   FailureReport report;
//   report.Add("train/17", "recommend", lists[17].error);           // nothing is added when the error is empty
//   WriteFailureReport(report, "results/run/failures.json");
//
// The `error` of a TeacherList or TeacherJudgement is FailureText(failure), so a report can be made of what any teacher
// returns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace suite {

enum class FailureKind {
  kTimeout,          // no whole answer in time
  kConnection,       // no connection, or one that was cut
  kRateLimited,      // status 429
  kServerError,      // status 5xx
  kRefused,          // any other status that is not 2xx: asking again would not help
  kInvalidJson,      // status 2xx, but the body is not JSON
  kInvalidResponse,  // JSON, but not the answer that the protocol promises
  kWrongForm,        // the model's answer cannot be read as what was asked for
  kNotAsked,         // given up before, since too many requests in a row had failed
  kNotRecorded,      // a recording has no such answer
  kOther,
};

// "timeout", "connection", "rate_limited", "server_error", "refused", "invalid_json", "invalid_response", "wrong_form",
// "not_asked", "not_recorded", "other".
std::string_view FailureKindName(FailureKind kind);

struct Failure {
  FailureKind kind = FailureKind::kOther;
  std::string reason;
};

// "timeout: no answer within 120 s", and back. A text that begins with no known kind is of kind "other".
std::string FailureText(const Failure& failure);
Failure FailureOfText(std::string_view text);

struct FailedRequest {
  std::string conversation;  // its id
  std::string request;       // "recommend", "judge"
  Failure failure;
};

class FailureReport {
 public:
  void Add(const std::string& conversation, const std::string& request, std::string_view error);

  const std::vector<FailedRequest>& failed() const { return failed_; }
  // {"failed": 2, "by_kind": {"timeout": 2}, "requests": [...]}
  std::string Json() const;

 private:
  std::vector<FailedRequest> failed_;
};

// Throws InputError when the file cannot be written.
void WriteFailureReport(const FailureReport& report, const std::string& path);

}  // namespace suite
