#include "datasets/importers/linked_dialogues.h"

#include <gtest/gtest.h>

#include "datasets/importers/film_table.h"

namespace suite {
namespace {

constexpr char kEntities[] = R"({"<http://dbpedia.org/resource/Heat_(1995_film)>": 1,
  "<http://dbpedia.org/resource/Police_Academy>": 2, "<http://dbpedia.org/resource/It_(miniseries)>": 3,
  "<http://dbpedia.org/resource/It_(2017_film)>": 4, "<http://dbpedia.org/resource/Al_Pacino>": 5})";

FilmTable Films() { return ParseFilmTable(kEntities, "e.json", "[1, 2, 3, 4]", "i.json"); }

std::string Shown(const GroundTruth& film) { return film.title + "|" + (film.year ? std::to_string(*film.year) : "-"); }

std::string Shown(const std::vector<GroundTruth>& films) {
  std::string text;
  for (const GroundTruth& film : films) text += (text.empty() ? "" : ", ") + Shown(film);
  return text;
}

std::string Shown(const std::vector<Turn>& turns) {
  std::string text;
  for (const Turn& turn : turns) text += "[" + turn.role + " " + turn.text + "]";
  return text;
}

LinkedTurn TurnWith(std::vector<std::string> context, const std::string& response, std::vector<int64_t> recommended,
                    std::vector<std::string> names = {}) {
  LinkedTurn turn;
  turn.dialogue = "d";
  turn.turn = "1";
  turn.context = std::move(context);
  turn.response = response;
  turn.recommended = std::move(recommended);
  turn.names = std::move(names);
  return turn;
}

TEST(FilmTable, NamesByMentions) {
  FilmTable films = Films();
  EXPECT_FALSE(films.Has(5));
  EXPECT_EQ(Shown(films.Name(1)), "Heat|1995");  // the page's
  EXPECT_EQ(Shown(films.Name(2)), "Police Academy|-");
  films.AddSpelling(2, {"Police academy", 1984});
  films.AddSpelling(2, {"Police Academy", 1984});
  EXPECT_EQ(Shown(films.Name(2)), "Police Academy|1984");  // a tie: the page's spelling
  films.AddSpelling(2, {"police academy", 1986});
  EXPECT_EQ(Shown(films.Name(2)), "Police Academy|1984");  // the most frequent year
  films.AddSpelling(4, {"It", 1990});
  films.AddSpelling(4, {"It", 1990});
  EXPECT_EQ(Shown(films.Name(4)), "It|1990");  // the page's year was never mentioned
  films.AddSpelling(4, {"It", 2017});
  EXPECT_EQ(Shown(films.Name(4)), "It|2017");  // now it was
  EXPECT_EQ(Shown(films.AllNames()), "Heat|1995, Police Academy|1984, police academy|1986, It|-, It|1990, It|2017");
}

TEST(LinkedDialogues, RolesCountFromTheEnd) {
  const FilmTable films = Films();
  const auto turns = [&](std::vector<std::string> context) {
    return Shown(SampleFromTurn(TurnWith(std::move(context), "Heat", {1}), films).conversation.turns);
  };
  EXPECT_EQ(turns({"", "Hi"}), "[user Hi]");
  EXPECT_EQ(turns({"", "Hello", "Hi"}), "[assistant Hello][user Hi]");
  EXPECT_EQ(turns({"Hello", "Hi"}), "[assistant Hello][user Hi]");
  EXPECT_EQ(turns({"", "A", "B", "C"}), "[user A][assistant B][user C]");
  EXPECT_EQ(turns({"A", " ", "B"}), "[user A\nB]");  // never twice the same role in a row
}

TEST(LinkedDialogues, NamesTheGroundTruth) {
  FilmTable films = Films();
  const LinkedTurn both = TurnWith({"Hi"}, "It (2017) ? And It (1990) ?", {3, 4}, {"It (1990)"});
  CollectSpellings({both}, &films);
  EXPECT_EQ(Shown(SampleFromTurn(both, films).conversation.ground_truth), "It|1990, It|2017");
  const LinkedTurn old = TurnWith({"Hi"}, "It (1990)", {3, 4}, {"It (1990)"});
  const SourceSample sample = SampleFromTurn(old, films);
  EXPECT_EQ(Shown(sample.conversation.ground_truth), "It|1990");  // both pages are the film that was named
  EXPECT_EQ(sample.dropped_ground_truths, (std::vector<std::string>{"given_twice"}));
  EXPECT_EQ(Shown(SampleFromTurn(TurnWith({"Hi"}, "Try it", {2}), films).conversation.ground_truth),
            "Police Academy|-");
}

TEST(LinkedDialogues, EarlierFilmsAreSeen) {
  FilmTable films = Films();
  LinkedTurn turn = TurnWith({"I like Al Pacino, saw Police Academy (1984)"}, "Heat", {1});
  turn.earlier_entities = {5, 2, 2, 99};
  CollectSpellings({turn}, &films);
  const SourceSample sample = SampleFromTurn(turn, films);
  EXPECT_EQ(sample.conversation.seen_titles, (std::vector<std::string>{"Police Academy"}));
  EXPECT_EQ(Shown(films.Name(2)), "Police Academy|1984");
}

TEST(LinkedDialogues, SaysWhyARowIsLeftOut) {
  const FilmTable films = Films();
  const auto dropped = [&](const LinkedTurn& turn) { return SampleFromTurn(turn, films).dropped; };
  LinkedTurn spoken = TurnWith({"Hi"}, "Heat", {1});
  EXPECT_EQ(dropped(spoken), "");
  spoken.spoken_by_user = true;
  EXPECT_EQ(dropped(spoken), "spoken_by_user");
  EXPECT_EQ(dropped(TurnWith({"Hi"}, "Hello", {})), "no_recommendation");
  EXPECT_EQ(dropped(TurnWith({""}, "Heat", {1})), "no_context");
  EXPECT_EQ(dropped(TurnWith({}, "Heat", {1})), "no_context");
}

TEST(LinkedDialogues, ReadsALine) {
  const std::vector<LinkedTurn> turns = ParseLinkedTurns(
      R"({"context": ["", "Hi"], "resp": "Heat", "rec": [1], "entity": [1, 5], "prev_entity": [2], "dialog_id": "d1",)"
      R"( "turn_id": 7, "is_user": 0, "entity_name": ["Heat"], "input": "ignored"})"
      "\r\n",
      "f.jsonl", Films());
  ASSERT_EQ(turns.size(), 1u);
  EXPECT_EQ(turns[0].dialogue, "d1");
  EXPECT_EQ(turns[0].turn, "7");
  EXPECT_FALSE(turns[0].spoken_by_user);
  EXPECT_EQ(turns[0].context, (std::vector<std::string>{"", "Hi"}));
  EXPECT_EQ(turns[0].response, "Heat");
  EXPECT_EQ(turns[0].recommended, (std::vector<int64_t>{1}));
  EXPECT_EQ(turns[0].entities, (std::vector<int64_t>{1, 5}));
  EXPECT_EQ(turns[0].earlier_entities, (std::vector<int64_t>{2}));
  EXPECT_EQ(turns[0].names, (std::vector<std::string>{"Heat"}));
}

}  // namespace
}  // namespace suite
