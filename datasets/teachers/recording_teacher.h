// Any teacher, with its answers written down as a file that ReplayTeacher reads: to share a run without its account.
//
//   ChatTeacher chat(settings, "teacher");
//   RecordingTeacher teacher(&chat, "teacher.jsonl");
//   teacher.Recommend(conversations, 20);             // as chat's; the lines are on disk when this returns
//
// Answers are added to a file that is there already; what it holds is not written twice. Requests that failed are not
// recorded.
#pragma once

#include <string>
#include <vector>

#include "datasets/teachers/recording.h"
#include "datasets/teachers/teacher.h"

namespace suite {

class RecordingTeacher : public Teacher {
 public:
  // `teacher` is not owned and must live longer. A last line that was cut by a kill goes.
  // Throws InputError when the file cannot be read as a recording, or not be written.
  RecordingTeacher(Teacher* teacher, const std::string& path);

  // The wrapped teacher's: writing down changes nothing.
  std::string Identity() const override { return teacher_->Identity(); }

  // Both throw InputError when the file cannot be written, or holds another answer to the same question.
  std::vector<TeacherList> Recommend(const std::vector<Conversation>& conversations, int64_t list_length) override;
  std::vector<TeacherJudgement> Judge(const std::vector<JudgeRequest>& requests) override;

 private:
  void Append(const std::string& lines) const;

  Teacher* teacher_;
  std::string path_;
  Recording recording_;
};

}  // namespace suite
