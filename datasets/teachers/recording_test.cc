#include "datasets/teachers/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/error_of.h"

namespace suite {
namespace {

using ::testing::HasSubstr;

constexpr char kExample[] =
    R"({"conversation": "train/17", "list_length": 2, "list": [["Heat", 1995], ["Alien", 1979]]})"
    "\n\n"
    R"({"conversation": "train/17", "candidates": [["Heat", 1995], ["Alien", 1979]], "judgements": [2, -1]})"
    "\r\n"
    R"({"conversation": "train/18", "list": [["(500) Days of Summer", 2009]]})";

std::string ErrorFor(const std::string& text) {
  return ErrorOf([&] { ParseRecording(text, "file.jsonl"); });
}

TEST(RecordingTest, ReadsTheDocumentedForm) {
  const Recording recording = ParseRecording(kExample, "file.jsonl");
  EXPECT_EQ(recording.FindList("train/17", 2), (std::vector<Item>{{"Heat", 1995}, {"Alien", 1979}}));
  EXPECT_EQ(recording.FindList("train/18", 1), (std::vector<Item>{{"(500) Days of Summer", 2009}}));
  const auto* judgements = recording.FindJudgements("train/17", {{"Heat", 1995}, {"Alien", 1979}});
  ASSERT_NE(judgements, nullptr);
  EXPECT_EQ(*judgements, (std::vector<int>{2, -1}));
}

TEST(RecordingTest, TitlesAreComposed) {
  const Recording recording = ParseRecording(
      "{\"conversation\": \"c\", \"list\": [[\"Ame\u0301lie\", 2001]]}\n"
      "{\"conversation\": \"c\", \"candidates\": [[\"Ame\u0301lie\", 2001]], \"judgements\": [1]}",
      "file.jsonl");
  EXPECT_EQ(recording.FindList("c", 1), (std::vector<Item>{{"Am\u00e9lie", 2001}}));
  EXPECT_NE(recording.FindJudgements("c", {{"Am\u00e9lie", 2001}}), nullptr);
}

TEST(RecordingTest, ItemsMayHaveNoYear) {
  const std::vector<Item> items = {{"Kim", kNoYear}, {"<a_1><b_2>", kNoYear}};
  EXPECT_EQ(
      ParseRecording(R"({"conversation": "c", "list": [["Kim"], ["<a_1><b_2>"]]})", "file.jsonl").FindList("c", 2),
      items);
  EXPECT_EQ(ParseRecording(ListLine("c", 2, items), "file.jsonl").FindList("c", 2), items);
}

TEST(RecordingTest, AShorterListIsTheHeadOfTheNextLonger) {
  Recording recording;
  recording.AddList("here", "c", 3, {{"A", 1}, {"B", 2}, {"C", 3}});
  recording.AddList("here", "c", 5, {{"X", 1}, {"Y", 2}});  // the teacher gave fewer than asked
  EXPECT_EQ(recording.FindList("c", 2), (std::vector<Item>{{"A", 1}, {"B", 2}}));
  EXPECT_EQ(recording.FindList("c", 3)->size(), 3u);
  EXPECT_EQ(recording.FindList("c", 4), (std::vector<Item>{{"X", 1}, {"Y", 2}}));
  EXPECT_TRUE(recording.FindList("c", 5).has_value());
  EXPECT_FALSE(recording.FindList("c", 6).has_value());
  EXPECT_FALSE(recording.FindList("d", 1).has_value());
  EXPECT_EQ(recording.LongestList("c"), 5);
  EXPECT_EQ(recording.LongestList("d"), 0);
}

TEST(RecordingTest, JudgementsAreOfTheseCandidatesInThisOrder) {
  const Recording recording = ParseRecording(kExample, "file.jsonl");
  EXPECT_EQ(recording.FindJudgements("train/17", {{"Alien", 1979}, {"Heat", 1995}}), nullptr);
  EXPECT_EQ(recording.FindJudgements("train/17", {{"Heat", 1995}}), nullptr);
  EXPECT_EQ(recording.FindJudgements("train/18", {{"Heat", 1995}, {"Alien", 1979}}), nullptr);
}

TEST(RecordingTest, WrittenLinesReadBack) {
  const std::vector<Item> items = {{"\"Quoted\" (x)\n", 0}, {"Amélie", 2001}};
  const std::string text = ListLine("a\tb", 7, items) + JudgementsLine("a\tb", items, {-2, 2});
  const Recording recording = ParseRecording(text, "file.jsonl");
  EXPECT_EQ(recording.FindList("a\tb", 7), items);
  EXPECT_EQ(*recording.FindJudgements("a\tb", items), (std::vector<int>{-2, 2}));
}

TEST(RecordingTest, TheSameTwiceIsFineAndAnotherAnswerIsNot) {
  const std::string list = ListLine("c", 1, {{"A", 1}});
  const std::string judged = JudgementsLine("c", {{"A", 1}}, {1});
  EXPECT_EQ(ErrorFor(list + list + judged + judged), "no error");
  EXPECT_EQ(ErrorFor(list + ListLine("c", 1, {{"B", 1}})),
            "file.jsonl:2: a second list of length 1 for c; allowed: one answer to each question");
  EXPECT_THAT(ErrorFor(judged + JudgementsLine("c", {{"A", 1}}, {2})), HasSubstr("file.jsonl:2: other judgements"));
}

TEST(RecordingTest, BadLinesAreNamed) {
  EXPECT_THAT(ErrorFor("{}"), HasSubstr("file.jsonl:1: no 'conversation'; allowed: {"));
  EXPECT_THAT(ErrorFor("\n[1"), HasSubstr("file.jsonl:2: parse error at line 1, column 3"));
  EXPECT_THAT(ErrorFor("{\n  \"conversation\": 1\n}"), HasSubstr("file.jsonl:1: parse error at line 1, column 2"));
  EXPECT_THAT(ErrorFor("{\n  \"conversation\": 1\n}"), HasSubstr("allowed: JSON, one object on each line"));
  EXPECT_THAT(ErrorFor("[1]"), HasSubstr("file.jsonl:1: found an array; allowed: an object"));
  EXPECT_THAT(ErrorFor(R"({"conversation": 17, "list": []})"), HasSubstr("conversation: found 17; allowed: a string"));
  EXPECT_THAT(ErrorFor(R"({"conversation": "c"})"), HasSubstr("the key 'candidates' is missing"));
  EXPECT_THAT(ErrorFor(R"({"conversation": "c", "conversation": "d"})"), HasSubstr("'conversation' is given twice"));
  EXPECT_THAT(ErrorFor(R"({"conversation": "c", "list": "A"})"), HasSubstr("list: found 'A'; allowed: an array"));
  EXPECT_THAT(ErrorFor(R"({"conversation": "c", "list": ["A"]})"),
              HasSubstr("file.jsonl:1: list[0]: found 'A'; allowed: [\"Title\", year]"));
  EXPECT_THAT(ErrorFor(R"({"conversation": "c", "list": [["A", "1990"]]})"),
              HasSubstr("list[0]: '1990'; allowed: an integer"));
  EXPECT_THAT(ErrorFor(R"({"conversation": "c", "list": [["A", 12345]]})"),
              HasSubstr("list[0]: 12345; allowed: an integer"));
  EXPECT_THAT(ErrorFor(R"({"conversation": "c", "list": [["A", 1]], "length": 1})"), HasSubstr("unknown key 'length'"));
  EXPECT_THAT(ErrorFor(R"({"conversation": "c", "list": [], "list_length": 0})"), HasSubstr("list_length: 0"));
  EXPECT_THAT(ErrorFor(R"({"conversation": "c", "candidates": [["A", 1]], "judgements": [3]})"),
              HasSubstr("judgements[0]: 3; allowed: an integer from -2 to 2"));
  EXPECT_THAT(ErrorFor(R"({"conversation": "c", "candidates": [["A", 1]], "judgements": [1, 1]})"),
              HasSubstr("2 judgements for 1 candidates; allowed: one for each"));
}

}  // namespace
}  // namespace suite
