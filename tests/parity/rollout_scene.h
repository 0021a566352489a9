// end_to_end/golden.json as the harness would see it: prompts, groups of fixed completions, and the model they belong
// to.
//
//   const std::unique_ptr<RolloutScene> scene = ReadRolloutScene();
//   if (!scene) GTEST_SKIP() << MissingGolden(kRolloutScene);
//   const JudgedVariant judged = JudgeVariant(*scene, scene->golden["variants"]["rank_item_log"], "rank_item_log");
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "algorithms/advantages.h"
#include "algorithms/objective.h"
#include "algorithms/rank_spans.h"
#include "harness/rl/rollout_batch.h"
#include "models/llama/llama.h"
#include "models/policy/policy_folder.h"
#include "models/sampler.h"

namespace suite::parity {

inline constexpr char kRolloutScene[] = "end_to_end/golden.json";

struct RolloutScene {
  RolloutScene(nlohmann::json golden_json, std::string golden_folder, Policy golden_policy);

  nlohmann::json golden;
  std::string folder;  // that golden.json lies in
  Policy policy;
  Llama llama;
  int64_t group_size = 0;
  int64_t list_length = 0;
  int64_t eos_id = 0;
  std::vector<std::vector<int64_t>> prompts;  // [P], without padding
  std::vector<RolloutGroup> groups;           // [P][G]
  RolloutBatch batch;
  RankSpans spans;
};

// Nothing when the file is not there.
std::unique_ptr<RolloutScene> ReadRolloutScene();

// One entry of golden["variants"]: its objective, and what the objective makes of the completions' hits.
struct JudgedVariant {
  std::unique_ptr<PolicyObjective> objective;
  at::Tensor reward;  // [B,N], or [B] for a scalar reward
  Advantages advantages;
};

// `name` says which return the variant uses: it holds "exp_inf" or "log". Variants of TRL's own trainer ("stock") have
// a scalar reward.
JudgedVariant JudgeVariant(const RolloutScene& scene, const nlohmann::json& variant, const std::string& name);

}  // namespace suite::parity
