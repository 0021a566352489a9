#include "datasets/teachers/failure_report.h"

#include <cstdint>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "base/files.h"

namespace suite {
namespace {

// In the order of the enumerators.
constexpr std::string_view kKinds[] = {
    "timeout",          "connection", "rate_limited", "server_error", "refused", "invalid_json",
    "invalid_response", "wrong_form", "not_asked",    "not_recorded", "other"};

}  // namespace

std::string_view FailureKindName(FailureKind kind) { return kKinds[static_cast<size_t>(kind)]; }

std::string FailureText(const Failure& failure) {
  return std::string(FailureKindName(failure.kind)) + ": " + failure.reason;
}

Failure FailureOfText(std::string_view text) {
  for (size_t kind = 0; kind < std::size(kKinds); ++kind) {
    const std::string head = std::string(kKinds[kind]) + ": ";
    if (text.substr(0, head.size()) == head) {
      return {static_cast<FailureKind>(kind), std::string(text.substr(head.size()))};
    }
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
