#include "harness/sft/item_tokens.h"

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "models/policy/new_tokens.h"
#include "models/tokenizer/added_token_finder.h"

namespace suite {

Policy WithItemTokens(const RunConfig& config, const Dataset& dataset, Policy policy) {
  if (dataset.item_tokens.empty() || HasNewTokens(policy, dataset.item_tokens)) return policy;
  NewTokenStart start;
  start.seed = static_cast<uint64_t>(config.data.world_seed);
  start.noise = config.policy.new_token_noise;
  if (config.policy.new_tokens == "centroids") {
    start.vectors = dataset.item_token_vectors;
    if (start.vectors.empty()) {
      throw InputError("policy.new_tokens", "'centroids', but the tokens of these items have no vectors",
                       "mean, or codes that are made here of item vectors");
    }
  }
  return WithNewTokens(policy, dataset.item_tokens, start);
}

std::vector<std::string> TextsBetween(const std::vector<std::string>& tokens, const std::vector<std::string>& texts) {
  if (tokens.empty()) return texts;
  std::vector<std::pair<std::string, int64_t>> contents;
  for (const std::string& token : tokens) contents.emplace_back(token, 0);
  const AddedTokenFinder finder(std::move(contents));
  std::vector<std::string> pieces;
  for (const std::string& text : texts) {
    finder.Split(
        text, [&](std::string_view piece) { pieces.emplace_back(piece); }, [](int64_t) {});
  }
  return pieces;
}

}  // namespace suite
