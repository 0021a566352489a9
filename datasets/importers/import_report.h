// What an importer found: how many samples each split has, what was left out and why, how much of the ground truth the
// catalogue holds, and what the splits share that they should not. Plain counts; the text form is for people, the JSON
// form for tools and for the record of a run.
//
//   ImportReport report = ImportDataset("redial", "data/redial", {}).report;
//   report.splits.at("test").conversations                             // samples that are used
//   report.splits.at("test").dropped.at("no_ground_truth")             // rows left out, by reason
//   std::cout << ReportText(report);
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/item_form.h"
#include "datasets/importers/source_data.h"

namespace suite {

// Shares are counts here; the two forms print them against their whole.
struct SplitReport {
  int64_t rows = 0;           // read from the source, those of demonstrations not among them
  int64_t conversations = 0;  // samples that are used
  int64_t demonstrations = 0;
  int64_t dialogues = 0;                   // distinct dialogue ids; 0 when the source has none
  int64_t distinct_contexts = 0;           // different texts (roles and turns) among the samples
  int64_t identical_rows = 0;              // samples that repeat an earlier one: context, ground truth and seen titles
  std::map<std::string, int64_t> dropped;  // rows left out, by reason

  int64_t ground_truths = 0;
  int64_t in_catalog = 0;           // exactly: title and year
  int64_t in_catalog_by_title = 0;  // normalised title, any year; the exact ones among them. Of ids and codes: those
  int64_t without_year = 0;
  std::map<std::string, int64_t> dropped_ground_truths;  // by reason
  std::map<int, int64_t> ground_truth_counts;            // ground truths of a sample -> samples
};

// What two splits share.
struct Leakage {
  std::string first, second;  // names of splits
  int64_t contexts = 0;       // different contexts found in both
  int64_t dialogues = 0;      // dialogue ids found in both
};

struct ImportReport {
  std::string format;
  std::vector<std::string> notes;  // what the importer did beyond reading, in words
  ItemForm form = ItemForm::kTitleYear;
  int64_t catalog_items = 0;
  int64_t written_alike = 0;    // items that were written like another one before the collision rule
  int64_t lost_in_parsing = 0;  // items that an answer cannot name, so nothing hits them (LostInParsing)
  std::map<std::string, int64_t> near_duplicates;    // pairs of catalogue items by kind (near_duplicates.h)
  std::vector<std::string> near_duplicate_examples;  // at most three a kind, "kind: Title (Year) ~ Title (Year)"
  std::map<std::string, SplitReport> splits;         // "train", "validation", "test": those the source has
  std::vector<Leakage> leakage;                      // every pair of them
};

// Counts `source`, after the rules were applied to it (import_rules.h).
ImportReport MakeImportReport(const std::string& format, const SourceData& source, const Catalog& catalog);

// Aligned lines for a terminal, "\n" at the end of each.
std::string ReportText(const ImportReport& report);

// One JSON object, keys as the fields above.
std::string ReportJson(const ImportReport& report);

}  // namespace suite
