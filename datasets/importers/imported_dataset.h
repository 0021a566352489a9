// A public data set, ready for the harness: one call for every format.
//
//   ImportedDataset data = ImportDataset("redial", "/data/redial", {});
//   data.test[0].turns                      // {{"user", "Hi I am looking for a movie like Super Troopers (2001)"}}
//   data.test[0].ground_truth               // {{"Police Academy", 1984}}
//   data.catalog.Find({"Police Academy", 1984})
//   std::cout << ReportText(data.report);
//
// Formats (README.md says what the files must hold):
//
//   reddit_v2   the authors' Hugging Face folders (save_to_disk) and catalogue                   reddit_v2.h
//   redial      dialogue lines with entity ids, entity2id.json, item_ids.json                    linked_dialogues.h
//   redial_original   dialogues as ReDial's authors release them, with what both said of each film  redial_original.h
//   inspired    redial's form, films mostly without a year                                       linked_dialogues.h
//   jsonl       the plain form that anybody can produce                                          conversation_jsonl.h
//   sequences   what users took one after another, with the items' codes (LC-Rec, LETTER)        sequences.h
//
// Splits that the source does not have are empty. What the data lack is settled by named rules (import_rules.h);
// How items are written is a rule too (options.form, item_writing.h). The rules
// applied are in `rules`, the hash of every file read in `files`: a run records both.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/forms/written_items.h"
#include "datasets/importers/import_report.h"
#include "datasets/importers/import_rules.h"
#include "datasets/importers/source_data.h"

namespace suite {

struct ImportedDataset {
  std::string format;
  PromptForm prompt_form = PromptForm::kDialogue;
  Catalog catalog{std::vector<Item>{}};
  std::vector<Conversation> train, validation, test;
  std::vector<Demonstration> demonstrations;  // all splits, in order of appearance; empty where the source has none
  // What each user, or dialogue, of the training split named, in order, as catalogue ids (datasets/neighbours).
  std::vector<std::vector<int>> training_sequences;
  std::map<std::string, size_t> training_sequence_of;  // training conversation id -> which of them is its user's
  std::map<std::string, std::string> dialogue_of;      // conversation id -> the source's dialogue id, where it has one
  std::vector<AppliedRule> rules;
  std::vector<DataFile> files;  // in the order they were read
  ImportReport report;
  WrittenItems written;  // the tokens that the items' form needs; empty for films as title and year
  // An item that the conversation names may be recommended again (sequences, under the repeat rule "keep").
  bool may_repeat = false;
};

// The formats, sorted.
const std::vector<std::string>& KnownFormats();

// Reads `path`: a folder, or for jsonl also one file. Throws InputError for an unknown format (listing the known ones)
// and for any file that is missing, damaged or does not fit, naming file, line or row, and key.
ImportedDataset ImportDataset(const std::string& format, const std::string& path, const ImportOptions& options);

// One hash over the hashes of all files, in the order they were read, and over the rules: two runs with equal values
// saw the same data. Where the files lie does not count.
std::string DataSha256(const ImportedDataset& data);

}  // namespace suite
