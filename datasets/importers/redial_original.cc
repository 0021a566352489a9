#include "datasets/importers/redial_original.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "datasets/core/conversation.h"

namespace suite {
namespace {

using Form = std::map<std::string, FilmAnswers>;

// What the first form says, else the second.
FilmAnswers Believed(const Form& first, const Form& second, const std::string& id) {
  for (const Form* form : {&first, &second}) {
    const auto found = form->find(id);
    if (found != form->end()) return found->second;
  }
  return {};
}

// The films of a dialogue in the order in which they are named, those of one written form as one.
class NamedFilms {
 public:
  explicit NamedFilms(const RedialDialogue& dialogue) : dialogue_(dialogue) {}

  // The ids of `turn` that nobody named before.
  std::vector<std::string> TakeNew(const RedialTurn& turn) {
    std::vector<std::string> fresh;
    for (const std::string& id : turn.films) {
      const GroundTruth& film = dialogue_.films.at(id);
      if (!named_.insert(WrittenFilm(film)).second) continue;
      fresh.push_back(id);
      films_.push_back(film);
    }
    return fresh;
  }

  // All up to now.
  const std::vector<GroundTruth>& films() const { return films_; }

 private:
  const RedialDialogue& dialogue_;
  std::set<std::string> named_;
  std::vector<GroundTruth> films_;
};

// By turn: the films that it is the first to name.
std::vector<std::vector<std::string>> NewFilms(const RedialDialogue& dialogue) {
  NamedFilms named(dialogue);
  std::vector<std::vector<std::string>> fresh;
  for (const RedialTurn& turn : dialogue.turns) fresh.push_back(named.TakeNew(turn));
  return fresh;
}

bool IsAccepted(const RedialDialogue& dialogue, const std::string& id) {
  return Believed(dialogue.recommender, dialogue.seeker, id).suggested == 1 &&
         Believed(dialogue.seeker, dialogue.recommender, id).liked == 1;
}

bool IsSeenOrDisliked(const RedialDialogue& dialogue, const std::string& id) {
  const FilmAnswers answers = Believed(dialogue.seeker, dialogue.recommender, id);
  return answers.seen == 1 || answers.liked == 0;
}

// What the response, turn `at`, should have named.
std::vector<GroundTruth> TruthAt(const RedialDialogue& dialogue, const std::vector<std::vector<std::string>>& fresh,
                                 size_t at, TruthRule rule) {
  std::vector<GroundTruth> truth;
  const size_t end = rule == TruthRule::kMentioned ? at + 1 : fresh.size();
  for (size_t turn = at; turn < end; ++turn) {
    if (dialogue.turns[turn].by_seeker) continue;
    for (const std::string& id : fresh[turn]) {
      if (rule == TruthRule::kMentioned || IsAccepted(dialogue, id)) truth.push_back(dialogue.films.at(id));
    }
  }
  return truth;
}

std::vector<std::string> TitlesOf(const std::vector<GroundTruth>& films) {
  std::vector<std::string> titles;
  for (const GroundTruth& film : films) {
    if (std::find(titles.begin(), titles.end(), film.title) == titles.end()) titles.push_back(film.title);
  }
  return titles;
}

const char* ReasonToDrop(const RedialTurn& turn, const std::vector<std::string>& fresh, bool has_context) {
  if (turn.by_seeker) return "spoken_by_user";
  if (turn.films.empty()) return "no_recommendation";
  if (fresh.empty()) return "no_new_film";
  return has_context ? "" : "no_context";
}

// Films that the forms call seen or disliked and that are named only in or after a response that is a sample.
int64_t CountKnownLater(const RedialDialogue& dialogue) {
  const std::vector<std::vector<std::string>> fresh = NewFilms(dialogue);
  int64_t count = 0;
  bool after_sample = false;
  for (size_t turn = 0; turn < fresh.size(); ++turn) {
    after_sample = after_sample || *ReasonToDrop(dialogue.turns[turn], fresh[turn], turn > 0) == '\0';
    for (const std::string& id : fresh[turn]) count += after_sample && IsSeenOrDisliked(dialogue, id);
  }
  return count;
}

std::string Plural(int64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// A line for each oddity that is there.
void AddNotes(const RedialOddities& found, int64_t known_later, SourceData* source) {
  const auto note = [&](int64_t count, const std::string& text) {
    if (count > 0) source->notes.push_back(text);
  };
  const std::string of_films = " of " + std::to_string(found.films) + " names of films ";
  note(found.without_mentions, Plural(found.without_mentions, "dialogue") + " without any film in movieMentions");
  note(found.without_year, std::to_string(found.without_year) + of_films + "have no year");
  note(found.untidy, std::to_string(found.untidy) + of_films + "had repeated or outer white space, which is gone");
  note(found.without_name, std::to_string(found.without_name) + of_films + "are null or blank: such a film is unknown");
  note(found.unknown_mentions,
       Plural(found.unknown_mentions, "mention") + " of an id that movieMentions do not name, left as @ID");
  note(found.without_form, std::to_string(found.without_form) + " of " + std::to_string(2 * found.dialogues) +
                               " forms are not there: the other person's stands in");
  note(found.missing_answers, Plural(found.missing_answers, "answer") + " on a film missing in a form: likewise");
  note(found.disagreements, "the two forms disagree on " + Plural(found.disagreements, "film") +
                                ": the seeker is believed on seen and liked, the recommender on suggested");
  note(known_later, Plural(known_later, "film") +
                        " called seen or disliked by the forms are named in the response of a sample or later, and are "
                        "no seen titles before that");
}

// All names of a film id, in the order of the ids' numbers: the catalogue.
void AddFilms(const std::map<std::string, std::vector<RedialDialogue>>& splits, SourceData* source) {
  std::map<std::pair<size_t, std::string>, std::map<std::string, GroundTruth>> films;
  for (const auto& [split, dialogues] : splits) {
    for (const RedialDialogue& dialogue : dialogues) {
      for (const auto& [id, film] : dialogue.films) films[{id.size(), id}].emplace(WrittenFilm(film), film);
    }
  }
  for (const auto& [id, names] : films) {
    for (const auto& [written, film] : names) source->films.push_back(film);
  }
}

std::map<std::string, std::string> FilesIn(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& [split, file] : {std::pair("train", "train_data.jsonl"), std::pair("validation", "valid_data.jsonl"),
                                    std::pair("test", "test_data.jsonl")}) {
    if (std::filesystem::exists(folder + "/" + file)) files[split] = file;
  }
  if (files.empty()) {
    throw InputError(folder, "no split is there",
                     "at least one of train_data.jsonl, valid_data.jsonl and test_data.jsonl");
  }
  return files;
}

}  // namespace

std::vector<SourceSample> RedialSamples(const RedialDialogue& dialogue, TruthRule rule) {
  const std::vector<std::vector<std::string>> fresh = NewFilms(dialogue);
  NamedFilms named(dialogue);
  std::vector<Turn> said;
  std::vector<SourceSample> samples;
  for (size_t at = 0; at < dialogue.turns.size(); ++at) {
    const RedialTurn& turn = dialogue.turns[at];
    SourceSample sample;
    sample.index = dialogue.id + "/" + std::to_string(at + 1);
    sample.dialogue = dialogue.id;
    sample.dropped = ReasonToDrop(turn, fresh[at], !said.empty());
    if (sample.dropped.empty()) {
      sample.conversation.turns = said;
      sample.conversation.seen_titles = TitlesOf(named.films());
      sample.conversation.ground_truth = TruthAt(dialogue, fresh, at, rule);
    }
    samples.push_back(std::move(sample));
    named.TakeNew(turn);
    said.push_back({turn.by_seeker ? "user" : "assistant", turn.text});
  }
  return samples;
}

SourceData ReadRedialOriginal(const std::string& folder, const ImportOptions& options) {
  SourceData source;
  RedialOddities oddities;
  int64_t known_later = 0;
  std::map<std::string, std::vector<RedialDialogue>> splits;
  for (const auto& [split, file] : FilesIn(folder)) {
    splits[split] = ParseRedialDialogues(ReadDataFile(folder, file, &source.files), folder + "/" + file, &oddities);
    for (const RedialDialogue& dialogue : splits[split]) {
      known_later += CountKnownLater(dialogue);
      for (SourceSample& sample : RedialSamples(dialogue, options.truth_rule)) {
        source.splits[split].push_back(std::move(sample));
      }
    }
  }
  AddFilms(splits, &source);
  AddNotes(oddities, known_later, &source);
  if (splits.count("validation") == 0) {
    source.notes.push_back(
        "there is no valid_data.jsonl: split_rule = validation_by_dialogue lets validation_percent of the training "
        "dialogues validate");
  }
  source.rules = {{"truth_rule", std::string(RuleName(options.truth_rule))}, {"seen_rule", "named_before"}};
  return source;
}

}  // namespace suite
