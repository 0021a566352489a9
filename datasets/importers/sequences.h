// What users took one after another, in the form of LC-Rec, LETTER and MiniOneRec.
//
//   NAME.inter.json   {"user": [item, item, ...], ...}          in the order of time
//   NAME.index.json   {"item": ["<a_3>", "<b_0>", ...], ...}    the items' codes; needed for codes = index alone
//   NAME.item.json    {"item": {"title": ..., "description": ...}, ...}    may be missing: an item's name is its id
//
//   SourceData source = ReadSequences("/data/Beauty", options);
//
// The field's split: the last item of each user is the ground truth of a test sample, the one before it of a validation
// sample, and the rest trains. A training sample's ground truth are the options.next_items items that end a user's
// training items, or with options.every_position those that follow each of them; fewer where no more came (validation
// and test always ask for the one next item). Its one turn lists the last options.history_items items before them, one
// a line, in the written form; with options.bare_history it says nothing else.
//
// A user with fewer than three items is left out of every split, and one whose training items leave no history out of
// the training split; both are counted as "history_too_short". An item of the history may come again and count, as the
// field measures it; with the repeat rule "drop" the whole history is seen, and earns nothing.
#pragma once

#include <string>

#include "datasets/importers/import_rules.h"
#include "datasets/importers/source_data.h"

namespace suite {

// `folder` holds the files of one NAME. Throws InputError naming file and key: an index that lacks an item that a user
// took or names one that nobody did and NAME.item.json does not know, an empty history, no user with three items.
SourceData ReadSequences(const std::string& folder, const ImportOptions& options);

}  // namespace suite
