// ReDial in the form in which its authors release it ("Towards Deep Conversational Recommendations", 2018): what the
// lines of redial_dialogues.h become.
//
//   SourceData source = ReadRedialOriginal("/data/redial_original", options);   // train_data.jsonl, test_data.jsonl
//   std::vector<SourceSample> samples = RedialSamples(dialogue, TruthRule::kAccepted);
//
// The seeker is the user, the recommender the assistant. Each turn of the recommender that names a film which nobody
// named before, with something said before it, is a sample; the turns before it are the prompt. The other turns are
// left out, by reason: "spoken_by_user", "no_recommendation" (no film), "no_new_film" (all were named before),
// "no_context".
//
// Ground truth, by the truth rule (import_rules.h):
// - `mentioned`: the new films of that turn, as the usual processed ReDial has them (which repeats older ones, too).
// - `accepted`: the films that the recommender is the first to name, in that turn or later, up to the dialogue's end,
//   and that by the forms were suggested (1) and are liked by the seeker (1). Later ones count because a list is asked
//   for: what the seeker takes two turns on would have been as good an answer now. A film that the seeker has seen
//   counts, too, where it is liked. A sample without any is left out.
//
// Each form is believed on what its writer knows best: the seeker's on `seen` and `liked`, the recommender's on
// `suggested`. Where one form lacks a film, or is not there, the other one stands in. "Did not say" (2) is no yes.
//
// Seen titles, by the rule seen_rule = named_before: all films that anybody named before the response. Each of them is
// one that the seeker has seen, dislikes, or was told of already, so the forms add none. Films named later are no seen
// titles, also where a form says `seen`, or not `liked`: people fill in the forms when all is said, so at the time of
// the response nobody could know, and rl.exclude_seen would tell the answer's future by closing those films. The report
// says how many they are.
#pragma once

#include <string>
#include <vector>

#include "datasets/importers/import_rules.h"
#include "datasets/importers/redial_dialogues.h"
#include "datasets/importers/source_data.h"

namespace suite {

// One for each turn.
std::vector<SourceSample> RedialSamples(const RedialDialogue& dialogue, TruthRule rule);

// Reads those of train_data.jsonl, valid_data.jsonl and test_data.jsonl that are in `folder`, at least one. Throws
// InputError.
SourceData ReadRedialOriginal(const std::string& folder, const ImportOptions& options);

}  // namespace suite
