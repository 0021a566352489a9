// The simulated teacher (in the paper a large language model) and the web.
//
// Both see films and conversations only as text tells them, believe in a popularity of their own, and know films that
// are not in the catalog:
//
//   std::vector<int> list = TeacherList(world, c);           // N universe ids, best first; about .28 out of catalog
//   std::vector<int> r = TeacherJudgements(world, c, list);  // -2 .. 2 for each, the Reflect step
//   WebList web = MakeWebList(world, splits.web[3]);         // prompt and a sloppy list, to pretrain a base model on
//
// The judge knows more than the list shows: it weighs the user's true content preference, but not the hidden taste.
#pragma once

#include <string>
#include <vector>

#include "datasets/miniature/conversations.h"
#include "datasets/miniature/world.h"

namespace suite {

// The teacher's first list for a conversation: `list_length` universe ids, never a liked film.
std::vector<int> TeacherList(const World& world, const SimulatedConversation& conversation);

// The teacher's judgement of each candidate (catalog ids): clip(round(1.1 z_i + .6 noise), -2, 2), z_i the film's
// u.c_i standardised over the candidates (population std), since a judge that is shown only good films still tells the
// better from the worse. The noise belongs to (conversation, film), whatever the other candidates are.
std::vector<int> TeacherJudgements(const World& world, const SimulatedConversation& conversation,
                                   const std::vector<int>& candidates);

struct WebList {
  std::string prompt;
  std::vector<int> items;  // universe ids, 5 to 15, distinct
};

// A list as found on the web: weaker in context than the teacher's, longer or shorter than asked, sometimes naming the
// liked films again.
WebList MakeWebList(const World& world, const SimulatedConversation& conversation);

// The items of a list of universe ids, for FormatList.
std::vector<Item> ItemsOf(const World& world, const std::vector<int>& ids);

}  // namespace suite
