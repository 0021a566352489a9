// Which catalogue items a conversation speaks of, by their numbers: what a recommender that counts is asked with.
//
//   HistoryOf(conversation, catalog);      // {17, 3}: the last one most recent
//   ExcludedBy(conversation, catalog);     // {3, 5, 17}: with what the user has seen
#pragma once

#include <set>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"

namespace suite {

// The items that the user speaks well of or took, in the order of the conversation; where it names none, those that
// were seen. What the catalogue lacks is left out.
std::vector<int> HistoryOf(const Conversation& conversation, const Catalog& catalog);

// The items that must not, or need not, be recommended: the history and what was seen.
std::set<int> ExcludedBy(const Conversation& conversation, const Catalog& catalog);

// History and then ground truth: what was named in the whole conversation, in order, without repeats.
std::vector<int> ItemsNamedIn(const Conversation& conversation, const Catalog& catalog);

}  // namespace suite
