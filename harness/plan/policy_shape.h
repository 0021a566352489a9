// The shape of the policy that a run trains, before anything is read in full: for plans.
//
//   std::optional<PolicyShape> shape = ShapeOfRun(run_config);
//   shape->config.layers, shape->source          // 28, "published sizes of Llama-3.2-3B"
#pragma once

#include <optional>
#include <string>

#include "harness/config/run_config.h"
#include "models/llama/config.h"

namespace suite {

struct PolicyShape {
  LlamaConfig config;
  std::string source;  // where it is from, for people
};

// Without policy.path, what the settings say (the vocabulary at its largest). With one, what config.json there
// says; where nothing is there, the published sizes of the model that the folder's name names: Qwen2.5-0.5B,
// Llama-3.2-1B, Llama-3.2-3B. Nothing for any other name. The vocabulary is with the tokens that items bring along, as
// far as settings tell them (spare rows of a checkpoint, which take some of them, are not known here). Throws
// InputError for a file that cannot be read.
std::optional<PolicyShape> ShapeOfRun(const RunConfig& config);

}  // namespace suite
