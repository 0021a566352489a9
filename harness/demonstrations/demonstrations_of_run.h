// The demonstrations that a run's config asks for, with their audit page beside them.
//
//   auto made = DemonstrationsOfRun(config, {dataset.train, dataset.catalog, dataset.miniature},
//                                   "results/cache/demonstrations", report);
//   made.set.lists                       // one a conversation
//   made.audit_page                      // results/cache/demonstrations/audit-HASH.html
//
// The folder then holds each step's file (pipeline.h), audit-HASH.html and audit-HASH.json, and where the teacher
// failed, failures-HASH.json (datasets/teachers/failure_report.h), HASH that of demonstrations-HASH.h5. What of
// the teacher's answers was not read is counted on the page and told once on stderr. What asking has cost stands in
// each step's file (usage/teacher, usage/embedder), on the audit page and on the line of progress. One process at a
// time works in the folder: others wait, and then find everything done.
#pragma once

#include <string>

#include "harness/config/run_config.h"
#include "harness/demonstrations/pipeline.h"
#include "harness/demonstrations/sources_of_run.h"

namespace suite {

struct MadeDemonstrations {
  DemonstrationSet set;
  std::string audit_page;
  std::string failure_report;  // empty when no conversation was left out
};

// For the first sft.examples conversations, in order. sft.demonstrations must be a recipe that asks a teacher. When the
// teacher fails on all of them, failures.json in the folder says how, and the InputError names it.
MadeDemonstrations DemonstrationsOfRun(const RunConfig& config, const DemonstrationData& data,
                                       const std::string& folder, const PipelineProgress& report);

}  // namespace suite
