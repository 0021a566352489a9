#include "datasets/importers/film_table.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/json/checked_json.h"
#include "base/text/utf8.h"
#include "datasets/judging/title_rules.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr std::string_view kPrefix = "<http://dbpedia.org/resource/";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsSmall(char c) { return c >= 'a' && c <= 'z'; }

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  const int lower = std::tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string DecodedName(std::string_view name) {
  std::string decoded;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '%' && i + 2 < name.size() && HexValue(name[i + 1]) >= 0 && HexValue(name[i + 2]) >= 0) {
      decoded.push_back(static_cast<char>(HexValue(name[i + 1]) * 16 + HexValue(name[i + 2])));
      i += 2;
    } else {
      decoded.push_back(name[i] == '_' ? ' ' : name[i]);
    }
  }
  return decoded;
}

// Four digits at the beginning of `text`, not followed by a fifth.
std::optional<int> YearAtBeginning(std::string_view text) {
  if (text.size() < 4 || !std::all_of(text.begin(), text.begin() + 4, IsDigit)) return std::nullopt;
  if (text.size() > 4 && IsDigit(text[4])) return std::nullopt;
  return (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
}

bool IsDisambiguator(std::string_view inside) {
  if (inside.empty()) return false;
  const size_t last_word = inside.rfind(' ') == std::string_view::npos ? 0 : inside.rfind(' ') + 1;
  const bool last_is_small = last_word < inside.size() && IsSmall(inside[last_word]);
  return IsSmall(inside.front()) || last_is_small || YearAtBeginning(inside);
}

std::string_view TrimmedRight(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

int CountWords(std::string_view text) {
  int words = 0;
  for (size_t i = 0; i < text.size(); ++i) words += text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
  return words;
}

// The last `count` words of `text`, or nothing when it has fewer.
std::string_view LastWords(std::string_view text, int count) {
  size_t begin = text.size();
  for (int i = 0; i < count; ++i) {
    while (begin > 0 && text[begin - 1] == ' ') --begin;
    if (begin == 0) return {};
    while (begin > 0 && text[begin - 1] != ' ') --begin;
  }
  return text.substr(begin);
}

// Is the first word a sign alone, as in ", Heat"?
bool BeginsWithSign(std::string_view text) {
  const std::string_view word = text.substr(0, text.find(' '));
  return std::none_of(word.begin(), word.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c)) != 0;
  });
}

std::string_view WithoutQuotes(std::string_view text) {
  while (!text.empty() && (text.front() == '"' || text.front() == '\'' || text.front() == '(')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == '"' || text.back() == '\'')) text.remove_suffix(1);
  return text;
}

int MentionsOf(const std::map<std::string, int>& spellings) {
  int mentions = 0;
  for (const auto& [spelling, count] : spellings) mentions += count;
  return mentions;
}

int64_t Id(const json& value, const std::string& where) {
  constexpr int64_t kMost = int64_t{1} << 53;
  if (!value.is_number_integer() || value < 0 || value > kMost) {
    throw InputError(where, "found " + ShownJson(value), "an id: an integer from 0");
  }
  return value.get<int64_t>();
}

std::map<int64_t, std::string> IriOfId(const json& entities, const std::string& name) {
  if (!entities.is_object()) throw InputError(name, "found " + ShownJson(entities), "an object of address to id");
  std::map<int64_t, std::string> iri_of;
  for (const auto& [iri, id] : entities.items()) {
    const std::string where = name + ": " + ShownText(iri);
    const auto [first, fresh] = iri_of.emplace(Id(id, where), iri);
    if (!fresh) throw InputError(where, "id " + id.dump() + " is that of " + ShownText(first->second) + " too", "one");
  }
  return iri_of;
}

}  // namespace

GroundTruth FilmFromIri(std::string_view iri, const std::string& where) {
  if (iri.size() <= kPrefix.size() + 1 || iri.substr(0, kPrefix.size()) != kPrefix || iri.back() != '>') {
    throw InputError(where, "'" + ShownText(iri) + "'", std::string(kPrefix) + "NAME>");
  }
  std::string title = DecodedName(iri.substr(kPrefix.size(), iri.size() - kPrefix.size() - 1));
  if (FirstInvalidUtf8(title)) throw InputError(where, "'" + ShownText(title) + "'", "a name in UTF-8");
  const size_t open = title.rfind(" (");
  if (open == std::string::npos || open == 0 || title.back() != ')') return {title, std::nullopt};
  const std::string inside = title.substr(open + 2, title.size() - open - 3);
  if (!IsDisambiguator(inside)) return {title, std::nullopt};
  return {title.substr(0, open), YearAtBeginning(inside)};
}

std::optional<Item> FilmFromSurface(std::string_view text) {
  text = TrimmedRight(text);
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  if (text.size() < 7 || text.back() != ')' || text[text.size() - 6] != '(') return std::nullopt;
  const std::optional<int> year = YearAtBeginning(text.substr(text.size() - 5));
  const std::string_view title = TrimmedRight(text.substr(0, text.size() - 6));
  if (!year || title.empty()) return std::nullopt;
  return Item{std::string(title), *year};
}

std::vector<Item> FindInText(std::string_view text, std::string_view title) {
  const std::string key = MatchingTitle(title);
  const int words = CountWords(title);
  std::vector<Item> found;
  for (size_t open = text.find('('); open != std::string_view::npos; open = text.find('(', open + 1)) {
    const std::optional<int> year = YearAtBeginning(text.substr(open + 1));
    if (!year || open + 5 >= text.size() || text[open + 5] != ')') continue;
    const std::string_view before = TrimmedRight(text.substr(0, open));
    for (const int count : {words, words + 1, words - 1}) {  // an article more or less
      const std::string_view spelt = WithoutQuotes(count > 0 ? LastWords(before, count) : std::string_view());
      if (spelt.empty() || (BeginsWithSign(spelt) && !BeginsWithSign(title))) continue;
      if (MatchingTitle(spelt) != key) continue;
      found.push_back({std::string(spelt), *year});
      break;
    }
  }
  return found;
}

void FilmTable::AddFilm(int64_t id, GroundTruth from_iri, const std::string& where) {
  if (!films_.emplace(id, Film{std::move(from_iri), {}}).second) {
    throw InputError(where, "id " + std::to_string(id) + " is given twice", "each id once");
  }
}

void FilmTable::AddSpelling(int64_t id, const Item& spelt) { ++films_.at(id).spellings[spelt.year][spelt.title]; }

GroundTruth FilmTable::Name(int64_t id) const {
  const Film& film = films_.at(id);
  if (film.spellings.empty()) return film.from_iri;
  int year = film.spellings.begin()->first;
  for (const auto& [mentioned, spellings] : film.spellings) {
    if (MentionsOf(spellings) > MentionsOf(film.spellings.at(year))) year = mentioned;
  }
  if (film.from_iri.year && film.spellings.count(*film.from_iri.year) > 0) year = *film.from_iri.year;
  return NameInYear(id, year);
}

GroundTruth FilmTable::NameInYear(int64_t id, int year) const {
  const Film& film = films_.at(id);
  std::string best;
  int most = 0;
  for (const auto& [spelling, mentions] : film.spellings.at(year)) {
    const bool is_page = spelling == film.from_iri.title;
    if (mentions > most || (mentions == most && is_page)) best = spelling;
    if (mentions > most) most = mentions;
  }
  return {best, year};
}

std::vector<GroundTruth> FilmTable::AllNames() const {
  std::vector<GroundTruth> names;
  for (const auto& [id, film] : films_) {
    if (film.spellings.empty()) names.push_back(film.from_iri);
    for (const auto& [year, spellings] : film.spellings) names.push_back(NameInYear(id, year));
  }
  return names;
}

FilmTable ParseFilmTable(std::string_view entity2id, const std::string& entity2id_name, std::string_view item_ids,
                         const std::string& item_ids_name) {
  const std::map<int64_t, std::string> iri_of = IriOfId(ParseJson(entity2id, entity2id_name), entity2id_name);
  const json ids = ParseJson(item_ids, item_ids_name);
  if (!ids.is_array() || ids.empty()) throw InputError(item_ids_name, "found no ids", "an array of ids");
  FilmTable films;
  for (const json& value : ids) {
    const int64_t id = Id(value, item_ids_name);
    const auto iri = iri_of.find(id);
    if (iri == iri_of.end()) {
      throw InputError(item_ids_name, "film " + std::to_string(id) + " has no name in " + entity2id_name,
                       "ids that are there");
    }
    films.AddFilm(id, FilmFromIri(iri->second, entity2id_name), item_ids_name);
  }
  return films;
}

}  // namespace suite
