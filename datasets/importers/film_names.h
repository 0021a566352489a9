// Title and year of a film from the two things ReDial and INSPIRED say about it: the address of its DBpedia page, and
// the words of the speakers.
//
//   FilmFromIri("<http://dbpedia.org/resource/Water_(1985_film)>", where)     // {"Water", 1985}
//   FilmFromIri("<http://dbpedia.org/resource/The_Exorcist_(film)>", where)   // {"The Exorcist", no year}
//   FilmFromSurface("Police Academy (1984)")                                  // {"Police Academy", 1984}
//   FindInText("You should watch Police Academy (1984)", "Police Academy")    // {{"Police Academy", 1984}}
#pragma once

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

}  // namespace suite
