// What teacher and embedder said, kept on disk: nothing that is known is asked again.
//
//   TeacherLists lists = AskForLists(conversations, 20, &teacher, files, report);
//   TeacherJudgements judged = AskForJudgements(conversations, candidates, catalog, &teacher, files, report);
//   at::Tensor item_CD = EmbedItems(catalog.items(), &embedder, files);
//   at::Tensor context_BD = EmbedConversations(conversations, &embedder, files, report);
//
// Answers are stored by the teacher's identity and by all that it was shown. A request that failed is stored with its
// error and asked again the next time; the others are not.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "datasets/teachers/embedder.h"
#include "datasets/teachers/teacher.h"
#include "harness/demonstrations/stage_files.h"

namespace suite {

// (done, of how many, what is being done and how long it took up to now).
using PipelineProgress = std::function<void(int64_t, int64_t, const std::string&)>;

struct TeacherLists {
  std::vector<TeacherList> lists;  // one a conversation
  std::string digest;              // SHA-256 over items and errors
  int64_t asked = 0;               // in this call
};

TeacherLists AskForLists(const std::vector<Conversation>& conversations, int64_t list_length, Teacher* teacher,
                         const StageFiles& files, const PipelineProgress& report);

struct TeacherJudgements {
  std::vector<TeacherJudgement> rows;  // one a conversation, as long as its candidates
  std::string digest;                  // SHA-256 over candidates, judgements and errors
  int64_t asked = 0;                   // conversations that were shown in this call
};

// `candidates`: catalogue ids for each conversation; none: nothing is asked about it. Throws InputError for judgements
// that do not answer the candidates.
TeacherJudgements AskForJudgements(const std::vector<Conversation>& conversations,
                                   const std::vector<std::vector<int64_t>>& candidates, const Catalog& catalog,
                                   Teacher* teacher, const StageFiles& files, const PipelineProgress& report);

// float32, rows of unit length, as the embedder gave them. Conversations are kept in pieces: a kill loses one piece.
at::Tensor EmbedItems(const std::vector<Item>& items, Embedder* embedder, const StageFiles& files);
at::Tensor EmbedConversations(const std::vector<Conversation>& conversations, Embedder* embedder,
                              const StageFiles& files, const PipelineProgress& report);

}  // namespace suite
