// A teacher that repeats what a file says: lists and judgements that were made elsewhere, or recorded
// (recording_teacher.h). The file's form: recording.h.
//
//   ReplayTeacher teacher("teacher.jsonl");
//   teacher.Recommend(conversations, 20)[0].error      // "not_recorded: ..." where the file has no such answer
#pragma once

#include <string>
#include <vector>

#include "datasets/teachers/recording.h"
#include "datasets/teachers/teacher.h"

namespace suite {

class ReplayTeacher : public Teacher {
 public:
  // Throws InputError naming file and line when the file cannot be read.
  explicit ReplayTeacher(const std::string& path);

  // "replay sha256=<of the file>"
  std::string Identity() const override { return identity_; }

  // The list recorded for this length, or the next longer one, cut.
  std::vector<TeacherList> Recommend(const std::vector<Conversation>& conversations, int64_t list_length) override;
  // Judgements of exactly the same candidates in the same order: a teacher that sees others may judge otherwise.
  std::vector<TeacherJudgement> Judge(const std::vector<JudgeRequest>& requests) override;

 private:
  std::string path_;
  std::string identity_;
  Recording recording_;
};

}  // namespace suite
