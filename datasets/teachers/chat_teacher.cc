#include "datasets/teachers/chat_teacher.h"

#include <optional>
#include <utility>

#include "base/check.h"
#include "base/hash.h"
#include "datasets/teachers/judgement_answer.h"
#include "datasets/teachers/list_answer.h"

namespace suite {
namespace {

// Changes when the same answer may be read as another list: stages that were made of the old reading are made again, of
// the answers that are kept.
constexpr int kReadingVersion = 2;

constexpr char kRecommendRole[] =
    "You know films and series well and suggest what to watch. You answer with a plain list and nothing else.";
constexpr char kJudgeRole[] =
    "You judge how well films and series fit what a person wants to watch. You answer with numbers and nothing else.";

// The dialogue, each turn under the name of who speaks.
std::string Transcript(const Conversation& conversation) {
  std::string text = "Conversation:\n\n";
  for (const Turn& turn : conversation.turns) text += "[" + turn.role + "] " + turn.text + "\n";
  return text + "\n";
}

std::string RecommendTask(int64_t list_length) {
  const std::string count = std::to_string(list_length);
  return "Suggest exactly " + count +
         " films or series that the user would enjoy next, the best one first. Leave out everything that the "
         "conversation names already, and name nothing twice.\n"
         "Write " +
         count +
         " lines, each of the form\n"
         "Title (Year)\n"
         "with the original English title and the four-digit year of release. No numbers, no remarks.";
}

std::string JudgeTask(const std::vector<Item>& candidates) {
  std::string text = "Candidates:\n\n";
  for (size_t i = 0; i < candidates.size(); ++i)
    text += std::to_string(i + 1) + ". " + FormatItem(candidates[i]) + "\n";
  const std::string count = std::to_string(candidates.size());
  return text +
         "\nGive each candidate one whole number for how well it answers the user's wish:\n"
         "2 fits very well, 1 fits, 0 could go either way, -1 hardly fits, -2 does not fit at all.\n"
         "Write the numbers of all " +
         count + " candidates in their order as one JSON array of " + count + " integers.";
}

}  // namespace

std::vector<PromptMessage> RecommendPrompt(const Conversation& conversation, int64_t list_length) {
  return {{"system", kRecommendRole}, {"user", Transcript(conversation) + RecommendTask(list_length)}};
}

std::vector<PromptMessage> JudgePrompt(const Conversation& conversation, const std::vector<Item>& candidates) {
  return {{"system", kJudgeRole}, {"user", Transcript(conversation) + JudgeTask(candidates)}};
}

std::string PromptsHash() {
  std::string text;
  for (const PromptMessage& message : RecommendPrompt({}, 0)) text += message.role + "\n" + message.content + "\n";
  for (const PromptMessage& message : JudgePrompt({}, {})) text += message.role + "\n" + message.content + "\n";
  return Sha256Hex(text);
}

ChatTeacher::ChatTeacher(ChatSettings settings, const std::string& where) : chat_(std::move(settings), where) {}

std::string ChatTeacher::Identity() const {
  return "chat " + chat_.Identity() + " prompts=" + PromptsHash().substr(0, 16) +
         " reading=" + std::to_string(kReadingVersion);
}

std::vector<TeacherList> ChatTeacher::Recommend(const std::vector<Conversation>& conversations, int64_t list_length) {
  SUITE_CHECK_GT(list_length, 0);
  std::vector<TeacherList> lists(conversations.size());
  const auto prompt = [&](int64_t i) { return RecommendPrompt(conversations[static_cast<size_t>(i)], list_length); };
  const auto reader = [&](int64_t i, const std::string& answer) {
    TeacherList list = ReadRecommendation(answer, list_length);
    std::string problem = std::exchange(list.error, "");
    if (problem.empty()) lists[static_cast<size_t>(i)] = std::move(list);
    return problem;
  };
  const auto failures = chat_.Ask(static_cast<int64_t>(lists.size()), prompt, reader);
  for (size_t i = 0; i < lists.size(); ++i) {
    if (!failures[i]) continue;
    lists[i] = {{}, FailureText(*failures[i])};
    failures_.Add(conversations[i].id, "recommend", lists[i].error);
  }
  return lists;
}

std::vector<TeacherJudgement> ChatTeacher::Judge(const std::vector<JudgeRequest>& requests) {
  std::vector<TeacherJudgement> judged(requests.size());
  std::vector<size_t> asked;  // nothing to judge: nothing to ask
  for (size_t i = 0; i < requests.size(); ++i) {
    SUITE_CHECK(requests[i].conversation != nullptr);
    if (!requests[i].candidates.empty()) asked.push_back(i);
  }
  const auto prompt = [&](int64_t k) {
    const JudgeRequest& request = requests[asked[static_cast<size_t>(k)]];
    return JudgePrompt(*request.conversation, request.candidates);
  };
  const auto reader = [&](int64_t k, const std::string& answer) {
    const size_t i = asked[static_cast<size_t>(k)];
    TeacherJudgement judgement = ReadJudgements(answer, static_cast<int64_t>(requests[i].candidates.size()));
    std::string problem = std::exchange(judgement.error, "");
    if (problem.empty()) judged[i] = std::move(judgement);
    return problem;
  };
  const auto failures = chat_.Ask(static_cast<int64_t>(asked.size()), prompt, reader);
  for (size_t k = 0; k < asked.size(); ++k) {
    if (!failures[k]) continue;
    judged[asked[k]] = {{}, FailureText(*failures[k])};
    failures_.Add(requests[asked[k]].conversation->id, "judge", judged[asked[k]].error);
  }
  return judged;
}

}  // namespace suite
