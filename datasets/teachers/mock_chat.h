// The chat protocol's side of a mock server, settings for asking it, and questions "q0", "q1", ... to ask.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "datasets/teachers/chat_endpoint.h"
#include "datasets/teachers/failure_report.h"
#include "datasets/teachers/mock_server.h"

namespace suite {

// A chat completion with 10 tokens in and 5 out.
inline MockReply ChatReply(const std::string& content) {
  const nlohmann::json body = {
      {"choices",
       {{{"index", 0}, {"finish_reason", "stop"}, {"message", {{"role", "assistant"}, {"content", content}}}}}},
      {"usage", {{"prompt_tokens", 10}, {"completion_tokens", 5}}}};
  return {200, body.dump()};
}

// What the last message of a request says.
inline std::string LastMessage(const MockRequest& request) {
  return nlohmann::json::parse(request.body)["messages"].back()["content"];
}

// For a server without a key; waits are short, and time-outs long enough for a busy machine.
inline ChatSettings MockChatSettings(const std::string& server_url, const std::string& cache_folder) {
  ChatSettings settings;
  settings.endpoint.url = server_url + "/v1";
  settings.endpoint.key_variable = "";
  settings.endpoint.model = "mock";
  settings.endpoint.cache_folder = cache_folder;
  settings.endpoint.timeout_seconds = 60;
  settings.endpoint.backoff_seconds = 0.01;
  settings.endpoint.max_backoff_seconds = 0.05;
  settings.endpoint.retries = 3;
  return settings;
}

// Asks "q0", "q1", ...; an answer that begins with "bad" is in the wrong form.
inline std::vector<std::optional<Failure>> AskQuestions(ChatEndpoint* chat, int64_t count,
                                                        std::vector<std::string>* answers) {
  answers->resize(static_cast<size_t>(count));
  const auto prompt = [](int64_t i) { return std::vector<PromptMessage>{{"user", "q" + std::to_string(i)}}; };
  return chat->Ask(count, prompt, [answers](int64_t i, const std::string& answer) -> std::string {
    if (answer.rfind("bad", 0) == 0) return "it begins with 'bad'";
    answers->at(static_cast<size_t>(i)) = answer;
    return "";
  });
}

}  // namespace suite
