// A sentence about runs that says on which settings it stands: what was typed by hand is held against the records.
//
//   Statement note;
//   note.text = "Each rollout is used for {rl.updates_per_rollout} update: GSPO then makes GRPO's own update.";
//   note.conditions = {{"rl.updates_per_rollout", {"1"}}};
//
// A setting in braces is replaced by what the runs record ("2", or "1, 2 and 4" where they differ). A sentence whose
// condition any of its runs breaks is not said; the report tells which and why (reports/results/statements.h).
#pragma once

#include <string>
#include <vector>

namespace suite {

// Every run that the sentence speaks of must have one of `values` under this key of its config.
struct Condition {
  std::string key;
  std::vector<std::string> values;
};

struct Statement {
  Statement(std::string text, std::vector<Condition> conditions = {})
      : text(std::move(text)), conditions(std::move(conditions)) {}
  Statement(const char* text) : text(text) {}

  std::string text;
  std::vector<Condition> conditions;
};

}  // namespace suite
