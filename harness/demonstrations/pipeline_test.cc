#include "harness/demonstrations/pipeline.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/testing/error_of.h"

namespace suite {
namespace {

// A teacher and an embedder that answer from tables and count what they are asked.
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

const Item kHeat = {"Heat", 1995}, kAlien = {"Alien", 1979}, kBig = {"Big", 1988}, kJaws = {"Jaws", 1975},
           kOutside = {"Ronin", 1998};

std::vector<std::string> Titles(const std::vector<Item>& items) {
  std::vector<std::string> titles;
  for (const Item& item : items) titles.push_back(item.title);
  return titles;
}

using Names = std::vector<std::string>;

// Four films, two conversations. In "b" the user has seen Big.
class PipelineTest : public ::testing::Test {
 protected:
  PipelineTest() : catalog_({kHeat, kAlien, kBig, kJaws}) {
    folder_ = ::testing::TempDir() + "/pipeline_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    conversations_ = {Make("a", {}, {kJaws}), Make("b", {"Big"}, {kAlien, kJaws})};
    teacher_.lists = {{"a", {kOutside, kHeat}}, {"b", {kAlien, kOutside}}};
    embedder_.vectors = {{"Heat", {1, 0}},        {"Alien", {0, 1}}, {"Big", {0.6f, 0.8f}}, {"Jaws", {-1, 0}},
                         {"Ronin", {0.8f, 0.6f}}, {"a", {0, 1}},     {"b", {0.6f, -0.8f}}};
    settings_.list_length = 3;
    settings_.numbers.judged_items = 2;
  }

  static Conversation Make(const std::string& id, std::vector<std::string> seen, const std::vector<Item>& truth) {
    Conversation conversation;
    conversation.id = id;
    conversation.turns = {{"user", "something like " + id}};
    conversation.seen_titles = std::move(seen);
    for (const Item& item : truth) conversation.ground_truth.push_back({item.title, item.year});
    return conversation;
  }

  DemonstrationSet Run(const std::string& recipe) {
    settings_.recipe = *RecipeOf(recipe, std::nullopt, std::nullopt, std::nullopt);
    teacher_.asked.clear();
    teacher_.judged.clear();
    embedder_.calls = 0;
    const StageFiles files(folder_, {{"commit", "abc"}});
    return MakeDemonstrations({&conversations_, &catalog_, &teacher_, &embedder_}, settings_, files,
                              [](int64_t, int64_t, const std::string&) {});
  }

  std::string folder_;
  Catalog catalog_;
  std::vector<Conversation> conversations_;
  FakeTeacher teacher_;
  FakeEmbedder embedder_;
  DemonstrationSettings settings_;
};

// Conversation a: p = (1, .7071); query = Ronin + .7071 Heat + context = (.8 + .7071, .6 + 1) = (1.5071, 1.6).
// Heat 1.5071 + .7071 (its exact match), Alien 1.6, Big .9043 + 1.28 = 2.1843, Jaws -1.5071.
// Conversation b, without Big: query = Alien + .7071 Ronin + context = (.5657 + .6, 1 + .4243 - .8) = (1.1657, .6243).
// Heat 1.1657, Alien .6243 + 1, Jaws -1.1657.
TEST_F(PipelineTest, RemapHandChecked) {
  const DemonstrationSet set = Run("remap");
  EXPECT_EQ(Titles(set.lists[0]), (Names{"Heat", "Big", "Alien"}));
  EXPECT_EQ(Titles(set.lists[1]), (Names{"Alien", "Heat", "Jaws"}));
  EXPECT_NEAR(set.stages[0].scores[0][0], 2.2142, 1e-4);
  EXPECT_NEAR(set.stages[0].scores[0][1], 2.1843, 1e-4);
  EXPECT_NEAR(set.stages[0].scores[1][0], 1.6243, 1e-4);
  EXPECT_TRUE(teacher_.judged.empty());
}

// The two best of a are Heat 2.2142 and Big 2.1843; judged -1 and 1, they become 1.7142 and 2.6843. Of b, Alien and
// Heat, judged 0 and 2: 1.6243 and 2.1657.
TEST_F(PipelineTest, ReflectHandChecked) {
  teacher_.judgements = {{"a", {{"Heat", -1}, {"Big", 1}, {"Alien", 2}}}, {"b", {{"Heat", 2}}}};
  const DemonstrationSet set = Run("without_adjust");
  EXPECT_EQ(Titles(teacher_.candidates[0]), (Names{"Heat", "Big"}));
  EXPECT_EQ(Titles(teacher_.candidates[1]), (Names{"Alien", "Heat"}));
  ASSERT_EQ(set.stages.size(), 2u);
  EXPECT_EQ(set.stages[0].name, "remap");
  EXPECT_EQ(set.stages[0].items[0], (std::vector<int64_t>{0, 2, 1}));
  EXPECT_EQ(Titles(set.lists[0]), (Names{"Big", "Heat", "Alien"}));
  EXPECT_NEAR(set.stages[1].scores[0][0], 2.6843, 1e-4);
  EXPECT_EQ(Titles(set.lists[1]), (Names{"Heat", "Alien", "Jaws"}));
}

// Both users went on to like Jaws, which no text suggests: a weak pull to the identity lets Adjust put it first.
TEST_F(PipelineTest, AdjustFollowsWhatUsersLiked) {
  settings_.numbers.adjust_l2 = 1e-6;
  const DemonstrationSet set = Run("full");
  EXPECT_EQ(set.stages.back().name, "adjust");
  EXPECT_EQ(Titles(set.lists[0]).front(), "Jaws");
  settings_.numbers.adjust_l2 = 1e6;
  EXPECT_EQ(Titles(Run("full").lists[0]), (Names{"Heat", "Big", "Alien"})) << "nothing was judged, nothing adjusted";
}

TEST_F(PipelineTest, WithoutRemapOnlyTheTeachersOwnItemsScore) {
  EXPECT_EQ(Titles(Run("teacher_exact").lists[0]), (Names{"Heat"}));
  EXPECT_EQ(embedder_.calls, 0);
  EXPECT_EQ(Titles(Run("teacher_raw").lists[0]), (Names{"Ronin", "Heat"}));
  const DemonstrationSet adjusted = Run("without_remap_and_reflect");
  EXPECT_EQ(adjusted.stages[0].name, "exact");
  EXPECT_EQ(adjusted.stages[0].items[0], (std::vector<int64_t>{0}));
  EXPECT_EQ(adjusted.lists[0].size(), 3u) << "the biases rank the rest";
  Run("without_remap");
  EXPECT_EQ(Titles(teacher_.candidates[0]), (Names{"Heat"})) << "Reflect judges the teacher's own items";
}

TEST_F(PipelineTest, NeverShowsWhatWasSeen) {
  for (const char* recipe : {"full", "without_reflect", "without_remap", "without_remap_and_reflect", "without_adjust",
                             "remap", "teacher_exact"}) {
    for (const std::string& title : Titles(Run(recipe).lists[1])) EXPECT_NE(title, "Big") << recipe;
  }
}

TEST_F(PipelineTest, AChangeRedoesOnlyWhatDependsOnIt) {
  const DemonstrationSet first = Run("full");
  EXPECT_EQ(first.lists_asked, 2);
  EXPECT_EQ(first.judgements_asked, 2);
  EXPECT_EQ(embedder_.calls, 3) << "catalogue, titles, conversations";

  const DemonstrationSet again = Run("full");
  EXPECT_EQ(again.lists_asked + again.judgements_asked + embedder_.calls, 0);
  EXPECT_EQ(again.lists, first.lists);
  EXPECT_EQ(again.stages.back().scores, first.stages.back().scores);
  EXPECT_EQ(again.key.Hash(), first.key.Hash());

  settings_.numbers.gamma = 0.25;
  const DemonstrationSet gamma = Run("full");
  EXPECT_EQ(gamma.lists_asked + gamma.judgements_asked + embedder_.calls, 0);
  EXPECT_NE(gamma.key.Hash(), first.key.Hash());

  settings_.numbers.adjust_l2 = 0.02;
  EXPECT_EQ(Run("full").judgements_asked, 0);

  settings_.numbers.judged_items = 3;
  const DemonstrationSet more = Run("full");
  EXPECT_EQ(more.lists_asked, 0);
  EXPECT_EQ(more.judgements_asked, 2) << "other candidates are another question";

  settings_.numbers.context_weight = 0.5;
  Run("remap");
  EXPECT_EQ(embedder_.calls, 0);
}

TEST_F(PipelineTest, WhatFailedIsLeftOutAndAskedAgain) {
  teacher_.list_errors["a"] = "timeout: no answer within 120 s";
  teacher_.judge_errors["b"] = "";
  const DemonstrationSet failed = Run("full");
  EXPECT_TRUE(failed.lists[0].empty());
  EXPECT_EQ(failed.errors[0], "timeout: no answer within 120 s");
  EXPECT_EQ(failed.lists[1].size(), 3u);
  EXPECT_EQ(teacher_.judged, (Names{"b"}));

  teacher_.list_errors.clear();
  teacher_.judge_errors["a"] = "server_error: status 500";
  const DemonstrationSet half = Run("full");
  EXPECT_EQ(teacher_.asked, (Names{"a"}));
  EXPECT_EQ(half.errors[0], "server_error: status 500");
  EXPECT_TRUE(half.lists[0].empty());

  teacher_.judge_errors.clear();
  const DemonstrationSet whole = Run("full");
  EXPECT_TRUE(teacher_.asked.empty());
  EXPECT_EQ(teacher_.judged, (Names{"a"}));
  EXPECT_EQ(whole.lists[0].size(), 3u);
  EXPECT_EQ(whole.errors, (Names{"", ""}));
}

TEST_F(PipelineTest, TotalFailureIsAnError) {
  teacher_.list_errors = {{"a", "refused: status 401"}, {"b", "refused: status 401"}};
  const std::string error = ErrorOf([&] { Run("remap"); });
  EXPECT_NE(error.find("refused: status 401"), std::string::npos) << error;
}

TEST_F(PipelineTest, FilesSayWhereTheyComeFrom) {
  const DemonstrationSet set = Run("full");
  const StageFiles files(folder_, {});
  const Artifact artifact = ReadArtifact(files.Path(set.key));
  std::map<std::string, std::string> texts(artifact.texts.begin(), artifact.texts.end());
  EXPECT_EQ(texts["stage"], "demonstrations");
  EXPECT_EQ(texts["provenance/commit"], "abc");
  EXPECT_EQ(texts["depends_on/gamma"], "0.5");
  EXPECT_EQ(IntegerRows("adjust_item", artifact, "x"), set.stages.back().items);
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    EXPECT_NE(entry.path().extension(), ".tmp");
  }
}

TEST_F(PipelineTest, ADamagedFileIsNamed) {
  const DemonstrationSet set = Run("full");
  const std::string path = StageFiles(folder_, {}).Path(set.key);
  std::ofstream(path, std::ios::trunc) << "torn";
  EXPECT_THROW(Run("full"), InputError);
}

}  // namespace
}  // namespace suite
