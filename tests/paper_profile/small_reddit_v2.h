// A Reddit-v2 of a few conversations in the authors' form (datasets/importers/reddit_v2.h): three splits,
// demonstrations, a catalogue of its own.
#pragma once

#include <string>

namespace suite {

// Replaces `folder`: 24 conversations to train on, 6 and 8 to validate and test, 24 demonstrations of 20 films.
void WriteSmallRedditV2(const std::string& folder);

}  // namespace suite
