#include "harness/plan/memory_plan.h"

#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "harness/distributed/sharded_adamw.h"
#include "models/llama/layer.h"
#include "models/llama/weights.h"

namespace suite {
namespace {

constexpr int64_t kFloatBytes = 4;

int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t ActivationBytes(const LlamaConfig& c, const MemorySettings& s, int64_t rows) {
  const KeptNumbers row = KeptByLayer(c);
  const int64_t kept = rows * (s.weight_bytes * row.elements + kFloatBytes * row.statistics);
  if (!s.gradient_checkpointing) return c.layers * kept;
  return c.layers * rows * c.hidden_size * s.weight_bytes + kept;
}

int64_t CacheBytes(const LlamaConfig& c, const MemorySettings& s, int64_t prompts) {
  const int64_t tokens = prompts * (s.prompt_tokens + s.group_size * s.new_tokens);
  return 2 * c.layers * c.kv_heads * c.head_dim * s.weight_bytes * tokens;
}

// Scores of the largest piece of explicit attention: a prompt's rows, its completions' among themselves, or its
// completions' with the prompt.
int64_t LargestScores(const LlamaConfig& c, const MemorySettings& s, int64_t prompts) {
  const int64_t p = s.prompt_tokens, t = s.new_tokens, g = s.group_size;
  return kFloatBytes * c.heads * std::max({prompts * p * p, g * t * t, g * t * p});
}

// One block in the weights' dtype, three of float32 beside it (logits, their exponentials, their gradient).
int64_t LogitsBytes(const LlamaConfig& c, const MemorySettings& s, int64_t scored_rows) {
  const int64_t row = c.vocab_size * s.weight_bytes;
  const int64_t rows = std::min(scored_rows, std::max<int64_t>(1, s.chunk_bytes / row));
  return rows * (row + 3 * kFloatBytes * c.vocab_size);
}

const char* NameOf(MemoryPhase phase) {
  switch (phase) {
    case MemoryPhase::kAlways:
      return "always";
    case MemoryPhase::kRollout:
      return "rollout";
    case MemoryPhase::kUpdate:
      return "update";
  }
  return "";
}

}  // namespace

std::string MemoryText(int64_t bytes) {
  const bool large = bytes >= int64_t{1} << 30;
  char text[32];
  std::snprintf(text, sizeof(text), "%8.2f %s", static_cast<double>(bytes) / (int64_t{1} << (large ? 30 : 20)),
                large ? "GiB" : "MiB");
  return text;
}

int64_t MemoryPlan::Bytes(MemoryPhase phase) const {
  int64_t sum = 0;
  for (const MemoryPart& part : parts) {
    if (part.phase == phase) sum += part.bytes;
  }
  return sum;
}

int64_t MemoryPlan::Peak() const {
  return Bytes(MemoryPhase::kAlways) + std::max(Bytes(MemoryPhase::kRollout), Bytes(MemoryPhase::kUpdate));
}

void CheckCountable(const LlamaConfig& c, const MemorySettings& s) {
  constexpr double kMostBytes = 0x1p62;
  const KeptNumbers kept = KeptByLayer(c);
  const double longest = static_cast<double>(std::max(s.prompt_tokens, s.new_tokens));
  const double tokens =
      static_cast<double>(s.prompts_per_step) *
      (static_cast<double>(s.prompt_tokens) + static_cast<double>(s.group_size) * static_cast<double>(s.new_tokens));
  // Upper bounds of what the parts below multiply, of a token and of all parameters.
  const double numbers = static_cast<double>(kept.elements) + static_cast<double>(kept.statistics) +
                         2 * static_cast<double>(c.kv_heads * c.head_dim) + static_cast<double>(c.hidden_size);
  const double of_token = 8 * static_cast<double>(c.layers) * numbers + 16 * static_cast<double>(c.vocab_size) +
                          (s.explicit_attention ? 20 * static_cast<double>(c.heads) * longest : 0);
  const double of_parameters = static_cast<double>(CountParameters(c)) * static_cast<double>(s.gradient_bytes + 32);
  if (tokens * of_token + of_parameters < kMostBytes) return;
  char bytes[32];
  std::snprintf(bytes, sizeof(bytes), "%.1e bytes", tokens * of_token + of_parameters);
  throw InputError("the memory of a run",
                   std::string(bytes) + " for rl.prompts_per_step = " + std::to_string(s.prompts_per_step) +
                       ", rl.group_size = " + std::to_string(s.group_size) +
                       ", rl.max_new_tokens = " + std::to_string(s.new_tokens),
                   "what a machine can have");
}

MemoryPlan PlanMemory(const LlamaConfig& c, const MemorySettings& s) {
  CheckCountable(c, s);
  const auto always = MemoryPhase::kAlways, update = MemoryPhase::kUpdate;
  MemoryPlan plan;
  plan.parameters = CountParameters(c);
  plan.processes = s.processes;
  const int64_t slice = SliceOf(plan.parameters, static_cast<int>(s.processes), 0).size;
  const int64_t prompts = CeilDivide(s.prompts_per_step, s.processes);
  const int64_t whole =
      s.micro_batch_prompts > 0 ? std::min(s.micro_batch_prompts, s.prompts_per_step) : s.prompts_per_step;
  const int64_t at_once = CeilDivide(whole, s.processes), scored = at_once * s.group_size * s.new_tokens;
  plan.parts = {{"weights", always, plan.parameters * s.weight_bytes},
                {"gradients", always, plan.parameters * s.gradient_bytes},
                {"masters, float32, share", always, s.weight_bytes == kFloatBytes ? 0 : slice * kFloatBytes},
                {"moments, float32, share", always, 2 * slice * kFloatBytes},
                {"gradient sum, float32, share", always, slice * kFloatBytes},
                {"reference policy", always, s.reference_policy ? plan.parameters * s.weight_bytes : 0},
                {"reserve", always, s.reserve_bytes},
                {"key-value cache", MemoryPhase::kRollout, CacheBytes(c, s, prompts)},
                {"attention scores, prefill", MemoryPhase::kRollout,
                 s.explicit_attention ? 3 * kFloatBytes * c.heads * prompts * s.prompt_tokens * s.prompt_tokens : 0},
                {"attention scores", update, s.explicit_attention ? 5 * LargestScores(c, s, at_once) : 0},
                {s.gradient_checkpointing ? "activations, checkpointed" : "activations", update,
                 ActivationBytes(c, s, at_once * s.prompt_tokens + scored)},
                {"logits blocks", update, LogitsBytes(c, s, scored)},
                {"head's gradient, float32", update, c.vocab_size * c.hidden_size * kFloatBytes}};
  // Buckets live when activations are gone.
  const int64_t buckets = s.processes > 1 ? 2 * std::min(s.bucket_elements, plan.parameters) * kFloatBytes : 0;
  const int64_t excess = buckets - plan.Bytes(update);
  if (excess > 0) plan.parts.push_back({"exchange buckets", update, excess});
  return plan;
}

std::string FormatMemoryPlan(const MemoryPlan& plan, int64_t bytes_of_one) {
  char text[160];
  const bool billions = plan.parameters >= 1'000'000'000;
  std::snprintf(text, sizeof(text), "%.3f %s parameters, %lld process%s of %s each\n",
                static_cast<double>(plan.parameters) / (billions ? 1e9 : 1e6), billions ? "billion" : "million",
                static_cast<long long>(plan.processes), plan.processes == 1 ? "" : "es",
                MemoryText(bytes_of_one).c_str());
  std::string table = text;
  for (const MemoryPart& part : plan.parts) {
    if (part.bytes == 0) continue;
    std::snprintf(text, sizeof(text), "  %-8s %-30s %s\n", NameOf(part.phase), part.name.c_str(),
                  MemoryText(part.bytes).c_str());
    table += text;
  }
  const int64_t left = bytes_of_one - plan.Peak();
  std::snprintf(text, sizeof(text), "  %-39s %s: %s, %s %s\n", "peak", MemoryText(plan.Peak()).c_str(),
                left >= 0 ? "fits" : "does not fit", left >= 0 ? "left" : "missing",
                MemoryText(left >= 0 ? left : -left).c_str());
  return table + text;
}

}  // namespace suite
