// The lines of ReDial as its authors release it: one dialogue of two people a line, films as @ID, and what both said of
// each film on a form afterwards. redial_original.h makes samples of them.
//
//   RedialOddities found;
//   std::vector<RedialDialogue> dialogues = ParseRedialDialogues(text, "train_data.jsonl", &found);
//   dialogues[0].turns[1].text                              // "Have you seen Heat (1995) ?"
//
// A line, as published, white space added:
//
//   {"conversationId": "391", "initiatorWorkerId": 0, "respondentWorkerId": 1, "movieMentions": {"77": "Heat (1995)"},
//    "messages": [{"messageId": 1, "timeOffset": 0, "senderWorkerId": 1, "text": "Have you seen @77 ?"}],
//    "initiatorQuestions": {"77": {"suggested": 1, "seen": 0, "liked": 1}}, "respondentQuestions": { ... }}
//
// The initiator seeks films, the respondent recommends them. Messages of one person that meet are one turn, joined by
// newlines; blank ones go. `@ID` becomes the film's written form, Title (Year), or its title where the data tell no
// year. White space in names is squeezed, and &quot; and the like in texts become what they stand for. Where nothing is
// said of films, the objects are empty lists in the released files; they may be null or missing, too.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/core/conversation.h"

namespace suite {

// What one person's form says of a film; 2: did not say.
struct FilmAnswers {
  int suggested = 2, seen = 2, liked = 2;
};

struct RedialTurn {
  bool by_seeker = false;
  std::string text;                // films in their written form
  std::vector<std::string> films;  // the ids it names, in order
};

struct RedialDialogue {
  std::string id;
  std::map<std::string, GroundTruth> films;                // by id; a year may be missing
  std::vector<RedialTurn> turns;                           // of the two in alternation
  std::map<std::string, FilmAnswers> seeker, recommender;  // their forms, by film id
};

// What the report says of a file's oddities.
struct RedialOddities {
  int64_t dialogues = 0;
  int64_t without_mentions = 0;          // dialogues whose movieMentions are empty
  int64_t films = 0;                     // entries of movieMentions
  int64_t without_year = 0, untidy = 0;  // of them: no year; white space that was squeezed
  int64_t without_name = 0;              // null or blank: the film is not known
  int64_t unknown_mentions = 0;          // @ID that movieMentions lack: left as they are
  int64_t without_form = 0;              // forms that are not there, of two a dialogue
  int64_t missing_answers = 0;           // films that one form lacks, where it is there
  int64_t disagreements = 0;             // films of which the forms do not say the same
};

// Reads the lines of one file and counts. Throws InputError naming file, line and key: a key that is missing or of
// another type, a sender who is neither of the two, an answer that is none of those allowed, a dialogue given twice.
std::vector<RedialDialogue> ParseRedialDialogues(std::string_view text, const std::string& name,
                                                 RedialOddities* oddities);

// Title (Year), or the title of a film whose year is not known.
std::string WrittenFilm(const GroundTruth& film);

}  // namespace suite
