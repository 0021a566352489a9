// ReDial and INSPIRED in the form in which they are passed around for evaluating recommenders: one JSON object a line
// for every turn, films as ids of DBpedia pages (the data of "Large Language Models as Zero-Shot Conversational
// Recommenders").
//
//   SourceData source = ReadLinkedDialogues("/data/redial");      // entity2id.json, item_ids.json, test.jsonl, ...
//
// ReDial: 10,006 dialogues between two people ("Towards Deep Conversational Recommendations", 2018). Its speakers chose
// films from a list, so a film is nearly always written "Title (Year)"; about 4 recommendations in 100 are not.
// INSPIRED: 1,001 dialogues written to persuade ("INSPIRED: Toward Sociable Recommendation Dialog Systems", 2020). Its
// speakers leave the year out. A year that neither the text nor the page's address tells is left to the year rule
// (import_rules.h).
//
// How a turn becomes a sample:
// - `context` alternates and may begin with an empty utterance. Who speaks is counted from its end: before the system's
//   response speaks the user. (Counted from its beginning, as the `input` field of ReDial does, two thirds of ReDial's
//   lines would change roles.) Empty utterances go; two of one role that meet are joined by a newline.
// - Ground truth: the films of `rec`, under the name and year of the response where they are given there, else under
//   the film's most frequent name (film_table.h). Films already mentioned (`prev_entity`) are the seen titles.
// - Left out, by reason: "spoken_by_user" (is_user is not 0), "no_recommendation" (`rec` is empty), "no_context"
//   (nothing was said before).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/importers/film_table.h"
#include "datasets/importers/source_data.h"

namespace suite {

struct LinkedTurn {
  std::string dialogue, turn;
  bool spoken_by_user = false;
  std::vector<std::string> context;
  std::string response;
  std::vector<int64_t> recommended, entities, earlier_entities;  // `rec`, `entity`, `prev_entity`
  std::vector<std::string> names;                                // `entity_name`
};

// Reads the lines of one file. Throws InputError naming file, line and key, also for a recommended id that is no film
// and for one (dialogue, turn) given twice.
std::vector<LinkedTurn> ParseLinkedTurns(std::string_view text, const std::string& name, const FilmTable& films);

// Adds what the turns call the films to `films`.
void CollectSpellings(const std::vector<LinkedTurn>& turns, FilmTable* films);

SourceSample SampleFromTurn(const LinkedTurn& turn, const FilmTable& films);

// Reads entity2id.json, item_ids.json and the splits (source_data.h: SplitFiles) of `folder`.
SourceData ReadLinkedDialogues(const std::string& folder);

}  // namespace suite
