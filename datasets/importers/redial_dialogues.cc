#include "datasets/importers/redial_dialogues.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/json/checked_json.h"
#include "base/text/utf8.h"
#include "datasets/core/item.h"
#include "datasets/importers/film_table.h"
#include "datasets/importers/source_data.h"

namespace suite {
namespace {

using nlohmann::json;
using Form = std::map<std::string, FilmAnswers>;

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// One space for each stretch of white space, none at the ends.
std::string Squeezed(std::string_view text) {
  std::string squeezed;
  for (const char c : text) {
    if (!IsSpace(c)) {
      squeezed += c;
    } else if (!squeezed.empty() && squeezed.back() != ' ') {
      squeezed += ' ';
    }
  }
  if (!squeezed.empty() && squeezed.back() == ' ') squeezed.pop_back();
  return squeezed;
}

// The released texts are those of a web page.
std::string Unescaped(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
      {{"&quot;", '"'}, {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&#39;", '\''}}};
  std::string plain;
  while (!text.empty()) {
    const auto found = std::find_if(kEntities.begin(), kEntities.end(), [&](const auto& entity) {
      return text.substr(0, entity.first.size()) == entity.first;
    });
    plain += found == kEntities.end() ? text[0] : found->second;
    text.remove_prefix(found == kEntities.end() ? 1 : found->first.size());
  }
  return plain;
}

// An object, or what stands for an empty one: an empty list, null or no key at all.
const json* ObjectOrNothing(const JsonObject& row, const std::string& key) {
  if (!row.Has(key)) return nullptr;
  const json& value = row.Get(key);
  if (value.is_object()) return value.empty() ? nullptr : &value;
  if (value.is_null() || (value.is_array() && value.empty())) return nullptr;
  throw InputError(row.At(key), "found " + (value.is_array() ? "a list with entries" : ShownJson(value)),
                   "an object by film id, or an empty list");
}

void CheckFilmId(const std::string& id, const std::string& where) {
  if (!id.empty() && std::all_of(id.begin(), id.end(), IsDigit)) return;
  throw InputError(where, "the film id '" + ShownText(id) + "'", "digits, as in @77");
}

std::map<std::string, GroundTruth> FilmsOf(const JsonObject& row, RedialOddities* oddities) {
  std::map<std::string, GroundTruth> films;
  const json* mentions = ObjectOrNothing(row, "movieMentions");
  if (mentions == nullptr) {
    ++oddities->without_mentions;
    return films;
  }
  for (const auto& [id, value] : mentions->items()) {
    CheckFilmId(id, row.At("movieMentions"));
    if (!value.is_string() && !value.is_null()) {
      throw InputError(row.At("movieMentions") + "." + id, "found " + ShownJson(value), "a name, such as Heat (1995)");
    }
    ++oddities->films;
    const std::string given = value.is_string() ? value.get<std::string>() : "";
    const std::string name = Squeezed(given);
    if (name.empty()) {
      ++oddities->without_name;
      continue;
    }
    oddities->untidy += name != given;
    const std::optional<Item> dated = FilmFromSurface(name);
    oddities->without_year += !dated;
    films[id] = dated ? GroundTruth{dated->title, dated->year} : GroundTruth{name, std::nullopt};
  }
  return films;
}

int AnswerOf(const JsonObject& answers, const std::string& key, int64_t largest) {
  const int64_t value = answers.Integer(key);
  if (value < 0 || value > largest) {
    throw InputError(answers.At(key), "found " + std::to_string(value), largest == 1 ? "0 or 1" : "0, 1 or 2");
  }
  return static_cast<int>(value);
}

Form FormOf(const JsonObject& row, const std::string& key) {
  Form form;
  const json* films = ObjectOrNothing(row, key);
  if (films == nullptr) return form;
  for (const auto& [id, value] : films->items()) {
    CheckFilmId(id, row.At(key));
    const JsonObject answers = JsonObject::Inside(value, row.At(key) + "." + id);
    form[id] = {AnswerOf(answers, "suggested", 1), AnswerOf(answers, "seen", 2), AnswerOf(answers, "liked", 2)};
  }
  return form;
}

// Puts names for the ids of `text`, which go to `turn->films`.
void AddMessage(std::string_view text, const std::map<std::string, GroundTruth>& films, RedialTurn* turn,
                RedialOddities* oddities) {
  if (!turn->text.empty()) turn->text += "\n";
  for (size_t at = 0; at < text.size();) {
    size_t end = at + 1;
    while (text[at] == '@' && end < text.size() && IsDigit(text[end])) ++end;
    if (end == at + 1) {
      turn->text += text[at++];
      continue;
    }
    const std::string id(text.substr(at + 1, end - at - 1));
    const auto film = films.find(id);
    oddities->unknown_mentions += film == films.end();
    turn->text += film == films.end() ? "@" + id : WrittenFilm(film->second);
    if (film != films.end()) turn->films.push_back(id);
    at = end;
  }
}

std::vector<RedialTurn> TurnsOf(const JsonObject& row, const std::map<std::string, GroundTruth>& films,
                                RedialOddities* oddities) {
  const int64_t seeker = row.Integer("initiatorWorkerId"), recommender = row.Integer("respondentWorkerId");
  if (seeker == recommender) {
    throw InputError(row.At("respondentWorkerId"), "found " + std::to_string(recommender) + ", who is the initiator",
                     "two people");
  }
  std::vector<RedialTurn> turns;
  const json& messages = row.Array("messages");
  for (size_t i = 0; i < messages.size(); ++i) {
    const JsonObject message = JsonObject::Inside(messages[i], row.At("messages", i));
    const int64_t sender = message.Integer("senderWorkerId");
    if (sender != seeker && sender != recommender) {
      throw InputError(
          message.At("senderWorkerId"), "found " + std::to_string(sender),
          std::to_string(seeker) + " (initiatorWorkerId) or " + std::to_string(recommender) + " (respondentWorkerId)");
    }
    const std::string text = Unescaped(message.String("text"));
    if (std::all_of(text.begin(), text.end(), IsSpace)) continue;
    if (turns.empty() || turns.back().by_seeker != (sender == seeker)) turns.push_back({sender == seeker, "", {}});
    AddMessage(text, films, &turns.back(), oddities);
  }
  return turns;
}

const FilmAnswers* Find(const Form& form, const std::string& id) {
  const auto found = form.find(id);
  return found == form.end() ? nullptr : &found->second;
}

void CountForms(const RedialDialogue& dialogue, RedialOddities* oddities) {
  oddities->without_form += (dialogue.seeker.empty() ? 1 : 0) + (dialogue.recommender.empty() ? 1 : 0);
  for (const auto& [id, film] : dialogue.films) {
    const FilmAnswers* seeker = Find(dialogue.seeker, id);
    const FilmAnswers* recommender = Find(dialogue.recommender, id);
    oddities->missing_answers += (seeker == nullptr && !dialogue.seeker.empty() ? 1 : 0) +
                                 (recommender == nullptr && !dialogue.recommender.empty() ? 1 : 0);
    if (seeker == nullptr || recommender == nullptr) continue;
    oddities->disagreements += seeker->suggested != recommender->suggested || seeker->seen != recommender->seen ||
                               seeker->liked != recommender->liked;
  }
}

std::string IdOf(const JsonObject& row) {
  const json& id = row.Get("conversationId");
  return id.is_string() ? row.String("conversationId") : std::to_string(row.Integer("conversationId"));
}

}  // namespace

std::string WrittenFilm(const GroundTruth& film) {
  return film.year ? FormatItem({film.title, *film.year}) : film.title;
}

std::vector<RedialDialogue> ParseRedialDialogues(std::string_view text, const std::string& name,
                                                 RedialOddities* oddities) {
  std::vector<RedialDialogue> dialogues;
  std::map<std::string, size_t> line_of;
  for (const std::string_view line : LinesOf(text, name)) {
    const size_t number = dialogues.size() + 1;
    const std::string where = name + ":" + std::to_string(number);
    const json parsed = ParseJsonLine(line, where);
    const JsonObject row(parsed, where);
    RedialDialogue dialogue;
    dialogue.id = IdOf(row);
    const auto [first, is_new] = line_of.emplace(dialogue.id, number);
    if (!is_new) {
      throw InputError(row.At("conversationId"),
                       "'" + ShownText(dialogue.id) + "' is on line " + std::to_string(first->second) + " too",
                       "each dialogue once");
    }
    dialogue.films = FilmsOf(row, oddities);
    dialogue.turns = TurnsOf(row, dialogue.films, oddities);
    dialogue.seeker = FormOf(row, "initiatorQuestions");
    dialogue.recommender = FormOf(row, "respondentQuestions");
    ++oddities->dialogues;
    CountForms(dialogue, oddities);
    dialogues.push_back(std::move(dialogue));
  }
  return dialogues;
}

}  // namespace suite
