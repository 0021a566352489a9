#include "datasets/teachers/failure_report.h"

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/check.h"
#include "base/files.h"

namespace suite {
namespace {

constexpr std::array<std::pair<FailureKind, std::string_view>, 11> kKinds = {{
    {FailureKind::kTimeout, "timeout"},
    {FailureKind::kConnection, "connection"},
    {FailureKind::kRateLimited, "rate_limited"},
    {FailureKind::kServerError, "server_error"},
    {FailureKind::kRefused, "refused"},
    {FailureKind::kInvalidJson, "invalid_json"},
    {FailureKind::kInvalidResponse, "invalid_response"},
    {FailureKind::kWrongForm, "wrong_form"},
    {FailureKind::kNotAsked, "not_asked"},
    {FailureKind::kNotRecorded, "not_recorded"},
    {FailureKind::kOther, "other"},
}};

}  // namespace

std::string_view FailureKindName(FailureKind kind) {
  for (const auto& [known, name] : kKinds) {
    if (known == kind) return name;
  }
  SUITE_CHECK(false);
  return "";
}

std::string FailureText(const Failure& failure) {
  return std::string(FailureKindName(failure.kind)) + ": " + failure.reason;
}

Failure FailureOfText(std::string_view text) {
  for (const auto& [kind, name] : kKinds) {
    const std::string head = std::string(name) + ": ";
    if (text.substr(0, head.size()) == head) return {kind, std::string(text.substr(head.size()))};
  }
  return {FailureKind::kOther, std::string(text)};
}

void FailureReport::Add(const std::string& conversation, const std::string& request, std::string_view error) {
  if (!error.empty()) failed_.push_back({conversation, request, FailureOfText(error)});
}

std::string FailureReport::Json() const {
  nlohmann::json requests = nlohmann::json::array();
  std::map<std::string, int64_t> counts;
  for (const auto& [conversation, request, failure] : failed_) {
    const std::string kind(FailureKindName(failure.kind));
    ++counts[kind];
    requests.push_back(
        {{"conversation", conversation}, {"request", request}, {"kind", kind}, {"reason", failure.reason}});
  }
  const nlohmann::json report = {{"failed", failed_.size()}, {"by_kind", counts}, {"requests", requests}};
  // Reasons quote servers, which may send anything.
  return report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void WriteFailureReport(const FailureReport& report, const std::string& path) {
  WriteFileAtomically(path, report.Json());
}

}  // namespace suite
