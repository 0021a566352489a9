// The named rules by which an importer fits a data set to the harness. Each value has a name that the config uses and
// that the run records; an unknown name is answered with the known ones.
//
//   ImportOptions options;
//   options.catalog_rule = RuleByName<CatalogRule>("run.toml: catalog_rule", "reference");
//   options.split_rule = SplitRule::kByDialogue;          // 80 % train, 20 % test
//   SourceData source = ReadLinkedDialogues("/data/redial");
//   Catalog catalog = ApplyImportRules("redial", options, &source);
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/forms/written_items.h"
#include "datasets/importers/source_data.h"

namespace suite {

// What becomes of a ground-truth film of which the data tell no year.
enum class YearRule {
  kReferenceOrDrop,  // "reference_or_drop": the year of the reference catalogue where one film has this title; else
                     // kDrop
  kDrop,             // "drop": the ground truth goes; a sample left without any goes too
  kUnknown,          // "unknown": kept without a year. Nothing can match it, but recall still counts it (the authors')
  kZero,             // "zero": it is the film of the year 0, "Title (0000)", in the catalogue too
};

// In which Unicode form titles come: of ground truths, liked and seen films, both catalogues, and the answers of
// demonstrations. Turns stay as they are, and so does what a policy answers: it is judged letter for letter, as the
// authors do.
enum class UnicodeRule {
  kNfc,  // "nfc": composed (normalization form C), as nearly all text is: "e" and a combining accent are one letter, so
         // that a film is found under either spelling
  kAsGiven,  // "as_given"
};

// How a title is spelt, in ground truths, seen titles and the source's own catalogue.
enum class TitleRule {
  kAsParsed,  // "as_parsed": as the authors' parser reads it back from an answer ("(500) Days of Summer" becomes "Days
              // of Summer"): otherwise such a film could never be hit
  kAsGiven,   // "as_given"
};

// Which list of items may be recommended.
enum class CatalogRule {
  kOwn,        // "own": the catalogue of the data set
  kReference,  // "reference": the reference catalogue; a ground truth takes its spelling and year where the titles
               // agree up to case, punctuation and a leading article, and the years lie within two
};

// What becomes of a ground truth that is not in the catalogue: it can never be hit.
enum class OutsideRule {
  kKeep,  // "keep": it stays and lowers the recall that can be reached; the report's coverage says by how much
  kDrop,  // "drop": it goes; a sample left without any goes too
};

// What becomes of a ground truth whose title is among the seen titles: an answer that names it earns nothing.
enum class RepeatRule {
  kDrop,  // "drop": it goes; a sample left without any goes too
  kKeep,  // "keep": it stays and lowers the recall that can be reached (the authors')
};

// Which samples train and which test.
enum class SplitRule {
  kAsGiven,     // "as_given": the splits of the source
  kByDialogue,  // "by_dialogue": all samples pooled; SHA-256 of the dialogue's id says which split the whole dialogue
                // takes. Samples without a dialogue are told apart by their context, so equal contexts stay together
  kValidationByDialogue,  // "validation_by_dialogue": the splits of a source that brings no validation, which takes the
                          // training dialogues that by_dialogue would give it; those that test stay
};

// redial_original: what the answer to a sample should name (redial_original.h).
enum class TruthRule {
  kMentioned,  // "mentioned": the films that the recommender names next
  kAccepted,   // "accepted": those that the recommender names from there on and the seeker, by the forms, likes
};

struct ImportOptions {
  // Empty: redial, redial_original and inspired, whose speakers often leave the year out, kReferenceOrDrop; else
  // kUnknown, the authors'.
  std::optional<YearRule> year_rule;
  UnicodeRule unicode_rule = UnicodeRule::kNfc;
  // Empty: reddit_v2, whose titles went through the parser already, kAsGiven; else kAsParsed.
  std::optional<TitleRule> title_rule;
  CatalogRule catalog_rule = CatalogRule::kOwn;
  OutsideRule outside_rule = OutsideRule::kKeep;
  // Empty: redial, redial_original and inspired, where recommending again what was mentioned is common, kDrop; else
  // kKeep.
  std::optional<RepeatRule> repeat_rule;
  SplitRule split_rule = SplitRule::kAsGiven;
  int test_percent = 20;       // of dialogues, under SplitRule::kByDialogue
  int validation_percent = 0;  // likewise, and under SplitRule::kValidationByDialogue; the rest trains
  TruthRule truth_rule = TruthRule::kMentioned;

  ItemFormOptions form;  // how items are written; item_writing.h
  // Vectors of the items, for codes from k-means; without them such codes are an error.
  ItemVectors vectors;

  std::string item_texts;  // a table of texts, item_texts.h; empty: none but the source's own

  int history_items = 20;       // sequences: the last so many items of a history are shown
  bool bare_history = false;    // sequences: the turn is the history's items alone, without a word
  int next_items = 1;           // sequences: so many items that came next are a training sample's ground truth, at most
  bool every_position = false;  // sequences: a training sample for every position of a user's items, not for the last

  std::string reference_catalog = kRedditV2CatalogPath;  // a .tsv file; read only when a rule needs it
  std::string catalog_file;  // reddit_v2, jsonl: the data set's own catalogue (.tsv) when it lies elsewhere
  std::string sft_folder;    // reddit_v2: the demonstrations, when they lie elsewhere than in `sft/` of the folder
};

// What a rule is called in errors, and its values' names in the order of the enumerators.
struct RuleWords {
  const char* kind;
  std::vector<std::string> names;
};
const RuleWords& WordsOf(std::type_index rule);

template <typename Rule>
const std::vector<std::string>& RuleNames() {
  return WordsOf(typeid(Rule)).names;
}

template <typename Rule>
std::string_view RuleName(Rule rule) {
  return RuleNames<Rule>()[static_cast<size_t>(rule)];
}

// The position of `name`; `where` names the flag or key. Throws InputError listing the known names.
size_t PositionOf(const std::string& where, const std::string& name, const RuleWords& words);

template <typename Rule>
Rule RuleByName(const std::string& where, const std::string& name) {
  return static_cast<Rule>(PositionOf(where, name, WordsOf(typeid(Rule))));
}

// Applies the rules in this order: Unicode rule, year rule and title rule (ground truths and the source's films),
// catalogue rule, outside rule, repeat rule, split rule. A sample left without ground truth is dropped as
// "no_ground_truth". Then ids are given: "<split>/<index>".
//
// A source that lists its items (SourceData::items) keeps its own catalogue, whose items are {id, kNoYear} here.
//
// Adds the rules applied to `source->rules` (the Unicode rule where it changed something, or is not the default) and
// the reference catalogue, where it was read, to `source->files`. Throws InputError when a rule cannot be applied, and
// when the percentages are not within 0 to 100 together.
Catalog ApplyImportRules(const std::string& format, const ImportOptions& options, SourceData* source);

// The split that SplitRule::kByDialogue gives to a dialogue: the first eight hexadecimal digits of SHA-256 of its id,
// modulo 100; below `test_percent` it tests, below `test_percent` + `validation_percent` it validates, else it trains.
std::string SplitOfDialogue(const std::string& dialogue, int test_percent, int validation_percent);

}  // namespace suite
