// A teacher and an embedder for tests: they answer from tables and count what they are asked.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "datasets/teachers/embedder.h"
#include "datasets/teachers/teacher.h"

namespace suite {

class FakeTeacher : public Teacher {
 public:
  std::map<std::string, std::vector<Item>> lists;                // by conversation
  std::map<std::string, std::map<std::string, int>> judgements;  // by conversation and title; else 0
  std::map<std::string, std::string> list_errors, judge_errors;  // by conversation
  std::vector<std::string> asked, judged;                        // conversations, in order
  std::vector<std::vector<Item>> candidates;

  std::string Identity() const override { return "fake"; }

  std::vector<TeacherList> Recommend(const std::vector<Conversation>& conversations, int64_t list_length) override {
    std::vector<TeacherList> answers;
    for (const Conversation& one : conversations) {
      asked.push_back(one.id);
      answers.push_back({lists[one.id], list_errors[one.id]});
      if (!answers.back().error.empty()) answers.back().items.clear();
      if (answers.back().items.size() > static_cast<size_t>(list_length)) {
        answers.back().items.resize(static_cast<size_t>(list_length));
      }
    }
    return answers;
  }

  std::vector<TeacherJudgement> Judge(const std::vector<JudgeRequest>& requests) override {
    std::vector<TeacherJudgement> answers;
    for (const JudgeRequest& request : requests) {
      const std::string& id = request.conversation->id;
      judged.push_back(id);
      candidates.push_back(request.candidates);
      answers.push_back({{}, judge_errors[id]});
      if (!answers.back().error.empty()) continue;
      for (const Item& item : request.candidates) answers.back().judgements.push_back(judgements[id][item.title]);
    }
    return answers;
  }
};

class FakeEmbedder : public Embedder {
 public:
  std::map<std::string, std::vector<float>> vectors;  // by title and by conversation
  int64_t calls = 0;

  std::string Identity() const override { return "fake"; }

  EmbeddingRows Items(const std::vector<Item>& items) override {
    std::vector<std::string> names;
    for (const Item& item : items) names.push_back(item.title);
    return Rows(names);
  }

  EmbeddingRows Conversations(const std::vector<Conversation>& conversations) override {
    std::vector<std::string> names;
    for (const Conversation& one : conversations) names.push_back(one.id);
    return Rows(names);
  }

 private:
  EmbeddingRows Rows(const std::vector<std::string>& names) {
    ++calls;
    EmbeddingRows rows;
    rows.dimension = 2;
    for (const std::string& name : names) {
      const auto found = vectors.find(name);
      if (found == vectors.end()) throw InputError("fake embedder", "has no '" + name + "'");
      rows.values.insert(rows.values.end(), found->second.begin(), found->second.end());
    }
    return rows;
  }
};

}  // namespace suite
