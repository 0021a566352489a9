#include "harness/plan/memory_of_run.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>

#include "algorithms/objective.h"
#include "harness/plan/policy_shape.h"
#include "harness/policy/positions.h"
#include "harness/rl/micro_batches.h"
#include "harness/rl/trainer.h"
#include "models/llama/llama.h"

namespace suite {
namespace {

// On a machine without GPUs: program and libraries (110 MiB), what was read from the data, oneDNN's kernels (128 of
// three blocks of 256 KiB, base/allocator.h), and malloc's heap around them. Tensors are not in it (harness/memory).
constexpr int64_t kProgramBytes = int64_t{448} << 20;

// Of the miniature's prompts and lists, in tokens: what its own vocabulary and what a checkpoint's needs.
struct UsualTokens {
  int64_t prompt;
  int64_t line;
};
constexpr UsualTokens kOwnVocabulary = {24, 5}, kCheckpoint = {40, 9};

bool OnGpus(const RunConfig& run) { return run.run.device == "cuda"; }

int64_t MachineBytes() { return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE); }

int64_t BytesOfOne(const RunConfig& run, const PlannedMachine& machine) {
  if (OnGpus(run)) return static_cast<int64_t>(machine.gpu_gb * 1e9);
  return MachineBytes() / (std::max(1, machine.runs_at_once) * run.run.processes);
}

// As the trainer cuts a batch, for prompts and completions at their longest.
int64_t LargestMicroBatch(const RunConfig& run, LlamaConfig config, const MemorySettings& s, bool loss_counts_cuts) {
  config.max_positions = 1;  // no table is needed here
  const at::ScalarType type = s.weight_bytes == 2 ? at::kBFloat16 : at::kFloat;
  const int64_t prompt_bytes = (s.prompt_tokens + s.group_size * s.new_tokens) *
                               Llama(config, {s.gradient_checkpointing}).ActivationBytesPerRow(type);
  return PromptsPerMicroBatch({run.rl.micro_batch_prompts, run.rl.activation_bytes, run.run.threads, loss_counts_cuts},
                              s.prompts_per_step, prompt_bytes);
}

// A checkpoint's positions hold prompt and answer; a policy that is made here gets those that it needs.
int64_t LongestPrompt(const RunConfig& run, const LlamaConfig& config) {
  const int64_t positions = config.max_positions;
  const int64_t largest = run.policy.path.empty() ? positions : LargestPrompt(positions, run.rl.max_new_tokens);
  return std::min(run.data.max_prompt_tokens, std::max<int64_t>(1, largest));
}

// The lengths that most steps have, in place of the longest: prompts of a simulated world are short, and an answer ends
// after so many lines.
MemorySettings WithUsualLengths(const RunConfig& run, MemorySettings settings) {
  const UsualTokens usual = run.policy.path.empty() ? kOwnVocabulary : kCheckpoint;
  if (run.data.source == "miniature") settings.prompt_tokens = std::min(settings.prompt_tokens, usual.prompt);
  settings.new_tokens = std::min(settings.new_tokens, usual.line * run.data.list_length);
  return settings;
}

struct Planned {
  const RunConfig* run;
  PolicyShape shape;
  MemoryPlan plan;
};

std::string UsualMemory(const Planned& planned, const PlannedMachine& machine) {
  const MemorySettings usual = MemorySettingsOf(*planned.run, planned.shape.config, machine, PlannedLengths::kUsual);
  std::string words = "usual, prompts of " + std::to_string(usual.prompt_tokens) + " and answers of " +
                      std::to_string(usual.new_tokens);
  words.resize(std::max<size_t>(words.size(), 39), ' ');
  return "  " + words + " " + MemoryText(PlanMemory(planned.shape.config, usual).Peak()) + "\n";
}

std::string Describe(const Planned& planned, const PlannedMachine& machine) {
  const RunConfig& run = *planned.run;
  std::string text = "largest run: " +
                     (run.policy.path.empty() ? std::string("hidden size ") + std::to_string(run.policy.hidden_size)
                                              : run.policy.path) +
                     " (" + planned.shape.source + "), " + run.run.dtype +
                     (run.run.recompute_layers ? ", layers recomputed" : "") + ", " +
                     (OnGpus(run) ? std::to_string(machine.gpus) + " GPUs" : "CPU") + "\n";
  text += FormatMemoryPlan(planned.plan, BytesOfOne(run, machine));
  if (!OnGpus(run)) text += UsualMemory(planned, machine);
  if (planned.plan.processes > run.run.threads) {
    text += "  run.threads = " + std::to_string(run.run.threads) + " is too few for " +
            std::to_string(planned.plan.processes) +
            " processes: --set run.threads=" + std::to_string(planned.plan.processes) + "\n";
  }
  return text;
}

}  // namespace

MemorySettings MemorySettingsOf(const RunConfig& run, const LlamaConfig& config, const PlannedMachine& machine,
                                PlannedLengths lengths) {
  const auto objective = MakeObjective(run.objective.preset, OverridesOf(run));
  MemorySettings settings;
  settings.processes = OnGpus(run) ? machine.gpus : run.run.processes;
  settings.prompts_per_step = run.rl.prompts_per_step;
  settings.group_size = run.rl.group_size;
  settings.prompt_tokens = LongestPrompt(run, config);
  settings.new_tokens = run.rl.max_new_tokens;
  if (lengths == PlannedLengths::kUsual) settings = WithUsualLengths(run, settings);
  settings.weight_bytes = run.run.dtype == "bfloat16" ? 2 : 4;
  // Each shard of a process has a buffer of its own.
  settings.gradient_bytes *= (run.run.threads + settings.processes - 1) / settings.processes;
  settings.gradient_checkpointing = run.run.recompute_layers;
  settings.reference_policy = NeedsReference(objective->config().kl);
  settings.explicit_attention = OnGpus(run);
  if (!OnGpus(run)) settings.reserve_bytes = kProgramBytes;
  CheckCountable(config, settings);
  settings.micro_batch_prompts =
      LargestMicroBatch(run, config, settings, objective->config().reduction.kind == Reduction::kBnpo);
  return settings;
}

std::string LargestMemoryPlan(const std::vector<RunConfig>& runs, const PlannedMachine& machine) {
  std::optional<Planned> largest;
  std::set<std::string> unknown;
  for (const RunConfig& run : runs) {
    if (IsCounted(run)) continue;
    const auto shape = ShapeOfRun(run);
    if (!shape) {
      unknown.insert(run.policy.path);
      continue;
    }
    const MemoryPlan plan = PlanMemory(shape->config, MemorySettingsOf(run, shape->config, machine));
    if (!largest || plan.Peak() > largest->plan.Peak()) largest = {&run, *shape, plan};
  }
  std::string text = largest ? Describe(*largest, machine) : "";
  for (const std::string& path : unknown) {
    text += "memory of " + path + ": unknown; not here, and not a model whose sizes are built in\n";
  }
  return text;
}

}  // namespace suite
