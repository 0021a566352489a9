#include "datasets/teachers/json_films.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <map>
#include <optional>
#include <string_view>

namespace suite {
namespace {

using nlohmann::json;

// "Release_Year" -> "releaseyear".
std::string PlainKey(const std::string& key) {
  std::string plain;
  for (const char c : key) {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      plain.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    }
  }
  return plain;
}

// The first of `keys` that the object has with text or a number.
std::optional<std::string> TextOf(const json& object, std::initializer_list<std::string_view> keys) {
  for (const std::string_view wanted : keys) {
    for (const auto& [key, value] : object.items()) {
      if (PlainKey(key) != wanted) continue;
      if (value.is_string()) return value.get<std::string>();
      if (value.is_number_integer()) return value.dump();
    }
  }
  return std::nullopt;
}

// A date or a range is known by the year that it begins with.
std::string FilmLine(const std::string& title, const std::string& year) {
  return year.empty() ? title : title + " (" + year.substr(0, 4) + ")";
}

std::optional<std::string> FilmOfObject(const json& object) {
  const auto title = TextOf(object, {"title", "name", "film", "movie", "series", "show", "item", "movietitle",
                                     "filmtitle", "moviename", "filmname", "englishtitle", "originaltitle"});
  const auto year = TextOf(object, {"year", "releaseyear", "yearofrelease", "releasedate", "released", "date"});
  if (!title) return std::nullopt;
  return FilmLine(*title, year.value_or(""));
}

std::optional<std::string> FilmOfPair(const json& array) {
  if (array.size() != 2 || !array[0].is_string()) return std::nullopt;
  if (array[1].is_number_integer()) return FilmLine(array[0].get<std::string>(), array[1].dump());
  const bool is_year = array[1].is_string() && array[1].get_ref<const std::string&>().size() == 4;
  if (!is_year) return std::nullopt;
  return FilmLine(array[0].get<std::string>(), array[1].get<std::string>());
}

// {"2": ..., "1": ...}: the values by rank; empty when a key is no number.
std::map<int64_t, json> ByRank(const json& object) {
  std::map<int64_t, json> by_rank;
  for (const auto& [key, value] : object.items()) {
    const bool is_rank = !key.empty() && key.size() < 5 &&
                         std::all_of(key.begin(), key.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!is_rank) return {};
    by_rank.emplace(std::stol(key), value);
  }
  return by_rank;
}

std::vector<std::string> FilmsOfObject(const json& object) {
  if (const auto film = FilmOfObject(object)) return {*film};
  json by_rank = json::array();
  for (const auto& [rank, value] : ByRank(object)) by_rank.push_back(value);
  if (!by_rank.empty()) return FilmsInJson(by_rank);
  std::vector<std::string> films;
  for (const auto& [key, value] : object.items()) {
    std::vector<std::string> inside = value.is_structured() ? FilmsInJson(value) : std::vector<std::string>();
    if (inside.empty()) continue;
    if (!films.empty()) return {};  // two lists in one object: which is the answer, nothing says
    films = std::move(inside);
  }
  return films;
}

}  // namespace

std::vector<std::string> FilmsInJson(const json& value) {
  if (value.is_object()) return FilmsOfObject(value);
  std::vector<std::string> films;
  if (!value.is_array()) return films;
  if (const auto film = FilmOfPair(value)) return {*film};
  for (const json& entry : value) {
    if (entry.is_string()) {
      films.push_back(entry.get<std::string>());
    } else {
      for (std::string& film : FilmsInJson(entry)) films.push_back(std::move(film));
    }
  }
  return films;
}

}  // namespace suite
