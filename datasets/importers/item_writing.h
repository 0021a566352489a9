// The last step of an import: the items of a source in the form that was asked for (datasets/core/item_form.h).
//
//   Catalog catalog = ApplyImportRules(format, options, &source);
//   WrittenItems written = WriteSource(options, &catalog, &source);
//
// Ground truths, liked and seen items, and the answers of demonstrations, line by line, become written forms. What the
// catalogue lacks cannot be written as an id or as codes: such a ground truth stays by its title, without a year, so
// that nothing can hit it and recall still counts it; in the other places it goes. Turns stay as they are, but for
// sources that list their items: {item 17} in a turn becomes what the item 17 is written like (item_mentions.h), and a
// history is written one item a line.
//
// Films as title and year are left as they are, to the byte.
#pragma once

#include "datasets/core/catalog.h"
#include "datasets/forms/written_items.h"
#include "datasets/importers/import_rules.h"
#include "datasets/importers/source_data.h"

namespace suite {

// Replaces `catalog` by the one of written items; nothing is returned for films as title and year. Adds the rules of
// the form to `source->rules`. Throws InputError naming data.KEY or the item.
WrittenItems WriteSource(const ImportOptions& options, Catalog* catalog, SourceData* source);

}  // namespace suite
