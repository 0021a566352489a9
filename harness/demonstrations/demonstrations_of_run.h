// The demonstrations that a run's config asks for, with their audit page beside them.
//
//   auto set = DemonstrationsOfRun(config, {dataset.train, dataset.catalog, dataset.miniature},
//                                  "results/cache/demonstrations", report);
//
// The folder then holds each step's file (pipeline.h) and audit-HASH.html and audit-HASH.json, HASH that of
// demonstrations-HASH.h5. One process at a time works in it: others wait, and then find everything done.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "datasets/catalog.h"
#include "datasets/conversation.h"
#include "datasets/miniature/miniature.h"
#include "datasets/teachers/embedder.h"
#include "datasets/teachers/teacher.h"
#include "harness/config/run_config.h"
#include "harness/demonstrations/pipeline.h"

namespace suite {

struct DemonstrationData {
  const std::vector<Conversation>& train;
  const Catalog& catalog;
  std::shared_ptr<const MiniatureData> miniature;  // null unless simulated
};

// Throw InputError for a kind that the data do not fit.
std::unique_ptr<Teacher> MakeTeacher(const TeacherConfig& config,
                                     const std::shared_ptr<const MiniatureData>& miniature);
std::unique_ptr<Embedder> MakeEmbedder(const EmbedderConfig& config,
                                       const std::shared_ptr<const MiniatureData>& miniature);

// For the first sft.examples conversations, in order. sft.demonstrations must be a recipe that asks a teacher.
DemonstrationSet DemonstrationsOfRun(const RunConfig& config, const DemonstrationData& data, const std::string& folder,
                                     const PipelineProgress& report);

}  // namespace suite
