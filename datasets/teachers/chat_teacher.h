// A large language model behind a chat endpoint as the teacher.
//
//   ChatTeacher teacher(settings, "teacher");                      // ChatSettings, see chat_endpoint.h
//   auto lists = teacher.Recommend(conversations, 20);
//   auto judged = teacher.Judge(requests);
//   WriteFailureReport(teacher.failures(), "results/run/failures.json");
//   EndpointUsageText(teacher.usage());                            // asked, from cache, tokens, cost
//
// An answer in the wrong form (chat_prompts.h) is asked for again up to settings.attempts times in all, with another
// seed, and then is that request's error. All answers are kept, so the same call once more asks nothing and returns the
// same, failures of form included; requests that failed on the way are asked again.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "datasets/teachers/chat_endpoint.h"
#include "datasets/teachers/failure_report.h"
#include "datasets/teachers/teacher.h"

namespace suite {

class ChatTeacher : public Teacher {
 public:
  // Throws InputError for bad settings, naming `where`.key.
  ChatTeacher(ChatSettings settings, const std::string& where);

  // "chat path=/v1/chat/completions model=... temperature=... prompts=<hash>". The host is not in it.
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

}  // namespace suite
