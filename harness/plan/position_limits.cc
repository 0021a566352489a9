#include "harness/plan/position_limits.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "harness/plan/policy_shape.h"
#include "harness/policy/positions.h"

namespace suite {
namespace {

// Less than any conversation takes with its chat template.
constexpr int64_t kLeastPrompt = 16;

std::string Set(const std::string& key, int64_t value) { return key + " = " + std::to_string(value); }

}  // namespace

std::string CheckPositions(const RunConfig& run) {
  const std::optional<PolicyShape> shape = run.policy.path.empty() ? std::nullopt : ShapeOfRun(run);
  if (!shape) return "";
  const int64_t positions = shape->config.max_positions, asked = run.data.max_prompt_tokens;
  const int64_t largest = LargestPrompt(positions, run.rl.max_new_tokens);
  if (asked <= largest) return "";
  const std::string of_policy = shape->source + ": " + Set("max_position_embeddings", positions);
  const int64_t least = std::min(kLeastPrompt, asked);
  if (largest < least) {
    throw InputError(
        "rl.max_new_tokens",
        std::to_string(run.rl.max_new_tokens) + " leaves " + std::to_string(std::max<int64_t>(0, largest)) +
            " tokens for a prompt (" + of_policy + "; " + Set("data.max_prompt_tokens", asked) + ")",
        "at most " + std::to_string(std::max<int64_t>(0, LargestPrompt(positions, least))) +
            ", less what prompts need beyond " + std::to_string(least) + " tokens; or a policy of more positions");
  }
  if (asked != DataConfig().max_prompt_tokens) {
    throw InputError("data.max_prompt_tokens",
                     std::to_string(asked) + " does not fit beside " + Set("rl.max_new_tokens", run.rl.max_new_tokens) +
                         " (" + of_policy + ")",
                     "at most " + std::to_string(largest) + ", or " + std::to_string(DataConfig().max_prompt_tokens) +
                         ", the default, for as much as fits");
  }
  return "prompts are cut at " + std::to_string(largest) + " tokens (" + of_policy + "; " +
         Set("rl.max_new_tokens", run.rl.max_new_tokens) + "; " + Set("data.max_prompt_tokens", asked) + ")";
}

}  // namespace suite
