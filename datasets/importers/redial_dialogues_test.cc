#include "datasets/importers/redial_dialogues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/error_of.h"

namespace suite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A made-up line of the released form; each part can be another one.
struct Line {
  std::string id = "\"d1\"", seeker = "10", mentions = R"j({"7": "Heat  (1995)", "8": " Solaris ", "9": "Up (2009)"})j";
  std::string messages =
      R"([{"messageId": 1, "timeOffset": 0, "senderWorkerId": 10, "text": "Like @7, &quot;please&quot;"},
                             {"messageId": 2, "timeOffset": 5, "senderWorkerId": 20, "text": "Then @8!"},
                             {"messageId": 3, "timeOffset": 6, "senderWorkerId": 20, "text": "Or @9? @ 5 pm"}])";
  std::string seeker_form = R"({"7": {"suggested": 0, "seen": 1, "liked": 1}})", recommender_form = "[]";

  std::string Text() const {
    std::string text = "{\"conversationId\": " + id + ", \"initiatorWorkerId\": " + seeker +
                       ", \"respondentWorkerId\": 20, \"movieMentions\": " + mentions + ", \"messages\": " + messages +
                       ", \"initiatorQuestions\": " + seeker_form + ", \"respondentQuestions\": " + recommender_form +
                       "}";
    std::string one_line;
    for (const char c : text) one_line += c == '\n' ? ' ' : c;
    return one_line + "\n";
  }
};

std::vector<RedialDialogue> Parse(const std::string& text) {
  RedialOddities oddities;
  return ParseRedialDialogues(text, "f.jsonl", &oddities);
}

std::string ErrorFor(const Line& line) {
  return ErrorOf([&] { Parse(Line{"\"first\""}.Text() + line.Text()); });
}

TEST(RedialDialogues, ReadsTurnsFilmsAndForms) {
  const RedialDialogue dialogue = Parse(Line().Text()).at(0);
  EXPECT_EQ(dialogue.id, "d1");
  ASSERT_EQ(dialogue.turns.size(), 2u);
  EXPECT_TRUE(dialogue.turns[0].by_seeker);
  EXPECT_EQ(dialogue.turns[0].text, "Like Heat (1995), \"please\"");
  EXPECT_FALSE(dialogue.turns[1].by_seeker);
  EXPECT_EQ(dialogue.turns[1].text, "Then Solaris!\nOr Up (2009)? @ 5 pm");
  EXPECT_THAT(dialogue.turns[1].films, ElementsAre("8", "9"));
  EXPECT_EQ(WrittenFilm(dialogue.films.at("7")), "Heat (1995)");
  EXPECT_EQ(dialogue.films.at("8").title, "Solaris");
  EXPECT_FALSE(dialogue.films.at("8").year);
  EXPECT_EQ(dialogue.seeker.at("7").liked, 1);
  EXPECT_TRUE(dialogue.recommender.empty());
}

TEST(RedialDialogues, CountsWhatIsOdd) {
  Line line;
  line.mentions = R"j({"7": "Heat  (1995)", "8": "Solaris", "9": null})j";
  line.messages = R"([{"senderWorkerId": 10, "text": "@7 @9 @123"}, {"senderWorkerId": 20, "text": " "}])";
  line.seeker_form = R"({"7": {"suggested": 0, "seen": 1, "liked": 1}, "8": {"suggested": 1, "seen": 0, "liked": 2}})";
  line.recommender_form = R"({"7": {"suggested": 0, "seen": 2, "liked": 1}})";
  Line empty;
  empty.id = "2";
  empty.mentions = empty.seeker_form = empty.recommender_form = "[]";
  empty.messages = R"([{"senderWorkerId": 20, "text": "Hi @7"}])";
  RedialOddities found;
  const std::vector<RedialDialogue> dialogues = ParseRedialDialogues(line.Text() + empty.Text(), "f.jsonl", &found);
  EXPECT_EQ(dialogues[0].turns.at(0).text, "Heat (1995) @9 @123");
  EXPECT_EQ(dialogues[0].turns.size(), 1u);  // a blank message is none
  EXPECT_EQ(dialogues[1].id, "2");
  EXPECT_EQ(found.dialogues, 2);
  EXPECT_EQ(found.without_mentions, 1);
  EXPECT_EQ(found.films, 3);
  EXPECT_EQ(found.without_year, 1);
  EXPECT_EQ(found.untidy, 1);
  EXPECT_EQ(found.without_name, 1);
  EXPECT_EQ(found.unknown_mentions, 3);  // @9, @123, and @7 of the dialogue without names
  EXPECT_EQ(found.without_form, 2);
  EXPECT_EQ(found.missing_answers, 1);  // the recommender's on 8
  EXPECT_EQ(found.disagreements, 1);    // on 7
}

TEST(RedialDialogues, FormsMayBeMissing) {
  std::string text = Line().Text();
  text.replace(text.find(", \"initiatorQuestions\""), std::string::npos, "}\n");
  EXPECT_TRUE(Parse(text).at(0).seeker.empty());
  text.replace(text.find("\"movieMentions\": {"), text.find("}, \"messages\"") - text.find("\"movieMentions\"") + 1,
               "\"movieMentions\": null");
  EXPECT_TRUE(Parse(text).at(0).films.empty());
}

TEST(RedialDialogues, BadLinesNameFileLineAndKey) {
  Line line;
  line.seeker = "20";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: respondentWorkerId: found 20, who is the initiator"));
  line = {};
  line.seeker = "\"anna\"";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: initiatorWorkerId: found 'anna'; allowed: an integer"));
  line = {};
  line.messages = R"([{"senderWorkerId": 30, "text": "Hi"}])";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: messages[0].senderWorkerId: found 30; allowed: 10"));
  line.messages = R"([{"senderWorkerId": 10}])";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: messages[0]: the key 'text' is missing"));
  line.messages = R"({"0": "Hi"})";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: messages: found an object; allowed: an array"));
  line = {};
  line.mentions = R"j(["Heat (1995)"])j";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: movieMentions: found a list with entries; allowed: an object"));
  line.mentions = R"j({"seven": "Heat (1995)"})j";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: movieMentions: the film id 'seven'; allowed: digits"));
  line.mentions = R"({"7": 1995})";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: movieMentions.7: found 1995; allowed: a name"));
  line = {};
  line.seeker_form = R"({"7": {"suggested": 2, "seen": 1, "liked": 1}})";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: initiatorQuestions.7.suggested: found 2; allowed: 0 or 1"));
  line.seeker_form = R"({"7": {"suggested": 1, "seen": 1, "liked": 3}})";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: initiatorQuestions.7.liked: found 3; allowed: 0, 1 or 2"));
  line.seeker_form = R"({"7": {"suggested": 1, "seen": 1}})";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: initiatorQuestions.7: the key 'liked' is missing"));
  line = {};
  line.id = "\"first\"";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: conversationId: 'first' is on line 1 too"));
  line.id = "true";
  EXPECT_THAT(ErrorFor(line), HasSubstr("f.jsonl:2: conversationId: found true"));
}

}  // namespace
}  // namespace suite
