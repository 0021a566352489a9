#include "datasets/teachers/chat_endpoint.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"

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

Reading Read(int64_t index, const json& response, const ChatEndpoint::Reader& reader) {
  if (!response.is_object() || !response.contains("choices") || !response["choices"].is_array() ||
      response["choices"].empty() || !response["choices"][0].is_object()) {
    return Bad("no choices[0] in the response");
  }
  const json& choice = response["choices"][0];
  if (!choice.contains("message") || !choice["message"].is_object()) return Bad("no choices[0].message");
  const json finish = choice.value("finish_reason", json());
  const json content = choice["message"].value("content", json());
  // A refusal or a filter leaves no text: the model has answered, though not as asked.
  if (!content.is_string()) return WrongForm("no text (finish_reason " + finish.dump() + ")");
  if (finish == "length") return WrongForm("cut off at max_tokens");
  const std::string problem = reader(index, content.get<std::string>());
  return problem.empty() ? Reading{} : WrongForm(problem);
}

std::string OrNone(const json& value) { return value.is_null() ? "none" : value.dump(); }

}  // namespace

ChatEndpoint::ChatEndpoint(ChatSettings settings, const std::string& where)
    : settings_(Checked(std::move(settings), where)), endpoint_(settings_.endpoint, "/chat/completions", where) {}

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
