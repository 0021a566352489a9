// A teacher that counts: its list for a conversation is what the training users took after, or beside, the items of
// that conversation (datasets/neighbours). It needs no service and no hidden knowledge, and works for any data set.
//
//   NeighbourTeacher teacher(dataset.training_sequences, dataset.training_sequence_of, dataset.catalog);
//   teacher.Recommend(dataset.train, 10)[0].items          // ten items of the catalogue, none that was seen
//
// A training conversation is asked about as if its user had not been counted: else its list would hold the ground truth
// far more often than any test list does, and a policy that learned such lists would find little left to gain by
// reward. It gives no judgements, as Reflect needs them.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/neighbours/item_neighbours.h"
#include "datasets/teachers/teacher.h"

namespace suite {

class NeighbourTeacher : public Teacher {
 public:
  // `sequences`: what each user or dialogue of the training split named, as catalogue ids; `sequence_of`: which of them
  // is a conversation's own, by its id. All must outlive the teacher.
  NeighbourTeacher(const std::vector<std::vector<int>>& sequences, const std::map<std::string, size_t>& sequence_of,
                   const Catalog& catalog);

  // "neighbours data=<hash of sequences and catalogue> next=2 next_but_one=1 backwards=1 voters=5"
  std::string Identity() const override { return identity_; }
  std::vector<TeacherList> Recommend(const std::vector<Conversation>& conversations, int64_t list_length) override;

  // Throws InputError naming teacher.kind and what to do.
  std::vector<TeacherJudgement> Judge(const std::vector<JudgeRequest>& requests) override;

 private:
  const std::vector<std::vector<int>>& sequences_;
  const std::map<std::string, size_t>& sequence_of_;
  const Catalog& catalog_;
  ItemNeighbours neighbours_;
  std::string identity_;
};

}  // namespace suite
