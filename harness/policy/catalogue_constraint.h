// The constraint that holds a policy's answers to a catalogue (models/constraint), by the settings rl.constraint and
// eval.constraint.
//
//   sampling.constraint =                                         // null for "none"
//       CatalogueConstraint("catalogue_no_repeats", dataset.catalog, policy.tokenizer, chat, eos_ids, 10);
//   sampling.closed_lines = {SeenLines(dataset.catalog, conversation)};
//
// A line of the constraint is an item's written form, at the item's position in the catalogue.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "models/constraint/list_constraint.h"
#include "models/tokenizer/chat_template.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

// The written form of each item.
std::vector<std::string> CatalogueLines(const Catalog& catalog);

// Answers end in what the chat template closes the assistant's turn with, which must be one of `eos_ids`. Throws
// InputError where it is not, and as ListConstraint does.
std::shared_ptr<const ListConstraint> CatalogueConstraint(const std::string& kind, const Catalog& catalog,
                                                          const Tokenizer& tokenizer, const ChatTemplate& chat,
                                                          const std::vector<int64_t>& eos_ids, int64_t list_length);

// The items that the conversation's user has seen, by title as the judge matches them.
std::vector<int64_t> SeenLines(const Catalog& catalog, const Conversation& conversation);

// Throws InputError naming the first conversation whose seen items leave fewer than `needed` in the catalogue.
void CheckRoomBesideSeen(const Catalog& catalog, const std::vector<Conversation>& conversations, int64_t needed);

}  // namespace suite
