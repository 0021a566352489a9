#include "datasets/teachers/server_message.h"

#include <algorithm>

#include "base/json/checked_json.h"

namespace suite {
namespace {

using nlohmann::json;

// What `value`, a text or an object around one, says; empty: nothing.
std::string MessageOf(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array() && !value.empty()) return MessageOf(value[0]);
  if (!value.is_object()) return "";
  for (const char* key : {"error", "errors", "message", "detail", "msg"}) {
    const auto found = value.find(key);
    std::string message = found == value.end() ? "" : MessageOf(*found);
    if (!message.empty()) return message;
  }
  return "";
}

std::string Dumped(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string Excerpt(const std::string& text) {
  size_t end = std::min<size_t>(text.size(), 200);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + (end < text.size() ? "..." : "");
}

std::string ServerMessage(const std::string& body) {
  const json value = TryParseJson(body);
  const std::string message = value.is_object() ? MessageOf(value) : "";
  return Excerpt(message.empty() ? body : message);
}

std::optional<std::string> ErrorIn(const json& response) {
  if (!response.is_object()) return std::nullopt;
  const json error = response.value("error", json());
  const bool is_empty = error.is_null() || error == false || error == "" || (error.is_structured() && error.empty());
  const bool is_error = !is_empty || response.value("object", json()) == "error";
  if (!is_error) return std::nullopt;
  const std::string message = is_empty ? MessageOf(response) : MessageOf(error);
  return Excerpt(message.empty() ? Dumped(is_empty ? response : error) : message);
}

}  // namespace suite
