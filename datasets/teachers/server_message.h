// What a server says of an error, in the forms that servers have for it.
//
//   ServerMessage(R"({"error": {"message": "too long"}})") == "too long"
//   ErrorIn(nlohmann::json::parse(R"({"error": {"message": "overloaded", "code": 503}})"))   // "overloaded"
//   ErrorIn(nlohmann::json::parse(R"({"error": null, "choices": []})"))                      // nullopt
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace suite {

// At most 200 bytes of the message in `body`: {"error": {"message": ...}}, which is the protocol's form, {"error":
// "..."}, {"message": ...}, {"detail": ...}, {"errors": [...]}; of anything else the text itself.
std::string ServerMessage(const std::string& body);

// The message where a response of status 2xx is an error all the same: an `error` that is not empty, or "object":
// "error".
std::optional<std::string> ErrorIn(const nlohmann::json& response);

// At most 200 bytes of what a server says, cut between characters.
std::string Excerpt(const std::string& text);

}  // namespace suite
