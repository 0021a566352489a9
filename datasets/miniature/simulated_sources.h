// The miniature's own teacher and embedder behind the seams that real ones have (datasets/teachers): what a large
// language model and an encoder of texts are to the paper.
//
//   TeacherQuality quality;
//   quality.knowledge = 0.5;                       // knows half of the films
//   SimulatedTeacher teacher(dataset.miniature, quality);
//   teacher.Recommend(dataset.train, 10);
//   MiniatureEmbedder embedder(dataset.miniature);
//   EmbeddingRows items = embedder.Items(dataset.catalog.items());        // [200, 16]
//
// Both look up films as they are written and conversations by id, so they know those of their own world only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "datasets/miniature/miniature.h"
#include "datasets/miniature/teacher.h"
#include "datasets/teachers/embedder.h"
#include "datasets/teachers/teacher.h"

namespace suite {

// Where things are in a miniature.
struct MiniatureIndex {
  explicit MiniatureIndex(std::shared_ptr<const MiniatureData> miniature);
  // Null when it is not of this world.
  const SimulatedConversation* Find(const Conversation& conversation) const;

  std::shared_ptr<const MiniatureData> data;
  std::map<std::string, const SimulatedConversation*> conversations;  // by id
  std::map<Item, int> ids;  // universe ids by written form; the first of those that are written alike
};

class SimulatedTeacher : public Teacher {
 public:
  // Throws InputError for what makes no teacher.
  SimulatedTeacher(std::shared_ptr<const MiniatureData> data, const TeacherQuality& quality);

  // "simulated world=<hash of what it can see> context=8 noise=0.5 ..."
  std::string Identity() const override;
  // A conversation of another world is an answer with an `error`.
  std::vector<TeacherList> Recommend(const std::vector<Conversation>& conversations, int64_t list_length) override;
  // Films that it does not know, or that no film of the world is: 0.
  std::vector<TeacherJudgement> Judge(const std::vector<JudgeRequest>& requests) override;

 private:
  MiniatureIndex index_;
  TeacherQuality quality_;
  std::vector<int> unknown_;  // universe ids, rising
};

// Gives the text view of films and conversations, as an encoder of texts would see them.
class MiniatureEmbedder : public Embedder {
 public:
  explicit MiniatureEmbedder(std::shared_ptr<const MiniatureData> data) : index_(std::move(data)) {}

  std::string Identity() const override;
  // Throws InputError for what is not of this world.
  EmbeddingRows Items(const std::vector<Item>& items) override;
  EmbeddingRows Conversations(const std::vector<Conversation>& conversations) override;

 private:
  MiniatureIndex index_;
};

}  // namespace suite
