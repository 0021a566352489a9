#include "datasets/importers/linked_dialogues.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/json/checked_json.h"
#include "base/text/format.h"
#include "base/text/utf8.h"
#include "datasets/judging/title_rules.h"

namespace suite {
namespace {

// ReDial numbers its turns, INSPIRED names them.
std::string TurnId(const JsonObject& row) {
  return row.Get("turn_id").is_string() ? row.String("turn_id") : std::to_string(row.Integer("turn_id"));
}

LinkedTurn ParseTurn(std::string_view line, const std::string& where, const FilmTable& films) {
  const nlohmann::json parsed = ParseJsonLine(line, where);
  const JsonObject row(parsed, where);
  LinkedTurn turn;
  turn.dialogue = row.String("dialog_id");
  turn.turn = TurnId(row);
  const int64_t is_user = row.Integer("is_user");
  if (is_user != 0 && is_user != 1) throw InputError(row.At("is_user"), "found " + std::to_string(is_user), "0 or 1");
  turn.spoken_by_user = is_user == 1;
  turn.context = row.Strings("context");
  turn.response = row.String("resp");
  turn.recommended = row.Integers("rec");
  turn.entities = row.Integers("entity");
  turn.earlier_entities = row.Integers("prev_entity");
  turn.names = row.Strings("entity_name");
  for (const int64_t id : turn.recommended) {
    if (!films.Has(id)) throw InputError(row.At("rec"), "id " + std::to_string(id) + " is no film", "ids of item_ids");
  }
  return turn;
}

// Mentions of film `id` with a year: among surface names, then in running text.
std::vector<Item> Mentions(const std::vector<std::string>& names, const std::string& text, const GroundTruth& film) {
  std::vector<Item> mentions;
  const std::string key = MatchingTitle(film.title);
  for (const std::string& name : names) {
    const std::optional<Item> item = FilmFromSurface(name);
    if (item && MatchingTitle(item->title) == key) mentions.push_back(*item);
  }
  for (Item& item : FindInText(text, film.title)) mentions.push_back(std::move(item));
  return mentions;
}

bool IsBlank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

std::vector<Turn> TurnsOf(const std::vector<std::string>& context) {
  std::vector<Turn> turns;
  for (size_t i = 0; i < context.size(); ++i) {
    if (IsBlank(context[i])) continue;
    const char* role = (context.size() - 1 - i) % 2 == 0 ? "user" : "assistant";
    if (!turns.empty() && turns.back().role == role) {
      turns.back().text += "\n" + context[i];
    } else {
      turns.push_back({role, context[i]});
    }
  }
  return turns;
}

// The film as the response names it, else as the data mostly do.
GroundTruth NameInResponse(const LinkedTurn& turn, int64_t id, const FilmTable& films) {
  const GroundTruth usual = films.Name(id);
  const std::vector<Item> mentions = Mentions(turn.names, turn.response, films.FromIri(id));
  const bool as_usual = std::any_of(mentions.begin(), mentions.end(),
                                    [&](const Item& item) { return usual.year && item.year == *usual.year; });
  if (mentions.empty() || as_usual) return usual;
  return films.NameInYear(id, mentions[0].year);
}

std::vector<std::string> SeenTitles(const LinkedTurn& turn, const FilmTable& films) {
  std::vector<std::string> seen;
  for (const int64_t id : turn.earlier_entities) {
    if (!films.Has(id)) continue;
    const std::string title = films.Name(id).title;
    if (std::find(seen.begin(), seen.end(), title) == seen.end()) seen.push_back(title);
  }
  return seen;
}

void AddGroundTruth(const LinkedTurn& turn, const FilmTable& films, SourceSample* sample) {
  std::vector<GroundTruth>& wanted = sample->conversation.ground_truth;
  for (const int64_t id : turn.recommended) {
    GroundTruth film = NameInResponse(turn, id, films);
    const bool repeated = std::any_of(wanted.begin(), wanted.end(), [&](const GroundTruth& other) {
      return other.title == film.title && other.year == film.year;
    });
    if (repeated) {
      sample->dropped_ground_truths.push_back("given_twice");
    } else {
      wanted.push_back(std::move(film));
    }
  }
}

}  // namespace

std::vector<LinkedTurn> ParseLinkedTurns(std::string_view text, const std::string& name, const FilmTable& films) {
  std::vector<LinkedTurn> turns;
  std::map<std::pair<std::string, std::string>, size_t> line_of;
  for (const std::string_view line : LinesOf(text, name)) {
    const size_t number = turns.size() + 1;
    const std::string where = name + ":" + std::to_string(number);
    turns.push_back(ParseTurn(line, where, films));
    const auto [first, fresh] = line_of.emplace(std::pair(turns.back().dialogue, turns.back().turn), number);
    if (!fresh) {
      throw InputError(where + ": turn_id",
                       "turn " + ShownText(turns.back().turn) + " of dialogue " + ShownText(turns.back().dialogue) +
                           " is on line " + std::to_string(first->second) + " too",
                       "each turn once");
    }
  }
  return turns;
}

void CollectSpellings(const std::vector<LinkedTurn>& turns, FilmTable* films) {
  for (const LinkedTurn& turn : turns) {
    std::set<int64_t> now(turn.entities.begin(), turn.entities.end());
    now.insert(turn.recommended.begin(), turn.recommended.end());
    for (const int64_t id : now) {
      if (!films->Has(id)) continue;
      for (const Item& item : Mentions(turn.names, turn.response, films->FromIri(id))) films->AddSpelling(id, item);
    }
    const std::string context = Join(turn.context, "\n");
    for (const int64_t id : std::set<int64_t>(turn.earlier_entities.begin(), turn.earlier_entities.end())) {
      if (!films->Has(id)) continue;
      for (const Item& item : FindInText(context, films->FromIri(id).title)) films->AddSpelling(id, item);
    }
  }
}

SourceSample SampleFromTurn(const LinkedTurn& turn, const FilmTable& films) {
  SourceSample sample;
  sample.index = turn.dialogue + "/" + turn.turn;
  sample.dialogue = turn.dialogue;
  sample.conversation.turns = TurnsOf(turn.context);
  sample.conversation.seen_titles = SeenTitles(turn, films);
  if (turn.spoken_by_user) {
    sample.dropped = "spoken_by_user";
  } else if (turn.recommended.empty()) {
    sample.dropped = "no_recommendation";
  } else if (sample.conversation.turns.empty()) {
    sample.dropped = "no_context";
  } else {
    AddGroundTruth(turn, films, &sample);
  }
  return sample;
}

SourceData ReadLinkedDialogues(const std::string& folder) {
  SourceData source;
  const std::string entities = ReadDataFile(folder, "entity2id.json", &source.files);
  const std::string items = ReadDataFile(folder, "item_ids.json", &source.files);
  FilmTable films = ParseFilmTable(entities, folder + "/entity2id.json", items, folder + "/item_ids.json");
  std::map<std::string, std::vector<LinkedTurn>> turns;
  for (const auto& [split, file] : SplitFiles(folder)) {
    turns[split] = ParseLinkedTurns(ReadDataFile(folder, file, &source.files), folder + "/" + file, films);
    CollectSpellings(turns[split], &films);
  }
  for (const auto& [split, rows] : turns) {
    for (const LinkedTurn& row : rows) source.splits[split].push_back(SampleFromTurn(row, films));
  }
  source.films = films.AllNames();
  source.rules = {{"role_rule", "user_before_response"}};
  return source;
}

}  // namespace suite
