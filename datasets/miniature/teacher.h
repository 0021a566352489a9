// The simulated teacher (in the paper a large language model) and the web.
//
// Both see films and conversations only as text tells them, believe in a popularity of their own, and know films that
// are not in the catalog.
//
//   TeacherQuality quality;                                        // the teacher of the "miniature" experiments
//   std::vector<int> list = DrawTeacherList(world, c, 10, quality, {});   // universe ids; about .28 out of catalog
//   std::vector<int> r = DrawJudgements(world, c, list, quality);  // -2 .. 2 for each, the Reflect step
//   WebList web = MakeWebList(world, splits.web[3]);               // a prompt and a sloppy list: text for a base model
//
// What the numbers of TeacherQuality (datasets/teachers/teacher.h) do: a list holds the films with the largest
//
//   context (text view . unit(context of the conversation + noise z / sqrt(d))) + popularity x (what the web believes)
//   + Gumbel noise
//
// and, where a probability out_of_catalog is given, each rank names a film outside the catalog with it. A teacher knows
// the films that the web talks about first; it never names the others and judges them 0. The judge knows more than the
// list shows: it weighs the user's true content preference, but not the hidden taste.
//
// The pipeline asks through the class SimulatedTeacher (simulated_sources.h).
#pragma once

#include <string>
#include <vector>

#include "datasets/miniature/conversations.h"
#include "datasets/miniature/world.h"
#include "datasets/teachers/teacher.h"

namespace suite {

// Universe ids that a teacher of this knowledge does not know, rising. A teacher that knows more knows the same films
// and others.
std::vector<int> UnknownFilms(const World& world, double knowledge);

// The teacher's first list for a conversation: universe ids, best first, never a liked or an unknown film; shorter than
// `length` only when it knows too few. The noise of a conversation is the same whatever the quality, so teachers differ
// by their quality alone.
std::vector<int> DrawTeacherList(const World& world, const SimulatedConversation& conversation, int length,
                                 const TeacherQuality& quality, const std::vector<int>& unknown);

// The teacher's judgement of each candidate (universe ids): clip(round(judge_slope z_i + judge_noise noise), -2, 2),
// where z_i is the film's u.c_i standardised over the candidates (population std), since a judge that is shown only
// good films still tells the better from the worse. The noise belongs to (conversation, film), whatever the other
// candidates are.
std::vector<int> DrawJudgements(const World& world, const SimulatedConversation& conversation,
                                const std::vector<int>& candidates, const TeacherQuality& quality);

struct WebList {
  std::string prompt;
  std::vector<int> items;  // universe ids, 5 to 15, distinct
};

// A list as found on the web: weaker in context than the teacher's, longer or shorter than asked, sometimes naming the
// liked films again.
WebList MakeWebList(const World& world, const SimulatedConversation& conversation);

// The items of a list of universe ids as they are written, for FormatList.
std::vector<Item> ItemsOf(const World& world, const std::vector<int>& ids);

}  // namespace suite
