// Whether the checkpoint of a run has positions for a prompt and the longest answer, before anything is computed.
//
//   const std::string note = CheckPositions(config);
//   // "prompts are cut at 193 tokens: DIR/config.json has max_position_embeddings = 512, ..."; empty: nothing is cut
//
// data.max_prompt_tokens at its default stands for as much as fits: prompts are then cut earlier (harness/policy/
// prompt.h). Any other value is what somebody asked for, and refused where it does not fit.
#pragma once

#include <string>

#include "harness/config/run_config.h"

namespace suite {

// For people. Nothing is said of a policy that a run makes for itself (it gets the positions that it needs), or of a
// checkpoint that is not there and whose sizes are not known. Throws InputError naming data.max_prompt_tokens,
// rl.max_new_tokens, the policy's positions, and the largest value that fits.
std::string CheckPositions(const RunConfig& run);

}  // namespace suite
