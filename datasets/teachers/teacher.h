// Who writes the first lists and judges candidates: a large language model, a simulated one, or a recording.
//
//   std::vector<TeacherList> lists = teacher.Recommend(conversations, 20);
//   std::vector<TeacherJudgement> judged = teacher.Judge({{&conversations[0], {{"Heat", 1995}, {"Alien", 1979}}}});
//   judged[0].judgements                                       // {2, -1}: one of -2 .. 2 for each candidate
//
// A request that fails does not throw: its `error` says why, its list is empty, and the others go on; the pipeline
// reports and leaves out such conversations. Both calls may be repeated: an implementation that pays for answers keeps
// them, so that no question is asked twice.
//
// Source: arXiv 2510.20150, section 3: the teacher's list opens Remap, its judgements are Reflect.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/core/conversation.h"
#include "datasets/core/item.h"

namespace suite {

// A part of a model's answer that was not read as what it was asked for.
struct PassedOver {
  std::string kind;    // "reasoning", "film", "text", "surplus" (list_answer.h)
  std::string begins;  // its first words
};

struct TeacherList {
  std::vector<Item> items;  // best first, as written: any title, in the catalogue or not
  std::string error;        // empty, or why there is no list
  std::vector<PassedOver> passed_over = {};
};

struct JudgeRequest {
  const Conversation* conversation = nullptr;
  std::vector<Item> candidates;
};

struct TeacherJudgement {
  std::vector<int> judgements;  // -2 .. 2, one for each candidate
  std::string error;            // empty, or why there are none
  std::vector<PassedOver> passed_over = {};
};

class Teacher {
 public:
  virtual ~Teacher() = default;

  // What its answers depend on, in one line, without keys: part of the hash of whatever is made from them.
  // "simulated noise=0.5 popularity=0.8 ...", "chat model=... temperature=0", "replay sha256=..."
  virtual std::string Identity() const = 0;

  // One list for each conversation, in order.
  virtual std::vector<TeacherList> Recommend(const std::vector<Conversation>& conversations, int64_t list_length) = 0;

  // One judgement for each request, in order.
  virtual std::vector<TeacherJudgement> Judge(const std::vector<JudgeRequest>& requests) = 0;
};

// How good a simulated teacher is, part by part: the miniature's (datasets/miniature/teacher.h) and the one for real
// conversations (oracle_teacher.h), which say what each number does.
struct TeacherQuality {
  double context = 8;
  double noise = 0.5;
  double popularity = 0.8;
  std::optional<double> out_of_catalog;  // of the items in its lists; nothing: as the teacher's own rule has it
  double knowledge = 1;                  // the share of all films that it knows, the best known first
  double judge_slope = 1.1;
  double judge_noise = 0.6;
};

// Throws InputError naming the key ("teacher.knowledge") for what makes no teacher.
void CheckTeacherQuality(const TeacherQuality& quality);

// "context=8 noise=0.5 ...", for an Identity.
std::string QualityText(const TeacherQuality& quality);

}  // namespace suite
