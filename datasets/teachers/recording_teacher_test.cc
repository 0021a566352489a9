// Both ends of a recording: the teacher that writes it and the one that reads it.
#include "datasets/teachers/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/files.h"

namespace suite {
namespace {

using ::testing::HasSubstr;

// Answers by a rule; knows nothing of conversations whose id ends in "x".
class RuleTeacher : public Teacher {
 public:
  std::string Identity() const override { return "rule"; }

  std::vector<TeacherList> Recommend(const std::vector<Conversation>& conversations, int64_t list_length) override {
    std::vector<TeacherList> lists;
    for (const Conversation& c : conversations) {
      TeacherList list;
      if (c.id.back() == 'x') list.error = "timeout: late";
      for (int i = 0; list.error.empty() && i < list_length; ++i) list.items.push_back({c.id, first_year + i});
      lists.push_back(list);
    }
    return lists;
  }

  std::vector<TeacherJudgement> Judge(const std::vector<JudgeRequest>& requests) override {
    std::vector<TeacherJudgement> judged;
    for (const JudgeRequest& request : requests) {
      TeacherJudgement judgement;
      for (const Item& item : request.candidates) judgement.judgements.push_back(item.year % 5 - 2);
      judged.push_back(judgement);
    }
    return judged;
  }

  int first_year = 1990;
};

Conversation Named(const std::string& id) {
  Conversation conversation;
  conversation.id = id;
  return conversation;
}

class RecordingTeacherTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + "/" + ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl";
    std::filesystem::remove(path_);
  }

  std::string path_;
  RuleTeacher rule_;
  const std::vector<Conversation> conversations_ = {Named("a"), Named("x"), Named("b")};
};

TEST_F(RecordingTeacherTest, PassesAnswersOnAndWritesThemDown) {
  RecordingTeacher recorder(&rule_, path_);
  const auto lists = recorder.Recommend(conversations_, 2);
  EXPECT_EQ(lists[2].items, (std::vector<Item>{{"b", 1990}, {"b", 1991}}));
  EXPECT_EQ(lists[1].error, "timeout: late");
  recorder.Judge({{&conversations_[0], {{"A", 1990}}}});
  EXPECT_EQ(recorder.Identity(), "rule");
  EXPECT_EQ(ReadFile(path_), R"({"conversation":"a","list":[["a",1990],["a",1991]],"list_length":2})"
                             "\n"
                             R"({"conversation":"b","list":[["b",1990],["b",1991]],"list_length":2})"
                             "\n"
                             R"({"candidates":[["A",1990]],"conversation":"a","judgements":[-2]})"
                             "\n");
}

TEST_F(RecordingTeacherTest, ASecondRunWritesNothingTwice) {
  RecordingTeacher(&rule_, path_).Recommend(conversations_, 2);
  const std::string once = ReadFile(path_);
  RecordingTeacher again(&rule_, path_);
  again.Recommend(conversations_, 2);
  EXPECT_EQ(ReadFile(path_), once);
  again.Recommend(conversations_, 3);
  EXPECT_EQ(std::count(once.begin(), once.end(), '\n'), 2);
  const std::string longer = ReadFile(path_);
  EXPECT_EQ(std::count(longer.begin(), longer.end(), '\n'), 4);
}

TEST_F(RecordingTeacherTest, AnotherAnswerToTheSameQuestionIsAnError) {
  RecordingTeacher(&rule_, path_).Recommend(conversations_, 2);
  RecordingTeacher again(&rule_, path_);
  rule_.first_year = 1950;
  EXPECT_THROW(again.Recommend(conversations_, 2), InputError);
}

TEST_F(RecordingTeacherTest, AFileCutAtAnyByteIsCompletedAgain) {
  RecordingTeacher(&rule_, path_).Recommend(conversations_, 2);
  const std::string whole = ReadFile(path_);
  for (size_t size = 0; size < whole.size(); ++size) {
    std::ofstream(path_, std::ios::binary) << whole.substr(0, size);
    RecordingTeacher(&rule_, path_).Recommend(conversations_, 2);
    EXPECT_EQ(ReadFile(path_), whole) << size;
  }
}

TEST_F(RecordingTeacherTest, BadFilesAreErrors) {
  WriteFileAtomically(path_, "no recording\n");
  EXPECT_THROW(RecordingTeacher(&rule_, path_), InputError);
  EXPECT_THROW(RecordingTeacher(&rule_, ::testing::TempDir() + "/no/such/folder.jsonl"), InputError);
  EXPECT_THROW(ReplayTeacher{path_}, InputError);
  EXPECT_THROW(ReplayTeacher(path_ + ".missing"), InputError);
}

TEST_F(RecordingTeacherTest, ReplayGivesTheRecordedAndErrorsForTheRest) {
  RecordingTeacher recorder(&rule_, path_);
  recorder.Recommend(conversations_, 2);
  recorder.Judge({{&conversations_[0], {{"A", 1990}, {"B", 1991}}}});
  ReplayTeacher replay(path_);
  const auto lists = replay.Recommend(conversations_, 2);
  ASSERT_EQ(lists.size(), 3u);
  EXPECT_EQ(lists[0].items, (std::vector<Item>{{"a", 1990}, {"a", 1991}}));
  EXPECT_EQ(lists[0].error, "");
  EXPECT_EQ(lists[1].error, "not_recorded: " + path_ + " has no list of length 2 for x");
  EXPECT_EQ(replay.Recommend(conversations_, 3)[0].error,
            "not_recorded: " + path_ + " has no list of length 3 for a, only up to 2");
  const auto judged = replay.Judge({{&conversations_[0], {{"A", 1990}, {"B", 1991}}},
                                    {&conversations_[0], {{"B", 1991}, {"A", 1990}}},
                                    {&conversations_[2], {}}});
  EXPECT_EQ(judged[0].judgements, (std::vector<int>{-2, -1}));
  EXPECT_EQ(judged[1].error, "not_recorded: " + path_ + " has no judgements of these 2 candidates for a");
  EXPECT_EQ(judged[2].error, "");
}

TEST_F(RecordingTeacherTest, ReplaysIdentityChangesWithTheFile) {
  WriteFileAtomically(path_, "");
  EXPECT_EQ(ReplayTeacher(path_).Identity(),
            "replay sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  RecordingTeacher(&rule_, path_).Recommend(conversations_, 1);
  EXPECT_THAT(ReplayTeacher(path_).Identity(), ::testing::Not(HasSubstr("e3b0c442")));
}

}  // namespace
}  // namespace suite
