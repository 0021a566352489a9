#include "datasets/teachers/chat_teacher.h"

#include <optional>
#include <utility>

#include "base/check.h"
#include "datasets/teachers/chat_prompts.h"

namespace suite {

ChatTeacher::ChatTeacher(ChatSettings settings, const std::string& where) : chat_(std::move(settings), where) {}

std::string ChatTeacher::Identity() const {
  return "chat " + chat_.Identity() + " prompts=" + PromptsHash().substr(0, 16);
}

std::vector<TeacherList> ChatTeacher::Recommend(const std::vector<Conversation>& conversations, int64_t list_length) {
  SUITE_CHECK_GT(list_length, 0);
  std::vector<TeacherList> lists(conversations.size());
  const auto prompt = [&](int64_t i) { return RecommendPrompt(conversations[static_cast<size_t>(i)], list_length); };
  const auto reader = [&](int64_t i, const std::string& answer) {
    TeacherList list = ReadRecommendation(answer, list_length);
    std::string problem = std::exchange(list.error, "");
    if (problem.empty()) lists[static_cast<size_t>(i)] = std::move(list);
    return problem;
  };
  const auto failures = chat_.Ask(static_cast<int64_t>(lists.size()), prompt, reader);
  for (size_t i = 0; i < lists.size(); ++i) {
    if (!failures[i]) continue;
    lists[i] = {{}, FailureText(*failures[i])};
    failures_.Add(conversations[i].id, "recommend", *failures[i]);
  }
  return lists;
}

std::vector<TeacherJudgement> ChatTeacher::Judge(const std::vector<JudgeRequest>& requests) {
  std::vector<TeacherJudgement> judged(requests.size());
  std::vector<size_t> asked;  // nothing to judge: nothing to ask
  for (size_t i = 0; i < requests.size(); ++i) {
    SUITE_CHECK(requests[i].conversation != nullptr);
    if (!requests[i].candidates.empty()) asked.push_back(i);
  }
  const auto prompt = [&](int64_t k) {
    const JudgeRequest& request = requests[asked[static_cast<size_t>(k)]];
    return JudgePrompt(*request.conversation, request.candidates);
  };
  const auto reader = [&](int64_t k, const std::string& answer) {
    const size_t i = asked[static_cast<size_t>(k)];
    TeacherJudgement judgement = ReadJudgements(answer, static_cast<int64_t>(requests[i].candidates.size()));
    std::string problem = std::exchange(judgement.error, "");
    if (problem.empty()) judged[i] = std::move(judgement);
    return problem;
  };
  const auto failures = chat_.Ask(static_cast<int64_t>(asked.size()), prompt, reader);
  for (size_t k = 0; k < asked.size(); ++k) {
    if (!failures[k]) continue;
    judged[asked[k]] = {{}, FailureText(*failures[k])};
    failures_.Add(requests[asked[k]].conversation->id, "judge", *failures[k]);
  }
  return judged;
}

}  // namespace suite
