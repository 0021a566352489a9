#include "datasets/teachers/failure_report.h"

#include <array>
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

// Reasons quote servers, which may send anything.
std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

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

void FailureReport::Add(const std::string& conversation, const std::string& request, const Failure& failure) {
  failed_.push_back({conversation, request, failure});
}

void FailureReport::Add(const std::string& conversation, const std::string& request, std::string_view error) {
  if (!error.empty()) Add(conversation, request, FailureOfText(error));
}

std::map<std::string, int64_t> FailureReport::Counts() const {
  std::map<std::string, int64_t> counts;
  for (const FailedRequest& failed : failed_) ++counts[std::string(FailureKindName(failed.failure.kind))];
  return counts;
}

std::string FailureReport::Text() const {
  std::string text = std::to_string(failed_.size()) + " requests failed\n";
  for (const auto& [kind, count] : Counts()) text += "  " + kind + ": " + std::to_string(count) + "\n";
  for (const FailedRequest& failed : failed_) {
    text += failed.conversation + "\t" + failed.request + "\t" + OneLine(FailureText(failed.failure)) + "\n";
  }
  return text;
}

std::string FailureReport::Json() const {
  nlohmann::json requests = nlohmann::json::array();
  for (const FailedRequest& failed : failed_) {
    requests.push_back({{"conversation", failed.conversation},
                        {"request", failed.request},
                        {"kind", FailureKindName(failed.failure.kind)},
                        {"reason", failed.failure.reason}});
  }
  const nlohmann::json report = {{"failed", failed_.size()}, {"by_kind", Counts()}, {"requests", requests}};
  return report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void WriteFailureReport(const FailureReport& report, const std::string& path) {
  const bool as_json = path.size() >= 5 && path.substr(path.size() - 5) == ".json";
  WriteFileAtomically(path, as_json ? report.Json() : report.Text());
}

}  // namespace suite
