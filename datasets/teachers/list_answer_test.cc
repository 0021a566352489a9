#include "datasets/teachers/list_answer.h"

#include <gtest/gtest.h>

#include <string>

#include "datasets/core/item.h"
#include "datasets/judging/answer_parser.h"
#include "datasets/teachers/json_in_text.h"

namespace suite {
namespace {

const std::vector<Item> kThree = {{"Heat", 1995}, {"Alien", 1979}, {"Ran", 1985}};

// The three films, or what is wrong.
void ExpectThree(const std::string& answer) {
  const TeacherList list = ReadRecommendation(answer, 3);
  EXPECT_EQ(list.error, "") << answer;
  EXPECT_EQ(list.items, kThree) << answer;
}

// "kind: how it begins", each on a line.
std::string PassedOverOf(const std::string& answer) {
  std::string text;
  for (const PassedOver& one : ReadRecommendation(answer, 3).passed_over) text += one.kind + ": " + one.begins + "\n";
  return text;
}

TEST(ListAnswer, ReadsAPlainListAsTheAnswerParserDoes) {
  const std::string answer = "Heat (1995)\nAlien (1979)\n12 Angry Men (1957)\n(500) Days of Summer (2009)\nRan (1985)";
  const TeacherList list = ReadRecommendation(answer, 5);
  std::vector<Item> parsed;
  for (const ParsedItem& one : ParseAnswer(answer)) parsed.push_back(one.item);
  EXPECT_EQ(list.items, parsed);
  EXPECT_TRUE(list.passed_over.empty());
}

TEST(ListAnswer, PassesOverReasoning) {
  const std::string list = "Heat (1995)\nAlien (1979)\nRan (1985)";
  ExpectThree("<think>The user names Titanic (1997)\nso 1. Ben-Hur (1959)</think>\n\n" + list);
  ExpectThree("The user names Titanic (1997)\n</think>\n" + list);
  ExpectThree(list + "\n<think>Is Titanic (1997) better?");
  EXPECT_EQ(PassedOverOf("<think>\n The user names Titanic (1997)</think>\n" + list),
            "reasoning: The user names Titanic (1997)\n");
  EXPECT_EQ(ReadRecommendation("<think>\n" + list, 3).error,
            "0 of 3 lines of \"Title (Year)\"; the answer ends within its reasoning");
}

TEST(ListAnswer, PrefersTheListToProseThatNamesFilms) {
  const std::string prose = "The user names Titanic (1997) and likes it.\n";
  const std::string plain = "Heat (1995)\nAlien (1979)\nRan (1985)\n";
  const std::string numbered = "1. Heat (1995)\n2. Alien (1979) - tense\n3. Ran (1985)\n";
  const std::string bullets = "* Heat (1995)\n* Alien (1979), tense\n* Ran (1985) is slow\n";
  for (const std::string& list : {plain, numbered, bullets}) {
    ExpectThree(prose + list);
    ExpectThree("As you liked Titanic (1997), here are three:\n" + list);
    ExpectThree("You named Titanic (1997).\n" + list);
    ExpectThree("Titanic (1997)\n\n" + list);
    ExpectThree(list + "\nI left out Titanic (1997), which you have seen.\n");
    ExpectThree(list + "\nHonourable mentions:\nTitanic (1997)\nBen-Hur (1959)\n");
  }
  EXPECT_EQ(PassedOverOf(prose + "Here you go:\n\n" + numbered + "4. Jaws (1975)\nEnjoy!"),
            "film: The user names Titanic (1997) and likes it.\ntext: Here you go:\ntext: Enjoy!\n"
            "surplus: Jaws (1975)\n");
}

// Nothing of prose fills up a list that is too short.
TEST(ListAnswer, ProseIsNoItem) {
  EXPECT_EQ(ReadRecommendation("You liked Titanic (1997) a lot\nHeat (1995)\nAlien (1979)", 3).error,
            "2 of 3 lines of \"Title (Year)\"");
  EXPECT_EQ(ReadRecommendation("As you liked Titanic (1997), try these.\n1. Heat (1995)\n2. Alien (1979)", 3).error,
            "2 of 3 lines of \"Title (Year)\"");
  EXPECT_EQ(ReadRecommendation("You named Titanic (1997).\nHeat (1995)\nAlien (1979) - dark", 3).error,
            "2 of 3 lines of \"Title (Year)\"");
}

TEST(ListAnswer, TakesTheLastOfSeveralWholeLists) {
  const std::string draft = "1. Jaws (1975)\n2. Big (1988)\n3. Up (2009)\n";
  ExpectThree("Draft:\n" + draft + "Better:\n1. Heat (1995)\n2. Alien (1979)\n3. Ran (1985)\n");
  ExpectThree(
      "[\"Jaws (1975)\", \"Big (1988)\", \"Up (2009)\"] or [\"Heat (1995)\", \"Alien (1979)\", \"Ran (1985)\"]");
  ExpectThree("They like Titanic (1997). Draft:\n" + draft +
              "Up (2009) is too light.\n\nHeat (1995)\nAlien (1979)\nRan (1985)");
  ExpectThree("Films:\n1. Heat (1995)\n2. Alien (1979)\n\nSeries and others:\n1. Ran (1985)\n");
  ExpectThree("1. Heat (1995)\n1. Alien (1979)\n1. Ran (1985)");
}

TEST(ListAnswer, ReadsJson) {
  for (const std::string answer : {
           R"j(["Heat (1995)", "Alien (1979)", "Ran (1985)"])j",
           R"j([["Heat", 1995], ["Alien", "1979"], ["Ran", 1985]])j",
           R"j([{"title": "Heat", "year": 1995}, {"title": "Alien", "year": "1979"}, {"title": "Ran (1985)"}])j",
           R"j({"recommendations": [{"Movie_Title": "Heat", "Release Year": 1995},
                                    {"name": "Alien", "release_date": "1979-05-25"},
                                    {"film": "Ran", "year": 1985}], "count": 3})j",
           R"j({"2": "Alien (1979)", "1": "Heat (1995)", "10": {"title": "Ran", "year": 1985}})j",
           "{\"title\": \"Heat\", \"year\": 1995}\n{\"title\": \"Alien\", \"year\": 1979}\n"
           "{\"title\": \"Ran\", \"year\": 1985}",
           "As you named Titanic (1997):\n```json\n[\n  \"Heat (1995)\",\n  \"Alien (1979)\",\n  \"Ran (1985)\"\n]\n```"
           "\nEnjoy Titanic (1997)!",
           "[\n  \"Heat (1995)\",\n  \"Alien (1979)\",\n  \"Ran (1985)\",\n]",  // no JSON, but lines
           "[\n  \"Heat (1995)\",\n  \"Alien (1979)\",\n  \"Ran (1985)\",\n  \"Cut o",
       }) {
    ExpectThree(answer);
  }
  EXPECT_EQ(ReadRecommendation("{\"title\": \"Heat\", \"year\": 1995}", 3).error, "1 of 3 lines of \"Title (Year)\"");
  // The first object is whole.
  EXPECT_EQ(ReadRecommendation("[{\"title\": \"Heat\", \"year\": 1995}, {\"title\": \"Al", 1).error, "");
}

TEST(ListAnswer, ReadsWhatModelsWrite) {
  ExpectThree(
      "Sure! Here are three films:\n\n1. **Heat** (1995) \u2013 tense\n2. **Alien** (1979) \u2013 dark\n"
      "3. **Ran** (1985) \u2013 slow\n\nLet me know if you want more!");
  ExpectThree(
      "**1. Heat (1995)**\n   - Directed by Michael Mann (born 1943)\n   - Like Ronin (1998)\n\n"
      "**2. Alien (1979)**\n   - Directed by Ridley Scott\n\n**3. Ran (1985)**\n   - Like Kagemusha (1980)");
  ExpectThree("- Heat (1995)\n  - like Ronin (1998)\n- Alien (1979)\n  - like The Thing (1982)\n- Ran (1985)");
  ExpectThree("1) Heat (1995)\n2) Alien (1979)\n3) Ran (1985)");
  ExpectThree("1 Heat (1995)\n2 Alien (1979)\n3 Ran (1985)");
  ExpectThree("#1: Heat (1995)\n#2: Alien (1979)\n#3: Ran (1985)");
  ExpectThree("1\ufe0f\u20e3 Heat (1995)\n2\ufe0f\u20e3 Alien (1979)\n3\ufe0f\u20e3 Ran (1985)");
  ExpectThree(
      "| # | Title | Year | Why |\n|---|:---:|---|---|\n| 1 | **Heat** | 1995 | like Ronin (1998) |\n"
      "| 2 | Alien | 1979 | dark |\n| 3 | Ran | 1985 | slow |\n\nAll better than Titanic (1997).");
  ExpectThree("| Rank | Film |\n|--|--|\n| 1 | Heat (1995) |\n| 2 | *Alien* (1979) |\n| 3 | Ran (1985) |");
  ExpectThree("```\nHeat (1995)\nAlien (1979)\nRan (1985)\n```");
  ExpectThree("\u300aHeat\u300b\uff081995\uff09\n\u300aAlien\u300b\uff081979\uff09\n\u300aRan\u300b\uff081985\uff09");
  ExpectThree(
      "1\u3001\u300eHeat\u300f\uff081995\u5e74\uff09\n2\u3001\u300eAlien\u300f\uff081979\u5e74\uff09\n"
      "3\u3001\u300eRan\u300f\uff081985\u5e74\uff09");
  ExpectThree("\u201cHeat\u201d (1995)\r\n\u201cAlien\u201d (1979)\r\n\u201cRan\u201d (1985)\r\n");
  ExpectThree(
      "1. [Heat](https://example.org/Heat_(1995_film)) (1995)\n2. [Alien (1979)](https://example.org)\n"
      "3. Ran (TV cut, 1985)");
  ExpectThree("1. Heat - 1995\n2. **Alien** \u2013 1979\n3. Ran, 1985");
  ExpectThree("Heat (1995), by Michael Mann\nAlien (1979), by Ridley Scott\nRan (1985), by Akira Kurosawa");
  ExpectThree(
      "### 1. Heat (1995)\n**Why:** like Ronin (1998).\n\n### 2. Alien (1979)\n**Why:** like Life (2017).\n\n"
      "### 3. Ran (1985)\n**Why:** like Hamlet (1996).");
  ExpectThree("<answer>\n1. Heat (1995)\n2. Alien (1979)\n3. Ran (1985)\n</answer>");
  ExpectThree("\U0001F3AC Heat (1995)\n\U0001F47D Alien (1979)\n\u2694\ufe0f Ran (1985)");
}

TEST(ListAnswer, NumbersOfTitlesStay) {
  const TeacherList list = ReadRecommendation("3 Idiots (2009)\n12 Angry Men (1957)\n9 (2009)\n8: The Film (1999)", 4);
  EXPECT_EQ(list.items,
            (std::vector<Item>{{"3 Idiots", 2009}, {"12 Angry Men", 1957}, {"9", 2009}, {"8: The Film", 1999}}));
}

TEST(ListAnswer, TakesAnyTextInProportion) {
  for (const std::string part :
       {"[", "{\"a\":", "(", "[a](", "<b", "\n", "1. ", "| ", "\xff", "[1]", "[\"Heat (1995)\"]"}) {
    std::string answer;
    while (answer.size() < 200000) answer += part;
    const TeacherList list = ReadRecommendation(answer, 3);
    EXPECT_EQ(list.error.empty(), part == "[\"Heat (1995)\"]") << part;
  }
}

TEST(JsonInText, FindsWhatIsWhole) {
  const auto parts = JsonInText("a [1] {b} [\"]\", {\"c\": 2}] {\"d\": [}");
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].value, nlohmann::json({1}));
  EXPECT_EQ(parts[0].begin, 2u);
  EXPECT_EQ(parts[0].end, 5u);
  EXPECT_EQ(parts[1].value.size(), 2u);
}

}  // namespace
}  // namespace suite
