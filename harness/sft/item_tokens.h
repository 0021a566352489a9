// The tokens that items bring along (data.item_form id or codes), in the policy that a run starts from.
//
//   policy = WithItemTokens(config, dataset, policy);
//   policy.tokenizer.Encode("<item_17>\n")            // two ids
#pragma once

#include <string>
#include <vector>

#include "harness/config/run_config.h"
#include "harness/data/dataset.h"
#include "models/policy/policy_folder.h"

namespace suite {

// Starts the tokens' embeddings as policy.new_tokens says. The same policy where the dataset has no such tokens, or
// where it was trained on them before (all are added tokens of its tokenizer). Throws InputError for a policy that has
// some of them, and for vectors that the dataset does not have.
Policy WithItemTokens(const RunConfig& config, const Dataset& dataset, Policy policy);

// The pieces of `texts` between `tokens`: what is left for a tokenizer to learn.
std::vector<std::string> TextsBetween(const std::vector<std::string>& tokens, const std::vector<std::string>& texts);

}  // namespace suite
