// Any OpenAI-compatible chat completions endpoint: a service, or a server of one's own (vLLM, llama.cpp, Ollama).
//
//   ChatSettings settings;
//   settings.endpoint.model = "gpt-4o";
//   settings.endpoint.cache_folder = "results/teacher_answers";
//   ChatEndpoint chat(settings, "teacher");                         // the key comes from OPENAI_API_KEY
//   std::vector<std::string> films(2);
//   auto failures = chat.Ask(2, [&](int64_t i) { return Prompt(i); },
//                            [&](int64_t i, const std::string& answer) { films[i] = answer; return std::string(); });
//   failures[1]                                                     // nullopt, or what went wrong
//
// An answer's text is `content`, also where it comes in parts. Without one the answer is in the wrong form, and the
// reason says whether the model refused or thought aloud to its end (`reasoning_content`). No answer is read beyond 4
// MiB and 64 bytes for each of max_tokens.
//
// Caching, retries, rates and counts: endpoint.h.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/teachers/endpoint.h"
#include "datasets/teachers/endpoint_settings.h"
#include "datasets/teachers/failure_report.h"

namespace suite {

struct ChatSettings {
  EndpointSettings endpoint;
  std::optional<double> temperature = 0.0;  // nullopt: not sent, for models that refuse it
  int64_t max_tokens = 2048;
  std::string max_tokens_field = "max_tokens";  // or "max_completion_tokens", as newer models of OpenAI want it
  // Sent as seed + attempt, so that an answer in the wrong form is not simply given again. nullopt: not sent.
  std::optional<int64_t> seed = 0;
  int64_t attempts = 3;  // for answers in the wrong form
};

struct PromptMessage {
  std::string role;  // "system", "user", "assistant"
  std::string content;
};

class ChatEndpoint {
 public:
  using Prompt = std::function<std::vector<PromptMessage>(int64_t index)>;
  // Takes an answer's text; returns "" or what is wrong with its form. Called again after a wrong form.
  using Reader = std::function<std::string(int64_t index, const std::string& answer)>;

  // Throws InputError for bad settings, naming `where`.key.
  ChatEndpoint(ChatSettings settings, const std::string& where);

  // One entry for each question. Throws InputError as Endpoint::Ask does.
  std::vector<std::optional<Failure>> Ask(int64_t count, const Prompt& prompt, const Reader& reader);

  void set_progress(std::function<void(const EndpointProgress&)> progress) { endpoint_.set_progress(progress); }
  const EndpointUsage& usage() const { return endpoint_.usage(); }

  // What answers depend on, beside the prompt: "path=/v1/chat/completions model=gpt-4o temperature=0 ...".
  std::string Identity() const;

 private:
  ChatSettings settings_;
  Endpoint endpoint_;
};

}  // namespace suite
