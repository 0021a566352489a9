// The films of a linked data set (ReDial, INSPIRED) by entity id, named from the two things that the data say about a
// film: the address of its DBpedia page, and the words of the speakers.
//
//   FilmFromIri("<http://dbpedia.org/resource/Water_(1985_film)>", where)     // {"Water", 1985}
//   FilmFromSurface("Police Academy (1984)")                                  // {"Police Academy", 1984}
//   FindInText("You should watch Police Academy (1984)", "Police Academy")    // {{"Police Academy", 1984}}
//
//   FilmTable films = ParseFilmTable(ReadFile("entity2id.json"), "entity2id.json", ReadFile("item_ids.json"), ...);
//   films.AddSpelling(29891, {"Police Academy", 1984});     // found in the text
//   films.Name(29891)                                       // {"Police Academy", 1984}
//
// The address of a page often lacks the year, the speakers mostly give it; so years and spellings are collected from
// all rows first, and a film is named when all are known.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/core/conversation.h"
#include "datasets/core/item.h"

namespace suite {

// The page's name, "_" read as a space and %XX decoded. A bracket at its end is DBpedia's own when its first or its
// last word begins with a small letter or it begins with a year: it goes, and a year at its beginning is the film's.
// Others belong to the title: "The Human Centipede 2 (Full Sequence)". Throws InputError, naming `where`, for what is
// not <http://dbpedia.org/resource/NAME>.
GroundTruth FilmFromIri(std::string_view iri, const std::string& where);

// "Title (Year)", white space around it allowed; four digits. Nothing for other text.
std::optional<Item> FilmFromSurface(std::string_view text);

// The places of `text` where "(dddd)" follows the words of `title`, as spelt there; titles compare by MatchingTitle
// (title_rules.h).
std::vector<Item> FindInText(std::string_view text, std::string_view title);

class FilmTable {
 public:
  // Throws InputError naming `where` when the id is there already.
  void AddFilm(int64_t id, GroundTruth from_iri, const std::string& where);

  bool Has(int64_t id) const { return films_.count(id) > 0; }

  // What the page is called.
  const GroundTruth& FromIri(int64_t id) const { return films_.at(id).from_iri; }

  // One mention of film `id` with a year.
  void AddSpelling(int64_t id, const Item& spelt);

  // Title and year: of the years mentioned the page's own, else the most frequent, else the smallest; its most frequent
  // spelling, else the page's, else the first in order. Without a mention, what the page says.
  GroundTruth Name(int64_t id) const;

  // As Name, for this year; the year must have been mentioned.
  GroundTruth NameInYear(int64_t id, int year) const;

  // Every film under every year mentioned; those never mentioned as the page says. By id.
  std::vector<GroundTruth> AllNames() const;

 private:
  struct Film {
    GroundTruth from_iri;
    std::map<int, std::map<std::string, int>> spellings;  // year -> spelling -> mentions
  };
  std::map<int64_t, Film> films_;
};

// `entity2id` maps DBpedia addresses to ids, `item_ids` lists the ids that are films. Throws InputError naming the file
// and the key or id.
FilmTable ParseFilmTable(std::string_view entity2id, const std::string& entity2id_name, std::string_view item_ids,
                         const std::string& item_ids_name);

}  // namespace suite
