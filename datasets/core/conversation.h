// One line of a dataset: what was said, what is liked, what was already seen, and what the answer should contain.
// Simulated conversations (datasets/miniature) and real ones have the same form.
//
//   conversation.id                                     "test/17"
//   conversation.turns                                  {{"user", "I love Heat (1995). Looking for something tense."}}
//   conversation.ground_truth = {MakeGroundTruth("Alien", "1979")}
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/core/item.h"

namespace suite {

struct Turn {
  std::string role;  // "system", "user" or "assistant", as chat templates name them
  std::string text;
};

// One item the user went on to like. The authors store the year as a string, and a few are not numbers: such a year is
// nullopt; the reward drops the entry, the metrics can never match it but still count it.
struct GroundTruth {
  std::string title;
  std::optional<int> year;
};

struct Conversation {
  std::string id;     // "<split>/<index>", unique and stable
  std::string split;  // "train", "validation" or "test"
  std::vector<Turn> turns;
  std::vector<Item> liked;               // items the user speaks well of
  std::vector<std::string> seen_titles;  // titles that must not be recommended again, matched letter for letter
  std::vector<GroundTruth> ground_truth;
};

// The year in `text` by the rules of Python's int(): white space around it, a sign and single underscores between
// digits are allowed, digits of any script count; "1999.0" and "n/a" are nullopt.
std::optional<int> ParseYear(std::string_view text);

GroundTruth MakeGroundTruth(std::string title, std::string_view year);

}  // namespace suite
