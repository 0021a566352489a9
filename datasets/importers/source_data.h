// What a source holds once it is read, before the named rules (import_rules.h) are applied: the common output of
// the importers.
//
//   SourceData source = ReadRedial("/data/redial");
//   source.splits.at("test")[0].conversation.ground_truth    // a year may be missing
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "datasets/forms/written_items.h"

namespace suite {

// What `turns` hold.
enum class PromptForm {
  kDialogue,     // what the speakers said: the program that asks the model adds its instruction
  kInstruction,  // the whole prompt, instruction included (reddit_v2): nothing is to be added
};

// One supervised example: the prompt and the answer a teacher gave.
struct Demonstration {
  std::string id;     // "<split>/<index>", unique among the demonstrations
  std::string split;  // "train", "validation" or "test"
  std::vector<Turn> prompt;
  std::string answer;
};

struct AppliedRule {
  std::string name;   // "year_rule"
  std::string value;  // "reference_or_drop"
};

struct DataFile {
  std::string name;    // relative to the folder given, or as given
  std::string sha256;  // of its bytes
  int64_t bytes = 0;
};

// One row of the source. Rows that are left out stay, with the reason, so that they can be counted where they belong.
struct SourceSample {
  Conversation conversation;                       // `id` and `split` are set when the split is known (import_rules.h)
  std::string index;                               // what follows "<split>/" in the id; unique within the source
  std::string dialogue;                            // the source's id of the dialogue; empty where it has none
  std::string dropped;                             // why the row is left out; empty for a sample that is used
  std::vector<std::string> dropped_ground_truths;  // the reason for each
};

// An item of a source that lists its items one by one. In its samples such an item is {id, kNoYear} everywhere, until
// it is written in the form that was asked for (item_writing.h).
struct TableItem {
  std::string id;
  SourceItem item;
  bool has_title = false;  // else the name is the id
};

struct SourceData {
  PromptForm prompt_form = PromptForm::kDialogue;
  std::vector<TableItem> items;  // empty: the source names films by title and year
  // What a turn begins with that goes on with the sample's liked items, one a line; nothing: turns are what was said.
  std::optional<std::string> history_turn;
  std::vector<GroundTruth> films;  // the source's own catalogue, years as far as they are known; may repeat
  std::map<std::string, std::vector<SourceSample>> splits;
  // What each user took in the training part of the data, in the order of time; empty: the training samples tell.
  std::vector<std::vector<Item>> training_sequences;
  std::map<std::string, size_t> training_sequence_of;  // a sample's dialogue -> which of them
  std::vector<Demonstration> demonstrations;
  bool demonstrations_are_samples = false;  // a demonstration's id is that of the sample it answers
  std::vector<AppliedRule> rules;           // those of the format itself
  std::vector<DataFile> files;
  std::vector<std::string> notes;  // what the report must say in words
};

// The names of splits, in the order of training.
inline constexpr std::string_view kSplitNames[] = {"train", "validation", "test"};

// Throws InputError naming `where` unless `role` is "system", "user" or "assistant".
void CheckRole(const std::string& role, const std::string& where);

// The lines of `text`, without "\n" or "\r\n"; the last one may lack its end. Throws InputError for an empty text.
std::vector<std::string_view> LinesOf(std::string_view text, const std::string& name);

// Which of NAME.jsonl for the names of splits lie in `folder`; "valid.jsonl" stands for validation. Keys are splits,
// values file names. Throws InputError when none is there.
std::map<std::string, std::string> SplitFiles(const std::string& folder);

// The bytes of folder/name; adds its hash to `files`. Throws InputError when it cannot be read.
std::string ReadDataFile(const std::string& folder, const std::string& name, std::vector<DataFile>* files);

// A catalogue of title<TAB>year lines (datasets/core/catalog.h) from folder/name; `folder` may be empty. Adds its hash
// to `files`. Throws InputError, also for another ending than .tsv; for a Python pickle, which could run any code, the
// error says how Python writes the lines from it.
std::vector<Item> ReadCatalogFile(const std::string& folder, const std::string& name, std::vector<DataFile>* files);

// The data set's own catalogue: `catalog_file` where a user named one, else catalog.tsv of `folder`, else nothing.
// Where the folder only has the authors' gt_catalog.pkl, as they publish it, the suite's own copy of that list is taken
// and a note says so.
std::vector<Item> ReadOwnCatalog(const std::string& folder, const std::string& catalog_file, SourceData* source);

}  // namespace suite
