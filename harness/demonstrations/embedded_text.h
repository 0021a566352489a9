// Embeddings as tensors, kept on disk in pieces: a kill loses one piece, and what is embedded once is never embedded
// again.
//
//   at::Tensor item_CD = EmbedItems(catalog.items(), &embedder, files);
//   at::Tensor context_BD = EmbedConversations(conversations, &embedder, files, report);
//
// float32, rows of unit length, as the embedder gave them.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "datasets/teachers/embedder.h"
#include "harness/demonstrations/stage_files.h"
#include "harness/demonstrations/teacher_answers.h"

namespace suite {

at::Tensor EmbedItems(const std::vector<Item>& items, Embedder* embedder, const StageFiles& files);

at::Tensor EmbedConversations(const std::vector<Conversation>& conversations, Embedder* embedder,
                              const StageFiles& files, const PipelineProgress& report);

}  // namespace suite
