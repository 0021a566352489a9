// The reproducibility checklist of a set of runs, filled in from what the runs recorded of themselves.
//
//   const std::vector<ChecklistItem> items = FillChecklist(ReadAllStores(paths));
//   std::cout << ChecklistPage(items).ToMarkdown();
//
// The questions are those that venues ask (code, data, settings, seeds, error bars, compute), in our own words. What
// the records cannot answer is marked "by hand", never guessed.
#pragma once

#include <string>
#include <vector>

#include "reports/page/document.h"
#include "reports/runs/run_set.h"

namespace suite {

enum class ChecklistAnswer { kYes, kPartly, kNo, kByHand };

struct ChecklistItem {
  std::string question;
  ChecklistAnswer answer = ChecklistAnswer::kByHand;
  std::string evidence;  // what the records say; for kByHand what to write down
};

// "yes", "partly", "no", "by hand".
const char* ToWord(ChecklistAnswer answer);

// Throws InputError when a config cannot be read.
std::vector<ChecklistItem> FillChecklist(const ReadStores& stores);

Document ChecklistPage(const std::vector<ChecklistItem>& items);

}  // namespace suite
