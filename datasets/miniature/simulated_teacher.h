// The miniature's teacher as a Teacher: what a large language model is to the paper, with graded quality.
//
//   TeacherQuality quality;
//   quality.knowledge = 0.5;                       // knows half of the films
//   SimulatedTeacher teacher(dataset.miniature, quality);
//   teacher.Recommend(dataset.train, 10);
//
// It finds the hidden side of a conversation by its id, so it can only be asked about conversations of its own world;
// any other is an answer with an `error`. It judges films that it does not know, or that no film of the world is, 0.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "datasets/miniature/miniature.h"
#include "datasets/miniature/teacher.h"
#include "datasets/teachers/teacher.h"

namespace suite {

class SimulatedTeacher : public Teacher {
 public:
  // Throws InputError for what makes no teacher.
  SimulatedTeacher(std::shared_ptr<const MiniatureData> data, const TeacherQuality& quality);

  // "simulated world=<hash of what it can see> context=8 noise=0.5 ..."
  std::string Identity() const override;
  std::vector<TeacherList> Recommend(const std::vector<Conversation>& conversations, int64_t list_length) override;
  std::vector<TeacherJudgement> Judge(const std::vector<JudgeRequest>& requests) override;

 private:
  const SimulatedConversation* Find(const Conversation& conversation) const;

  std::shared_ptr<const MiniatureData> data_;
  TeacherQuality quality_;
  std::vector<int> unknown_;                                           // universe ids, rising
  std::map<std::string, const SimulatedConversation*> conversations_;  // by id
  std::map<Item, int> ids_;                                            // universe ids
};

}  // namespace suite
