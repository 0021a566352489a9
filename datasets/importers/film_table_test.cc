#include "datasets/importers/film_table.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace suite {
namespace {

std::string Named(const std::string& page) {
  const GroundTruth film = FilmFromIri("<http://dbpedia.org/resource/" + page + ">", "f");
  return film.title + "|" + (film.year ? std::to_string(*film.year) : "-");
}

TEST(FilmFromIri, ReadsTitleAndYear) {
  EXPECT_EQ(Named("Water_(1985_film)"), "Water|1985");
  EXPECT_EQ(Named("The_Exorcist_(film)"), "The Exorcist|-");
  EXPECT_EQ(Named("Contact_(1997_American_film)"), "Contact|1997");
  EXPECT_EQ(Named("Paranormal_Activity:_The_Ghost_Dimension"), "Paranormal Activity: The Ghost Dimension|-");
  EXPECT_EQ(Named("O_Brother,_Where_Art_Thou%3F"), "O Brother, Where Art Thou?|-");
  EXPECT_EQ(Named("Bounty_Hunters_(British_TV_series)"), "Bounty Hunters|-");
  EXPECT_EQ(Named("South_Park_(season_9)"), "South Park|-");
  EXPECT_EQ(Named("The_Human_Centipede_2_(Full_Sequence)"), "The Human Centipede 2 (Full Sequence)|-");
  EXPECT_EQ(Named("(500)_Days_of_Summer"), "(500) Days of Summer|-");
  EXPECT_EQ(Named("2012_(film)"), "2012|-");
  EXPECT_EQ(Named("2001:_A_Space_Odyssey_(film)"), "2001: A Space Odyssey|-");
  EXPECT_EQ(Named("100%"), "100%|-");
}

TEST(FilmFromIri, RefusesOtherAddresses) {
  for (const char* iri : {"", "Heat", "<http://dbpedia.org/resource/>", "<http://dbpedia.org/resource/Heat",
                          "<http://example.org/resource/Heat>", "<http://dbpedia.org/resource/%FF>"}) {
    EXPECT_THROW(FilmFromIri(iri, "f"), InputError) << iri;
  }
}

TEST(FilmFromSurface, NeedsAYearAtTheEnd) {
  EXPECT_EQ(FilmFromSurface(" Police Academy (1984) "), (Item{"Police Academy", 1984}));
  EXPECT_EQ(FilmFromSurface("(500) Days of Summer (2009)"), (Item{"(500) Days of Summer", 2009}));
  for (const char* text : {"", "Heat", "Heat (95)", "(1995)", "Heat (1995) now", "Heat (19955)", "Heat 1995)"}) {
    EXPECT_EQ(FilmFromSurface(text), std::nullopt) << text;
  }
}

TEST(FindInText, FindsTheTitleBeforeAYear) {
  using Items = std::vector<Item>;
  EXPECT_EQ(FindInText("You should watch Police Academy (1984) or Heat (1995)", "Police Academy"),
            (Items{{"Police Academy", 1984}}));
  EXPECT_EQ(FindInText("It (2017) ? And It (1990) ?", "It"), (Items{{"It", 2017}, {"It", 1990}}));
  EXPECT_EQ(FindInText("saw The Conjuring (2013)", "Conjuring"), (Items{{"Conjuring", 2013}}));
  EXPECT_EQ(FindInText("saw Conjuring (2013)", "The Conjuring"), (Items{{"Conjuring", 2013}}));
  EXPECT_EQ(FindInText("so , Black Panther (2018)", "The Black Panther"), (Items{{"Black Panther", 2018}}));
  EXPECT_EQ(FindInText("\"Heat\" (1995)", "Heat"), (Items{{"Heat", 1995}}));
  EXPECT_EQ(FindInText("Dead Heat (1988)", "Heat"), (Items{{"Heat", 1988}}));  // a longer title cannot be told
  EXPECT_EQ(FindInText("Heat (95), Heat (19955), Heat 1995, (1995)", "Heat"), Items());
  EXPECT_EQ(FindInText("", "Heat"), Items());
}

}  // namespace
}  // namespace suite
