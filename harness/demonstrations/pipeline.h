// Remap, Reflect, Adjust: from conversations and a teacher to the lists that supervised fine-tuning imitates.
//
//   DemonstrationSet set = MakeDemonstrations({&conversations, &catalog, &teacher, &embedder},
//                                             {recipe, config.demonstrations, config.data.list_length},
//                                             files, report);
//   set.lists[0]                       // the demonstration of conversations[0]; empty when the teacher failed on it
//   set.errors[0]                      // why
//   set.stages                         // the lists after each step, for the audit (audit.h)
//
// The steps, each kept on disk by a hash of exactly what it depends on (stage_files.h):
//
//   lists            what the teacher wrote                        teacher, conversations, N
//   items, contexts  vectors of items and conversations            embedder, texts
//   candidates       the N_r best items by s_remap, with scores    lists, embedder, catalogue, p, lambda, N_r
//   judgements       what the teacher said of them                 teacher, candidates
//   adjustment       w and b                                       the scores, the judgements and gamma, the positives
//   demonstrations   the N best items after each step              all of these
//
// So a changed gamma asks the teacher nothing and embeds nothing; a changed l2 fits w and b again and nothing else.
// Candidates, demonstrations and their scores leave out what the conversation has seen. Without Remap only exact
// matches score (harness/config/demonstration_recipe.h). Conversations on which the teacher failed are left out of
// everything, Adjust's fit too.
//
// Source: arXiv 2510.20150, section 3.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "datasets/teachers/embedder.h"
#include "datasets/teachers/teacher.h"
#include "harness/config/demonstration_recipe.h"
#include "harness/config/run_config.h"
#include "harness/demonstrations/kept_answers.h"
#include "harness/demonstrations/stage_files.h"

namespace suite {

struct DemonstrationSources {
  const std::vector<Conversation>* conversations = nullptr;
  const Catalog* catalog = nullptr;
  Teacher* teacher = nullptr;
  Embedder* embedder = nullptr;  // may be null without Remap
};

struct DemonstrationSettings {
  DemonstrationRecipe recipe;
  DemonstrationsConfig numbers;
  int64_t list_length = 20;  // N, of the teacher's list and of the demonstration
};

// The best items after one step.
struct StageLists {
  std::string name;                         // "remap" (or "exact"), "reflect", "adjust"
  std::vector<std::vector<int64_t>> items;  // catalogue ids, best first; empty for a conversation that is left out
  std::vector<std::vector<float>> scores;
};

struct DemonstrationSet {
  std::vector<TeacherList> teacher;
  std::vector<StageLists> stages;  // empty for the raw list
  std::vector<std::vector<Item>> lists;
  std::vector<std::string> errors;
  std::vector<std::vector<PassedOver>> passed_over;  // of each conversation's list and judgements
  int64_t lists_asked = 0, judgements_asked = 0;     // in this call
  StageKey key;                                      // of the demonstrations' file
};

// Throws InputError when the teacher failed on every conversation, and what teacher and embedder throw.
DemonstrationSet MakeDemonstrations(const DemonstrationSources& sources, const DemonstrationSettings& settings,
                                    const StageFiles& files, const PipelineProgress& report);

}  // namespace suite
