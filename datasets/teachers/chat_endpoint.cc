#include "datasets/teachers/chat_endpoint.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "datasets/teachers/server_message.h"

namespace suite {
namespace {

using nlohmann::json;

ChatSettings Checked(ChatSettings settings, const std::string& where) {
  if (settings.temperature) CheckRange(*settings.temperature, 0, 2, where + ".temperature");
  CheckRange(static_cast<double>(settings.max_tokens), 1, 1e7, where + ".max_tokens");
  CheckRange(static_cast<double>(settings.attempts), 1, 100, where + ".attempts");
  if (settings.max_tokens_field != "max_tokens" && settings.max_tokens_field != "max_completion_tokens") {
    throw UnknownName(where + ".max_tokens_field", "field", settings.max_tokens_field,
                      {"max_tokens", "max_completion_tokens"});
  }
  return settings;
}

json BodyOf(const ChatSettings& settings, const std::vector<PromptMessage>& messages, int64_t attempt) {
  json body = {{"model", settings.endpoint.model}, {"messages", json::array()}};
  body[settings.max_tokens_field] = settings.max_tokens;
  if (settings.temperature) body["temperature"] = *settings.temperature;
  if (settings.seed) body["seed"] = *settings.seed + attempt;
  for (const PromptMessage& message : messages) {
    body["messages"].push_back({{"role", message.role}, {"content", message.content}});
  }
  return body;
}

Reading Bad(const std::string& reason) { return {ReadVerdict::kBadResponse, reason}; }

Reading WrongForm(const std::string& reason) { return {ReadVerdict::kWrongForm, reason}; }

bool IsBlank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

bool HasText(const json& value) { return value.is_string() && !IsBlank(value.get_ref<const std::string&>()); }

// The answer of a message: a text, or the texts of its parts (those that think aloud are none). Nothing: it has none.
std::optional<std::string> ContentOf(const json& message) {
  const json content = message.value("content", json());
  if (content.is_string()) return content.get<std::string>();
  if (!content.is_array()) return std::nullopt;
  std::optional<std::string> text;
  for (const json& part : content) {
    if (part.is_string()) text = text.value_or("") + part.get<std::string>();
    if (!part.is_object() || !part.value("text", json()).is_string()) continue;
    const json type = part.value("type", json("text"));
    if (type == "text" || type == "output_text") text = text.value_or("") + part["text"].get<std::string>();
  }
  return text;
}

// Why there is no answer: a refusal or a filter leaves none, and reasoning may come instead of one.
std::string NoText(const json& message, const json& finish) {
  const std::string ended = " (finish_reason " + finish.dump(-1, ' ', true, json::error_handler_t::replace) + ")";
  if (HasText(message.value("refusal", json()))) {
    return "no text" + ended + ", a refusal: " + Excerpt(message["refusal"].get<std::string>());
  }
  for (const char* key : {"reasoning_content", "reasoning"}) {
    if (!HasText(message.value(key, json()))) continue;
    return "no text" + ended + ", only " + key + " of " + std::to_string(message[key].get<std::string>().size()) +
           " bytes: " +
           (finish == "length"
                ? "a larger max_tokens leaves room for the answer"
                : "the server took the answer for reasoning, its reasoning parser does not fit the model");
  }
  return "no text" + ended;
}

Reading Read(int64_t index, const json& response, const ChatEndpoint::Reader& reader) {
  if (!response.is_object() || !response.contains("choices") || !response["choices"].is_array() ||
      response["choices"].empty() || !response["choices"][0].is_object()) {
    return Bad("no choices[0] in the response");
  }
  const json& choice = response["choices"][0];
  if (const auto error = ErrorIn(choice)) return Bad("choices[0] is an error: " + *error);
  if (!choice.contains("message") || !choice["message"].is_object()) return Bad("no choices[0].message");
  const json& message = choice["message"];
  const json finish = choice.value("finish_reason", json());
  const std::optional<std::string> content = ContentOf(message);
  // The model has answered, though not as asked.
  if (!content || IsBlank(*content)) return WrongForm(NoText(message, finish));
  if (finish == "length") return WrongForm("cut off at max_tokens");
  const std::string problem = reader(index, *content);
  return problem.empty() ? Reading{} : WrongForm(problem);
}

// A token is no longer than this in JSON, be it all escapes; the rest of an answer (its envelope, reasoning that a
// server does not count) has room in what is added.
size_t LongestAnswer(int64_t max_tokens) {
  constexpr size_t kBytesOfToken = 64, kRest = size_t{4} << 20, kMost = size_t{64} << 20;
  return std::min(kRest + kBytesOfToken * static_cast<size_t>(max_tokens), kMost);
}

std::string OrNone(const json& value) { return value.is_null() ? "none" : value.dump(); }

}  // namespace

ChatEndpoint::ChatEndpoint(ChatSettings settings, const std::string& where)
    : settings_(Checked(std::move(settings), where)),
      endpoint_(settings_.endpoint, "/chat/completions", where, LongestAnswer(settings_.max_tokens)) {}

std::vector<std::optional<Failure>> ChatEndpoint::Ask(int64_t count, const Prompt& prompt, const Reader& reader) {
  std::vector<std::optional<Failure>> failures(static_cast<size_t>(count));
  EndpointJob job;
  job.count = count;
  job.attempts = settings_.attempts;
  job.body = [&](int64_t index, int64_t attempt) { return BodyOf(settings_, prompt(index), attempt); };
  job.read = [&](int64_t index, const json& response) { return Read(index, response, reader); };
  job.fail = [&](int64_t index, const Failure& failure) { failures[static_cast<size_t>(index)] = failure; };
  endpoint_.Ask(job);
  return failures;
}

std::string ChatEndpoint::Identity() const {
  return "path=" + endpoint_.path() + " model=" + settings_.endpoint.model +
         " temperature=" + OrNone(settings_.temperature ? json(*settings_.temperature) : json()) + " " +
         settings_.max_tokens_field + "=" + std::to_string(settings_.max_tokens) +
         " seed=" + OrNone(settings_.seed ? json(*settings_.seed) : json()) +
         " attempts=" + std::to_string(settings_.attempts);
}

}  // namespace suite
