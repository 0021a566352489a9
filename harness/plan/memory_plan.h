// Does a policy of this shape train on N GPUs of X bytes, and what takes the room? Counted from the shape, before
// anything is allocated.
//
//   MemorySettings settings;
//   settings.processes = 4;
//   settings.gradient_checkpointing = true;
//   MemoryPlan plan = PlanMemory(llama_config, settings);
//   std::cout << FormatMemoryPlan(plan, /*bytes_of_one=*/80'000'000'000);
//
// One process is one GPU. What is counted, in bytes of one process, with P parameters (LlamaWeights' padding of under
// 16 elements a block left out), W processes, d bytes a weight:
//   always    weights d P; gradients g P; ZeRO-1's share of P / W rounded up to slices (sharded_adamw.h): moments 8,
//             gradient slice 4, masters 4 where weights are not float32; the reference policy d P; a reserve for the
//             CUDA context, NCCL's buffers and the allocator's holes
//   rollout   key-value cache: 2 layers kv_heads head_dim d for each prompt token of each prompt and each new token of
//             each completion
//   update    what the backward pass of one micro-batch needs: in every layer, or with gradient checkpointing in one
//             layer beside every layer's input, what a row keeps (KeptByLayer, models/llama/layer.h): d an element, 4
//             a statistic; the blocks of logits (chunk_bytes, its float32 copies, the head's float32 gradient); two
//             exchange buckets (after the backward pass, so not on top of it)
//   both      where attention is explicit (PrefixAttention on a GPU): float32 scores of heads x queries x keys,
//             three at a time in the forward pass, five in the backward pass; prompts are taken to be of one length,
//             which puts them into one piece
// Rows are prompt tokens once a group plus new tokens of G completions (models/llama/packed_tokens.h), all at their
// longest: the plan is an upper bound of these parts. Peak = always + the larger of rollout and update.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/llama/config.h"

namespace suite {

struct MemorySettings {
  int64_t processes = 1;
  int64_t prompts_per_step = 12;    // of all processes
  int64_t group_size = 8;           // G
  int64_t micro_batch_prompts = 0;  // of all processes; 0: all at once
  int64_t prompt_tokens = 2048;     // longest
  int64_t new_tokens = 1024;        // longest completion
  int64_t weight_bytes = 2;         // d: bfloat16
  int64_t gradient_bytes = 4;       // g: float32, whatever is computed in (harness/policy/trained_policy.h)
  bool gradient_checkpointing = false;
  bool explicit_attention = false;             // scores are held, as on a GPU
  bool reference_policy = true;                // a KL term is on
  int64_t chunk_bytes = int64_t{64} << 20;     // ScoreOptions::chunk_bytes
  int64_t bucket_elements = int64_t{1} << 24;  // ShardedAdamW
  int64_t reserve_bytes = int64_t{3} << 30;
};

enum class MemoryPhase { kAlways, kRollout, kUpdate };

struct MemoryPart {
  std::string name;
  MemoryPhase phase = MemoryPhase::kAlways;
  int64_t bytes = 0;
};

struct MemoryPlan {
  int64_t parameters = 0;
  int64_t processes = 1;
  std::vector<MemoryPart> parts;

  int64_t Bytes(MemoryPhase phase) const;
  int64_t Peak() const;
};

// Throws InputError where bytes could be more than 64 bits count: settings that are each allowed, and together are none
// of any machine's.
void CheckCountable(const LlamaConfig& config, const MemorySettings& settings);

// Checks that, too.
MemoryPlan PlanMemory(const LlamaConfig& config, const MemorySettings& settings);

// Eight places and the unit: "   1.50 GiB", "  96.00 MiB".
std::string MemoryText(int64_t bytes);

// A table of the parts in GiB or MiB, the peak, and "fits" or "does not fit" with what is left or missing.
std::string FormatMemoryPlan(const MemoryPlan& plan, int64_t bytes_of_one);

}  // namespace suite
