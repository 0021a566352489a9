#include "harness/plan/memory_limits.h"

#include <sys/sysinfo.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "harness/plan/policy_shape.h"
#include "models/llama/layer.h"
#include "models/llama/weights.h"

namespace suite {
namespace {

// Less than any conversation or list takes as text; and, in tokens, a chat's prompt and a title of an answer.
constexpr double kBytesOfText = 256, kTokensOfPrompt = 16, kTokensOfTitle = 2;
constexpr double kFloatBytes = 4;

// Doubles do not overflow here, and are exact where it matters.
struct Need {
  std::string settings;  // "sft.batch = 32"
  std::string what;
  double bytes = 0;
};

std::string Set(const std::string& key, int64_t value) { return key + " = " + std::to_string(value); }

std::string Gibibytes(double bytes) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.1f GiB", bytes / (1 << 30));
  return text;
}

// Of one row of a graph, as the layers keep it.
double ActivationBytes(const RunConfig& run, const LlamaConfig& shape) {
  const double width = run.run.dtype == "bfloat16" ? 2 : kFloatBytes;
  const KeptNumbers row = KeptByLayer(shape);
  const double kept = width * static_cast<double>(row.elements) + kFloatBytes * static_cast<double>(row.statistics);
  const double inputs = width * static_cast<double>(shape.hidden_size);
  return static_cast<double>(shape.layers) * (run.run.recompute_layers ? inputs : kept);
}

// The key-value cache of one layer is one block for answers of the largest length.
double BytesOfCache(const RunConfig& run, const LlamaConfig& shape, double answers) {
  const double width = run.run.dtype == "bfloat16" ? 2 : kFloatBytes;
  return width * answers * static_cast<double>(run.rl.max_new_tokens) *
         static_cast<double>(shape.kv_heads * shape.head_dim);
}

Need Texts(const RunConfig& run) {
  const DataConfig& data = run.data;
  if (data.source != "miniature") return {};
  const bool pretrains = run.policy.path.empty();
  const double count = static_cast<double>(data.train) + static_cast<double>(data.validation) +
                       static_cast<double>(data.test) + (pretrains ? static_cast<double>(run.pretrain.lists) : 0);
  return {Set("data.train", data.train) + ", " + Set("data.validation", data.validation) + ", " +
              Set("data.test", data.test) + (pretrains ? ", " + Set("pretrain.lists", run.pretrain.lists) : ""),
          "the texts need", kBytesOfText * count};
}

Need Parameters(const RunConfig& run, const LlamaConfig& shape) {
  const bool pretrains = run.policy.path.empty() && run.pretrain.steps > 0;
  const bool trains = pretrains || run.sft.steps > 0 || run.rl.steps > 0;
  // Weights; and gradients and two moments.
  const double bytes = static_cast<double>(CountParameters(shape)) * kFloatBytes * (trains ? 4 : 1);
  const PolicyConfig& policy = run.policy;
  const std::string settings = policy.path.empty() ? Set("policy.hidden_size", policy.hidden_size) + ", " +
                                                         Set("policy.layers", policy.layers) + ", " +
                                                         Set("policy.intermediate_size", policy.intermediate_size)
                                                   : "policy.path = " + policy.path;
  return {settings, trains ? "a policy in training needs" : "the policy needs", bytes};
}

// What a teacher's lists are made into has the asked-for length.
bool AsksTeacher(const RunConfig& run) {
  return run.sft.demonstrations != "ground_truth" && run.sft.demonstrations != "source";
}

// The tokens of a prompt and its answer; the ground truth may be a list of one title.
double TokensOfExample(const RunConfig& run, bool whole_list) {
  const double titles = whole_list ? static_cast<double>(run.data.list_length) : 1;
  return std::min(kTokensOfPrompt, static_cast<double>(run.data.max_prompt_tokens)) + kTokensOfTitle * titles;
}

// Of these, one at a time is held.
std::vector<Need> Phases(const RunConfig& run, const LlamaConfig& shape) {
  const double row = ActivationBytes(run, shape);
  std::vector<Need> needs;
  if (run.policy.path.empty() && run.pretrain.steps > 0) {
    needs.push_back({Set("pretrain.batch", run.pretrain.batch), "an optimizer step needs",
                     row * TokensOfExample(run, false) * static_cast<double>(run.pretrain.batch)});
  }
  if (run.sft.demonstrations != "none" && run.sft.steps > 0) {
    needs.push_back(
        {Set("sft.batch", run.sft.batch) + ", " + Set("sft.accumulation", run.sft.accumulation),
         "a backward pass needs",
         row * TokensOfExample(run, AsksTeacher(run)) * static_cast<double>(run.sft.batch / run.sft.accumulation)});
  }
  const int64_t tested = std::min(run.eval.batch, std::max(run.data.validation, run.data.test));
  if (run.data.source == "miniature") {
    needs.push_back({Set("eval.batch", run.eval.batch) + ", " + Set("rl.max_new_tokens", run.rl.max_new_tokens),
                     "the key-value cache of one layer needs", BytesOfCache(run, shape, static_cast<double>(tested))});
  }
  if (run.rl.steps > 0) {
    const double answers = static_cast<double>(run.rl.prompts_per_step) * static_cast<double>(run.rl.group_size);
    needs.push_back({Set("rl.prompts_per_step", run.rl.prompts_per_step) + ", " +
                         Set("rl.group_size", run.rl.group_size) + ", " +
                         Set("rl.max_new_tokens", run.rl.max_new_tokens),
                     "the key-value cache of one layer needs", BytesOfCache(run, shape, answers)});
  }
  return needs;
}

}  // namespace

double MemoryOfMachine() {
  struct sysinfo info {};
  if (sysinfo(&info) != 0) return 1e18;  // unknown, so nothing is refused
  return (static_cast<double>(info.totalram) + static_cast<double>(info.totalswap)) * info.mem_unit;
}

void CheckMemory(const RunConfig& run, double machine_bytes) {
  std::vector<Need> needs = {Texts(run)};
  double bytes = needs.back().bytes;
  const std::optional<PolicyShape> shape = run.run.device == "cpu" ? ShapeOfRun(run) : std::nullopt;
  if (shape) {
    needs.push_back(Parameters(run, shape->config));
    bytes += needs.back().bytes;
    double largest = 0;
    for (const Need& need : Phases(run, shape->config)) {
      largest = std::max(largest, need.bytes);
      needs.push_back(need);
    }
    bytes += largest;
  }
  if (bytes <= machine_bytes) return;
  const Need& most =
      *std::max_element(needs.begin(), needs.end(), [](const Need& a, const Need& b) { return a.bytes < b.bytes; });
  throw InputError(most.settings, most.what + " at least " + Gibibytes(most.bytes),
                   "what the " + Gibibytes(machine_bytes) +
                       " of this machine can hold; --plan shows the memory of the RL stage by parts");
}

}  // namespace suite
