// Simulated users and what they say.
//
//   SimulatedConversation c = SimulateSplits(world).test[17];
//   Prompt(c)                    // "I love Heat (1995) and Alien (1979). Looking for something tense, heist."
//   c.conversation.ground_truth  // 1 to 8 catalog films the user would go on to like, never one of those named
//
// A user starts from an anchor film, has a content preference u near the anchor's content and a hidden taste v near the
// anchor's, and an affinity 9 u.c + 4 v.h + .7 log p for every catalog film. Liked films and ground truth are drawn one
// after another, without replacement, from softmax(affinity). In the prompt the user names the liked films and, now and
// then, words that fit the anchor. Films are named with their year, as the answer writes them: that ties the mention
// and the line of the list together for a model that learns everything from a few thousand texts.
//
// A conversation is a pure function of (world seed, split, index, prompts to avoid). SimulateSplits draws test first,
// then validation, then train, and redraws a conversation whose very prompt an earlier split has: no prompt is shared,
// and the test set is an unbiased draw that does not change with the size of the training set.
#pragma once

#include <string>
#include <vector>

#include "datasets/core/conversation.h"
#include "datasets/miniature/latent.h"
#include "datasets/miniature/world.h"

namespace suite {

struct SimulatedConversation {
  Conversation conversation;
  std::vector<int> liked;                // universe ids
  std::vector<int> ground_truth;         // universe ids, all in the catalog, in the order drawn
  std::vector<float> context_embedding;  // [content_dim], unit length: the text view of the conversation
  // Hidden: for the judge and for ceilings only.
  Latent user_content;  // u
  Latent user_taste;    // v
};

// The text of the user's turn.
const std::string& Prompt(const SimulatedConversation& conversation);

struct SimulatedSplits {
  std::vector<SimulatedConversation> train;
  std::vector<SimulatedConversation> validation;
  std::vector<SimulatedConversation> test;
  std::vector<SimulatedConversation> web;  // only their prompts and context embeddings are of use
};

SimulatedSplits SimulateSplits(const World& world);

// The user's affinity for every catalog film, [n_catalog]: the score of a perfect recommender.
std::vector<double> Affinity(const World& world, const Latent& user_content, const Latent& user_taste);

}  // namespace suite
