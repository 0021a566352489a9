#include "datasets/teachers/replay_teacher.h"

#include "base/check.h"
#include "base/files.h"
#include "base/hash.h"
#include "datasets/teachers/failure_report.h"

namespace suite {
namespace {

std::string NotRecorded(const std::string& reason) { return FailureText({FailureKind::kNotRecorded, reason}); }

}  // namespace

ReplayTeacher::ReplayTeacher(const std::string& path) : path_(path) {
  const std::string bytes = ReadFile(path);
  identity_ = "replay sha256=" + Sha256Hex(bytes);
  recording_ = ParseRecording(bytes, path);
}

std::vector<TeacherList> ReplayTeacher::Recommend(const std::vector<Conversation>& conversations, int64_t list_length) {
  SUITE_CHECK_GT(list_length, 0);
  std::vector<TeacherList> lists;
  for (const Conversation& conversation : conversations) {
    const Recording::Found list = recording_.FindList(conversation.id, list_length);
    TeacherList answer{list.items, ""};
    if (!list.found) {
      const int64_t longest = recording_.LongestList(conversation.id);
      answer.error = NotRecorded(path_ + " has no list of length " + std::to_string(list_length) + " for " +
                                 conversation.id + (longest ? ", only up to " + std::to_string(longest) : ""));
    }
    lists.push_back(answer);
  }
  return lists;
}

std::vector<TeacherJudgement> ReplayTeacher::Judge(const std::vector<JudgeRequest>& requests) {
  std::vector<TeacherJudgement> judged;
  for (const JudgeRequest& request : requests) {
    SUITE_CHECK(request.conversation != nullptr);
    TeacherJudgement answer;
    const std::string& id = request.conversation->id;
    const std::vector<int>* judgements = recording_.FindJudgements(id, request.candidates);
    if (judgements != nullptr) {
      answer.judgements = *judgements;
    } else if (!request.candidates.empty()) {
      answer.error = NotRecorded(path_ + " has no judgements of these " + std::to_string(request.candidates.size()) +
                                 " candidates for " + id);
    }
    judged.push_back(answer);
  }
  return judged;
}

}  // namespace suite
