// A teacher that counts: its list for a conversation is what the training users took after, or beside, the items of
// that conversation (datasets/neighbours). It needs no service and no hidden knowledge, and works for any data set.
//
//   NeighbourTeacher teacher(dataset.training_sequences, dataset.catalog);
//   teacher.Recommend(dataset.train, 10)[0].items          // ten items of the catalogue, none that was seen
//
// It gives no judgements, as Reflect needs them. For a training conversation the counts hold that conversation too: its
// ground truth stands higher in the list than it would for a user who is not among those counted.
#pragma once

#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/neighbours/item_neighbours.h"
#include "datasets/teachers/teacher.h"

namespace suite {

class NeighbourTeacher : public Teacher {
 public:
  // `sequences`: what each user or dialogue of the training split named, as catalogue ids. `catalog` must outlive it.
  NeighbourTeacher(const std::vector<std::vector<int>>& sequences, const Catalog& catalog);

  // "neighbours data=<hash of sequences and catalogue> next=2 next_but_one=1 backwards=1 voters=5"
  std::string Identity() const override { return identity_; }
  std::vector<TeacherList> Recommend(const std::vector<Conversation>& conversations, int64_t list_length) override;

  // Throws InputError naming teacher.kind and what to do.
  std::vector<TeacherJudgement> Judge(const std::vector<JudgeRequest>& requests) override;

 private:
  const Catalog& catalog_;
  ItemNeighbours neighbours_;
  std::string identity_;
};

}  // namespace suite
