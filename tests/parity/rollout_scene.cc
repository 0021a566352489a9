#include "tests/parity/rollout_scene.h"

#include <ATen/ops/tensor.h>

#include <cstdio>
#include <filesystem>
#include <utility>

#include "algorithms/returns.h"
#include "base/check.h"
#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/judging/judged_list.h"
#include "tests/parity/golden_files.h"

namespace suite::parity {
namespace {

using nlohmann::json;

std::vector<RolloutGroup> GroupsOf(const std::vector<std::vector<int64_t>>& completions, int64_t group_size) {
  SUITE_CHECK_EQ(completions.size() % static_cast<size_t>(group_size), 0u);
  std::vector<RolloutGroup> groups;
  for (size_t row = 0; row < completions.size(); ++row) {
    if (row % static_cast<size_t>(group_size) == 0) groups.emplace_back();
    Rollout rollout;
    rollout.ids = completions[row];
    rollout.logp.assign(rollout.ids.size(), 0.0f);
    groups.back().push_back(std::move(rollout));
  }
  return groups;
}

// The rows of one prompt all carry it; one copy is enough.
std::vector<std::vector<int64_t>> PromptsOf(const json& golden, int64_t group_size) {
  const auto rows = UnpaddedRows(golden["prompt_ids"], golden["prompt_mask"]);
  std::vector<std::vector<int64_t>> prompts;
  for (size_t row = 0; row < rows.size(); ++row) {
    if (row % static_cast<size_t>(group_size) == 0) prompts.push_back(rows[row]);
    SUITE_CHECK(rows[row] == prompts.back());
  }
  return prompts;
}

std::string Text(const json& number) {
  char text[40];
  std::snprintf(text, sizeof(text), "%.17g", number.get<double>());
  return text;
}

std::unique_ptr<PolicyObjective> ObjectiveOf(const json& variant, const std::string& name,
                                             const std::string& loss_type) {
  const json& settings = variant["settings"];
  const std::string level = settings["importance_sampling_level"];
  const bool scalar = variant.contains("scalar_rewards");
  const bool exp_inf = name.find("exp_inf") != std::string::npos, log = name.find("log") != std::string::npos;
  SUITE_CHECK(scalar || exp_inf != log);
  const std::string preset = scalar    ? "grpo@official"
                             : exp_inf ? "rank_grpo_exp_inf@official"
                                       : "rank_grpo_log@official";
  return MakeObjective(preset, {{"ratio_unit", level == "item" ? "rank" : level},
                                {"epsilon_low", Text(settings["epsilon"])},
                                {"epsilon_high", Text(settings["epsilon_high"])},
                                {"beta", Text(settings["beta"])},
                                {"reduction", loss_type}});
}

Catalog CatalogOf(const json& pairs) {
  std::vector<Item> items;
  for (const json& pair : pairs) items.push_back({pair[0].get<std::string>(), pair[1].get<int>()});
  return Catalog(std::move(items));
}

std::vector<GroundTruth> GroundTruthOf(const json& pairs) {
  std::vector<GroundTruth> wanted;
  for (const json& pair : pairs) {
    wanted.push_back(MakeGroundTruth(pair[0], pair[1].is_string() ? pair[1].get<std::string>() : pair[1].dump()));
  }
  return wanted;
}

// 1 where a rank hits, [B,N], from the text that the golden completions decode to.
at::Tensor RelevanceOf(const RolloutScene& scene, const std::string& rank_rule) {
  const Catalog catalog = CatalogOf(scene.golden["catalog"]);
  JudgeOptions options;
  options.list_length = static_cast<int>(scene.list_length);
  options.rank_rule = rank_rule == "parsed" ? RankRule::kParsedPosition : RankRule::kLine;
  std::vector<float> relevance;
  for (size_t prompt = 0; prompt < scene.groups.size(); ++prompt) {
    const auto ground_truth = GroundTruthOf(scene.golden["ground_truth"][prompt]);
    const auto seen = scene.golden["seen_titles"][prompt].get<std::vector<std::string>>();
    for (const Rollout& rollout : scene.groups[prompt]) {
      const std::string text = scene.policy.tokenizer.Decode(rollout.ids, /*skip_special_tokens=*/true);
      const auto row = Relevance(JudgeAnswer(text, ground_truth, seen, catalog, options));
      relevance.insert(relevance.end(), row.begin(), row.end());
    }
  }
  return at::tensor(relevance).view({-1, scene.list_length});
}

}  // namespace

RolloutScene::RolloutScene(json golden_json, std::string golden_folder, Policy golden_policy)
    : golden(std::move(golden_json)),
      folder(std::move(golden_folder)),
      policy(std::move(golden_policy)),
      llama(policy.config()),
      group_size(golden["num_generations"]),
      list_length(golden["rec_num"]),
      eos_id(policy.config().eos_ids.at(0)),
      prompts(PromptsOf(golden, group_size)),
      groups(GroupsOf(UnpaddedRows(golden["completion_ids"], golden["completion_mask"]), group_size)),
      batch(MakeRolloutBatch(groups)) {
  SUITE_CHECK_EQ(prompts.size(), groups.size());
  const std::vector<int> newlines = policy.tokenizer.NewlinesByToken();
  spans = CutIntoRanks(batch.ids_BT, batch.length_B, at::tensor(std::vector<int64_t>(newlines.begin(), newlines.end())),
                       eos_id, list_length);
}

std::unique_ptr<RolloutScene> ReadRolloutScene() {
  const auto path = FindGolden(kRolloutScene);
  if (!path) return nullptr;
  const std::string folder = std::filesystem::path(*path).parent_path();
  return std::make_unique<RolloutScene>(ReadJson(*path), folder, LoadStagedPolicy({LlamaFolder()}, at::kFloat));
}

JudgedVariant JudgeVariant(const RolloutScene& scene, const json& variant, const std::string& name) {
  JudgedVariant judged;
  judged.objective = ObjectiveOf(variant, name, scene.golden["optimizer"]["loss_type"]);
  const ObjectiveConfig& config = judged.objective->config();
  judged.reward = Returns(RelevanceOf(scene, config.rank_rule), config.returns);
  judged.advantages = EstimateAdvantages(judged.reward, scene.spans, scene.group_size, config.advantage);
  return judged;
}

}  // namespace suite::parity
