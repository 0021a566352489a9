#include "harness/plan/policy_shape.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <vector>

#include "base/files.h"
#include "models/policy/policy_folder.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

LlamaConfig Sizes(int64_t hidden, int64_t layers, int64_t heads, int64_t kv_heads, int64_t head_dim,
                  int64_t intermediate, int64_t vocab, int64_t positions) {
  LlamaConfig config;
  config.hidden_size = hidden;
  config.layers = layers;
  config.heads = heads;
  config.kv_heads = kv_heads;
  config.head_dim = head_dim;
  config.intermediate_size = intermediate;
  config.vocab_size = vocab;
  config.max_positions = positions;
  config.tie_embeddings = true;
  return config;
}

// From the config.json of the checkpoints of these names on Hugging Face; base and instruct models have one shape.
std::vector<std::pair<std::string, LlamaConfig>> PublishedSizes() {
  LlamaConfig qwen = Sizes(896, 24, 14, 2, 64, 4864, 151936, 32768);
  qwen.model_type = "qwen2";
  qwen.qkv_bias = true;
  return {{"Qwen2.5-0.5B", qwen},
          {"Llama-3.2-1B", Sizes(2048, 16, 32, 8, 64, 8192, 128256, 131072)},
          {"Llama-3.2-3B", Sizes(3072, 28, 24, 8, 128, 8192, 128256, 131072)}};
}

LlamaConfig SizesOfSettings(const PolicyConfig& policy) {
  LlamaConfig config =
      Sizes(policy.hidden_size, policy.layers, policy.heads, policy.kv_heads, policy.hidden_size / policy.heads,
            policy.intermediate_size, policy.vocab_size, LlamaConfig().max_positions);
  config.tie_embeddings = policy.tie_embeddings;
  return config;
}

// The tokens that items bring along, as far as settings tell: a data set that lists its own items or codes is not read.
int64_t ItemTokens(const DataConfig& data) {
  constexpr int64_t kReferenceItems = 7404, kMostCodes = 256;
  if (data.item_form == "id") {
    if (data.source == "miniature") return data.catalog_items + data.out_of_catalog_items;
    return data.catalog_rule == "reference" ? kReferenceItems : 0;
  }
  if (data.item_form != "codes" || data.codes == "index") return 0;
  const int64_t further = data.collision_rule == "further_code" ? 1 : 0;
  return (data.code_levels + further) * (data.code_size > 0 ? data.code_size : kMostCodes);
}

std::optional<PolicyShape> ShapeWithoutItems(const RunConfig& run) {
  const fs::path path = run.policy.path;
  if (path.empty()) return PolicyShape{SizesOfSettings(run.policy), "settings"};
  if (fs::is_regular_file(path) || path.extension() == ".gguf") CheckPolicyFolder(path.string());
  const std::string json = (path / "config.json").string();
  if (fs::exists(json)) return PolicyShape{LlamaConfigFromJson(ReadFile(json), json), json};
  const std::string name = Lower(path.filename().empty() ? path.parent_path().filename() : path.filename());
  for (const auto& [model, sizes] : PublishedSizes()) {
    if (name.find(Lower(model)) != std::string::npos) return PolicyShape{sizes, "published sizes of " + model};
  }
  return std::nullopt;
}

}  // namespace

std::optional<PolicyShape> ShapeOfRun(const RunConfig& run) {
  if (IsCounted(run)) return std::nullopt;
  std::optional<PolicyShape> shape = ShapeWithoutItems(run);
  if (shape) shape->config.vocab_size += ItemTokens(run.data);
  return shape;
}

}  // namespace suite
