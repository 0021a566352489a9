// A large language model behind a chat endpoint as the teacher: what it is asked, and how its answers are read.
//
//   ChatTeacher teacher(settings, "teacher");                      // ChatSettings, see chat_endpoint.h
//   auto lists = teacher.Recommend(conversations, 20);
//   auto judged = teacher.Judge(requests);
//   WriteFailureReport(teacher.failures(), "results/run/failures.json");
//   EndpointUsageText(teacher.usage());                            // asked, from cache, tokens, cost
//
// list_answer.h and judgement_answer.h say how an answer is read. An answer in the wrong form is asked for again up to
// settings.attempts times in all, with another seed, and then is that request's error. All answers are kept, so the
// same call once more asks nothing and returns the same, failures of form included; requests that failed on the way are
// asked again.
//
// Source: arXiv 2510.20150, section 3, says what is asked (a list; judgements on -2 .. 2); the wording is ours.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "datasets/teachers/chat_endpoint.h"
#include "datasets/teachers/failure_report.h"
#include "datasets/teachers/teacher.h"

namespace suite {

class ChatTeacher : public Teacher {
 public:
  // Throws InputError for bad settings, naming `where`.key.
  ChatTeacher(ChatSettings settings, const std::string& where);

  // "chat path=/v1/chat/completions model=... temperature=... prompts=<hash> reading=2". The host is not in it.
  std::string Identity() const override;

  // Both throw InputError when the settings turn out wrong or answers cannot be kept (Endpoint::Ask).
  std::vector<TeacherList> Recommend(const std::vector<Conversation>& conversations, int64_t list_length) override;
  std::vector<TeacherJudgement> Judge(const std::vector<JudgeRequest>& requests) override;

  void set_progress(std::function<void(const EndpointProgress&)> progress) { chat_.set_progress(progress); }
  const EndpointUsage& usage() const { return chat_.usage(); }
  // Of all calls so far, in the order of the requests.
  const FailureReport& failures() const { return failures_; }

 private:
  ChatEndpoint chat_;
  FailureReport failures_;
};

std::vector<PromptMessage> RecommendPrompt(const Conversation& conversation, int64_t list_length);

// `candidates` numbered from 1.
std::vector<PromptMessage> JudgePrompt(const Conversation& conversation, const std::vector<Item>& candidates);

// SHA-256 of both prompts with everything in them that is not the question's: changes when their wording does.
std::string PromptsHash();

}  // namespace suite
