#include "datasets/teachers/chat_teacher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>

#include "datasets/teachers/mock_chat.h"
#include "datasets/teachers/mock_server.h"
#include "datasets/teachers/recording.h"

namespace suite {
namespace {

using ::testing::HasSubstr;

// "film <n>" in the conversation decides; seeds beyond 0 are repairs.
struct Asked {
  int film = 0;
  int seed = 0;
  bool judge = false;
};

Asked Parse(const MockRequest& request) {
  const std::string text = LastMessage(request);
  Asked asked;
  asked.film = std::stoi(text.substr(text.find("film ") + 5));
  asked.seed = nlohmann::json::parse(request.body)["seed"];
  asked.judge = text.find("Candidates:") != std::string::npos;
  return asked;
}

// Conversation 3 gets a wrong form once, conversation 5 always; 7 is refused.
MockReply Answer(const MockRequest& request) {
  const Asked asked = Parse(request);
  if (asked.film == 7) return {400, R"({"error": {"message": "not this one"}})"};
  const bool wrong = asked.film == 5 || (asked.film == 3 && asked.seed == 0);
  const std::string name = std::to_string(asked.film);
  if (asked.judge) return ChatReply(wrong ? "[1]" : "[2, " + std::to_string(asked.film % 3 - 1) + "]");
  return ChatReply(wrong ? "Film " + name + " (2000)" : "Film " + name + " (2000)\nOther " + name + " (1999)");
}

std::vector<Conversation> Conversations(int count) {
  std::vector<Conversation> conversations(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    conversations[static_cast<size_t>(i)].id = "train/" + std::to_string(i);
    conversations[static_cast<size_t>(i)].turns = {{"user", "I saw film " + std::to_string(i) + "."}};
  }
  return conversations;
}

std::vector<JudgeRequest> Requests(const std::vector<Conversation>& conversations) {
  std::vector<JudgeRequest> requests;
  for (const Conversation& conversation : conversations)
    requests.push_back({&conversation, {{"A", 1990}, {"B", 1991}}});
  return requests;
}

class ChatTeacherTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "/teacher_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  ChatSettings Settings() const { return MockChatSettings(server_.url(), folder_ + "/cache"); }

  std::string folder_;
  MockServer server_{Answer};
};

TEST_F(ChatTeacherTest, ListsComeInOrderAndFailuresAreNamed) {
  ChatTeacher teacher(Settings(), "teacher");
  const auto lists = teacher.Recommend(Conversations(10), 2);
  ASSERT_EQ(lists.size(), 10u);
  for (const int i : {0, 1, 2, 3, 4, 6, 8, 9}) {
    const std::string name = std::to_string(i);
    EXPECT_EQ(lists[static_cast<size_t>(i)].items,
              (std::vector<Item>{{"Film " + name, 2000}, {"Other " + name, 1999}}));
    EXPECT_EQ(lists[static_cast<size_t>(i)].error, "");
  }
  EXPECT_EQ(lists[5].error, "wrong_form: 1 of 2 lines of \"Title (Year)\" (attempts: 3)");
  EXPECT_EQ(lists[7].error, "refused: status 400: not this one");
  EXPECT_TRUE(lists[5].items.empty());
  EXPECT_EQ(server_.requests(), 10 + 1 + 2);  // one repair for 3, two for 5
}

TEST_F(ChatTeacherTest, JudgementsComeInOrderAndFailuresAreNamed) {
  ChatTeacher teacher(Settings(), "teacher");
  const auto conversations = Conversations(8);
  auto requests = Requests(conversations);
  requests[1].candidates.clear();  // nothing to ask
  const auto judged = teacher.Judge(requests);
  ASSERT_EQ(judged.size(), 8u);
  for (const int i : {0, 2, 3, 4, 6}) {
    EXPECT_EQ(judged[static_cast<size_t>(i)].judgements, (std::vector<int>{2, i % 3 - 1})) << i;
  }
  EXPECT_TRUE(judged[1].judgements.empty());
  EXPECT_EQ(judged[1].error, "");
  EXPECT_EQ(judged[5].error, "wrong_form: 1 judgements for 2 candidates (attempts: 3)");
  EXPECT_EQ(server_.requests(), 7 + 1 + 2);
}

TEST_F(ChatTeacherTest, TheReportHoldsAllThatFailedInOrder) {
  ChatTeacher teacher(Settings(), "teacher");
  const auto conversations = Conversations(8);
  teacher.Recommend(conversations, 2);
  teacher.Judge(Requests(conversations));
  std::string text;
  for (const FailedRequest& failed : teacher.failures().failed()) {
    text += failed.conversation + "\t" + failed.request + "\t" + FailureText(failed.failure) + "\n";
  }
  EXPECT_EQ(text,
            "train/5\trecommend\twrong_form: 1 of 2 lines of \"Title (Year)\" (attempts: 3)\n"
            "train/7\trecommend\trefused: status 400: not this one\n"
            "train/5\tjudge\twrong_form: 1 judgements for 2 candidates (attempts: 3)\n"
            "train/7\tjudge\trefused: status 400: not this one\n");
  const auto report = nlohmann::json::parse(teacher.failures().Json());
  EXPECT_EQ(report["failed"], 4);
  EXPECT_EQ(report["by_kind"], nlohmann::json::parse(R"({"refused": 2, "wrong_form": 2})"));
}

TEST_F(ChatTeacherTest, OnceMoreAsksOnlyWhatWasRefused) {
  const auto conversations = Conversations(10);
  ChatTeacher first(Settings(), "teacher");
  const auto lists = first.Recommend(conversations, 2);
  const int64_t asked = server_.requests();
  ChatTeacher second(Settings(), "teacher");
  const auto again = second.Recommend(conversations, 2);
  EXPECT_EQ(server_.requests(), asked + 1);
  for (size_t i = 0; i < lists.size(); ++i) {
    EXPECT_EQ(again[i].items, lists[i].items);
    EXPECT_EQ(again[i].error, lists[i].error);
  }
  EXPECT_EQ(second.Identity(), first.Identity());
}

TEST_F(ChatTeacherTest, IdentityNamesWhatAnswersDependOn) {
  ChatTeacher teacher(Settings(), "teacher");
  EXPECT_THAT(teacher.Identity(), HasSubstr("chat path=/v1/chat/completions model=mock temperature=0.0 "
                                            "max_tokens=2048 seed=0 attempts=3 prompts="));
  ChatSettings other = Settings();
  other.temperature = 1;
  EXPECT_NE(ChatTeacher(other, "teacher").Identity(), teacher.Identity());
}

TEST_F(ChatTeacherTest, ARecordingOfItReplaysTheSame) {
  const std::string path = folder_ + "/teacher.jsonl";
  const auto conversations = Conversations(10);
  ChatTeacher chat(Settings(), "teacher");
  RecordingTeacher recorder(&chat, path);
  const auto lists = recorder.Recommend(conversations, 2);
  const auto judged = recorder.Judge(Requests(conversations));
  ReplayTeacher replay(path);
  const auto lists_again = replay.Recommend(conversations, 2);
  const auto judged_again = replay.Judge(Requests(conversations));
  for (size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(lists_again[i].items, lists[i].items);
    EXPECT_EQ(lists_again[i].error.empty(), lists[i].error.empty());
    EXPECT_EQ(judged_again[i].judgements, judged[i].judgements);
    EXPECT_EQ(judged_again[i].error.empty(), judged[i].error.empty());
  }
  EXPECT_THAT(lists_again[5].error, HasSubstr("not_recorded: "));
}

}  // namespace
}  // namespace suite
