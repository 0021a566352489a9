// Reddit-v2 as the authors of Rank-GRPO release it: Hugging Face `datasets` folders written by save_to_disk.
//
//   SourceData source = ReadRedditV2("/data/reddit_v2", options);
//
//   /data/reddit_v2/gt_catalog.pkl                           the catalogue (or catalog.tsv, or options.catalog_file):
//                                                            ReadOwnCatalog in source_data.h says what is read
//   /data/reddit_v2/{train,validation,test}/state.json       which data-*.arrow make the split
//   /data/reddit_v2/sft/{train,validation,test}/...          demonstrations (or options.sft_folder); may be missing
//
// The columns say what a table is; others are ignored:
//
//   RL     prompt (list of {role, content}), groundtruth_with_release_year (list of [title, year] as strings, or of
//          {title, year}), seen_titles (list of strings)
//   SFT    prompt and completion, or messages: lists of {role, content}; the answer is the assistant's last message
//
// The prompt already holds the instruction (PromptForm::kInstruction). A year that is no number from 0 to 9999 is kept
// as unknown, as the authors do. Different users' answers to one query stay separate samples.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "datasets/importers/import_rules.h"
#include "datasets/importers/source_data.h"

namespace suite {

// Throws InputError naming the file, the row and the column.
SourceData ReadRedditV2(const std::string& folder, const ImportOptions& options);

// Appends the rows of one Arrow stream to `source`, as samples or demonstrations of `split`.
void AppendRedditRows(std::string_view arrow_stream, const std::string& name, const std::string& split,
                      SourceData* source);

// The files that a state.json names, and the split it says it is ("" when it does not).
struct HuggingFaceState {
  std::vector<std::string> files;
  std::string split;
};
HuggingFaceState ParseHuggingFaceState(std::string_view json, const std::string& name);

}  // namespace suite
