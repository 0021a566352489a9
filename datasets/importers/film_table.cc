#include "datasets/importers/film_table.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/json/checked_json.h"
#include "base/text/utf8.h"
#include "datasets/importers/film_names.h"

namespace suite {
namespace {

using nlohmann::json;

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
  const Item item = NameInYear(id, year);
  return {item.title, item.year};
}

Item FilmTable::NameInYear(int64_t id, int year) const {
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
    for (const auto& [year, spellings] : film.spellings) {
      const Item item = NameInYear(id, year);
      names.push_back({item.title, item.year});
    }
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
