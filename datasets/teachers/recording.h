// What a teacher has answered, as lines of JSON that people can write too (UTF-8, one object a line):
//
//   {"conversation": "train/17", "list_length": 2, "list": [["Heat", 1995], ["Alien", 1979]]}
//   {"conversation": "train/17", "candidates": [["Heat", 1995], ["Alien", 1979]], "judgements": [2, -1]}
//
// An item that is written without a year is ["Kim"]. "list_length" is how many were asked for; without it, as many as
// there are. Judgements are integers from -2 to 2, one for each candidate. Titles are read in composed Unicode (NFC),
// as importers bring catalogues. The same line may stand twice; a second answer to the same question is an error. Empty
// lines are passed over.
//
//   ReplayTeacher replay("teacher.jsonl");
//   replay.Recommend(conversations, 20)[0].error      // "not_recorded: ..." where the file has no such answer
//
//   ChatTeacher chat(settings, "teacher");
//   RecordingTeacher teacher(&chat, "teacher.jsonl");
//   teacher.Recommend(conversations, 20);             // as chat's; the lines are on disk when this returns
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "datasets/core/item.h"
#include "datasets/teachers/teacher.h"

namespace suite {

class Recording {
 public:
  // The list recorded for exactly this length; else the next longer one, cut.
  std::optional<std::vector<Item>> FindList(const std::string& conversation, int64_t list_length) const;
  // Null unless judgements of exactly these candidates in this order are there.
  const std::vector<int>* FindJudgements(const std::string& conversation, const std::vector<Item>& candidates) const;

  // The longest list length recorded for a conversation; 0: none.
  int64_t LongestList(const std::string& conversation) const;

  // False when the same was there before. Throws InputError naming `where` when there was another answer.
  bool AddList(const std::string& where, const std::string& conversation, int64_t list_length,
               const std::vector<Item>& items);
  bool AddJudgements(const std::string& where, const std::string& conversation, const std::vector<Item>& candidates,
                     const std::vector<int>& judgements);

 private:
  std::map<std::string, std::map<int64_t, std::vector<Item>>> lists_;
  std::map<std::string, std::map<std::vector<Item>, std::vector<int>>> judgements_;
};

// One line of the file, with its newline.
std::string ListLine(const std::string& conversation, int64_t list_length, const std::vector<Item>& items);
std::string JudgementsLine(const std::string& conversation, const std::vector<Item>& candidates,
                           const std::vector<int>& judgements);

// Throws InputError naming file and line. `path` is for the errors only.
Recording ParseRecording(const std::string& text, const std::string& path);

// A teacher that repeats what a file says: lists and judgements that were made elsewhere, or recorded.
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

// Any teacher, with its answers written down as a file that ReplayTeacher reads: to share a run without its account.
// Answers are added to a file that is there already; what it holds is not written twice. Requests that failed are not
// recorded.
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
