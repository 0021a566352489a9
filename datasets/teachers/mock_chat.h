// The chat protocol's side of a mock server, and settings for asking it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "datasets/teachers/chat_endpoint.h"
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

}  // namespace suite
